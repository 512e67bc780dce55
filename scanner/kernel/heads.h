/* The heads of the entries of a pack, and the trees of deltas that they make. */

#ifndef KEYCATCH_HEADS_H
#define KEYCATCH_HEADS_H

#include "deltas.h"

/* What the module `packs` has of heads. */
PyObject *heads_order(PyObject *module, PyObject *arguments);
PyObject *heads_read(PyObject *module, PyObject *arguments);
PyObject *heads_link(PyObject *module, PyObject *arguments);

#endif
