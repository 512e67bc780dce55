/* Objects of a walk, on their way to a batch. */

#ifndef KEYCATCH_FEED_H
#define KEYCATCH_FEED_H

#include "deltas.h"

/* What the module `packs` has of it. */
PyObject *feed_limits(PyObject *module, PyObject *arguments);
PyObject *feed_based_on(PyObject *module, PyObject *arguments);

/* The method `fill` of a batch. */
PyObject *batch_fill(PyObject *self, PyObject *arguments);

#endif
