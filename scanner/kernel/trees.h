/* What trees have of some objects. */

#ifndef KEYCATCH_TREES_H
#define KEYCATCH_TREES_H

#include "deltas.h"

PyObject *tree_places(PyObject *module, PyObject *arguments);

#endif
