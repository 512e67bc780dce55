/* The heads of commits. */

#ifndef KEYCATCH_COMMITS_H
#define KEYCATCH_COMMITS_H

#include "deltas.h"

PyObject *commits_read(PyObject *module, PyObject *arguments);

#endif
