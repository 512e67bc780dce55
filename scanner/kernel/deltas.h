/* Deltas of packs: scanner/git/delta.py has the format, and the same in Python. */

#ifndef KEYCATCH_DELTAS_H
#define KEYCATCH_DELTAS_H

#ifndef Py_LIMITED_API
#define Py_LIMITED_API 0x030B0000
#endif
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>

/* The result of `delta` on `base`, bytes both, if it has up to `largest` bytes. NULL without an
 * exception if the delta is not a plain one: the caller asks Python, which says what is wrong. */
PyObject *apply_delta(PyObject *base, PyObject *delta, uint64_t largest);

typedef struct {
    int64_t begin, end;
} Span;

typedef struct {
    Span *items; /* the caller frees them, with PyMem_Free */
    Py_ssize_t count, room;
} Spans;

/* Fills `found` with what a delta makes that its base lacks, and `size` with the size of the
 * result. Returns 1; 0 if the delta is not a plain one, -1 with an exception. */
int fresh_spans(PyObject *delta, int64_t margin, Spans *found, uint64_t *size);

typedef struct {
    const uint8_t *at, *end;
} Bytes;

typedef struct {
    uint64_t begin, end; /* in the result */
    uint64_t source;     /* in the base */
} Copy;

typedef struct {
    Bytes delta;
    uint64_t size, here; /* of the result, and where in it the next operation is */
    Copy following;
} Copies;

/* Begins with the stretches that a delta copies of its base. Returns as `fresh_spans` does. */
int begin_copies(PyObject *delta, Copies *copies);

/* Sets `copy` to the next one. Returns 1; 0 if there is none, -1 if the delta is not a plain one. */
int next_copy(Copies *copies, Copy *copy);

/* What the module `packs` has of deltas. */
PyObject *delta_apply(PyObject *module, PyObject *arguments);
PyObject *delta_fresh(PyObject *module, PyObject *arguments);
PyObject *delta_copies(PyObject *module, PyObject *arguments);

#endif
