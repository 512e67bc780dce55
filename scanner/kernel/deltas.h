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

/* What the module `packs` has of deltas. */
PyObject *delta_apply(PyObject *module, PyObject *arguments);
PyObject *delta_fresh(PyObject *module, PyObject *arguments);
PyObject *delta_copies(PyObject *module, PyObject *arguments);

#endif
