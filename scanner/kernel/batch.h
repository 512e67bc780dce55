/* Pieces of objects that are searched together. */

#ifndef KEYCATCH_BATCH_H
#define KEYCATCH_BATCH_H

#include "deltas.h"

extern PyType_Spec batch_type; /* of the type `Batch` */

/* Adds what is new of `object`, bytes that `delta` made, or None did; sets `added` to its bytes.
 * `batch` is a `Batch`. Returns 0, or -1 with an exception. */
int batch_add(PyObject *batch, Py_ssize_t position, PyObject *object, PyObject *delta, int margin,
              Py_ssize_t *added);

#endif
