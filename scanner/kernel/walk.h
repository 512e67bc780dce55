/* The walk over the delta trees of a pack. */

#ifndef KEYCATCH_WALK_H
#define KEYCATCH_WALK_H

#include "deltas.h"

extern PyType_Spec walk_type; /* of the type `Walk` */

typedef struct {
    int64_t entry, base;         /* the base is negative for a whole object */
    PyObject *content, *delta;   /* the caller owns them; no delta is NULL */
} Resolved;

int is_walk(PyObject *object);

/* Resolves the next object of a walk. Returns 1; 0 at its end, -1 with an exception. */
int walk_next(PyObject *walk, Resolved *resolved);

#endif
