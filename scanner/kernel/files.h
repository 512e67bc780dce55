/* Many files read with one call. */

#ifndef KEYCATCH_FILES_H
#define KEYCATCH_FILES_H

#ifndef Py_LIMITED_API
#define Py_LIMITED_API 0x030B0000
#endif
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#ifndef _WIN32 /* which has another way to open a file without following a link */
#define READS_FILES

PyObject *files_read(PyObject *module, PyObject *arguments);
#endif

#endif
