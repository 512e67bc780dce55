/* What is compiled for the reading of packs: see README.md. */

#include "deltas.h"

static PyMethodDef methods[] = {
    {"apply", delta_apply, METH_VARARGS, "Return the result of a delta on a base; None if Python has to."},
    {"fresh", delta_fresh, METH_VARARGS, "Return the spans that a base lacks; None if Python has to."},
    {"copies", delta_copies, METH_VARARGS, "Return what is copied of a base; None if Python has to."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, "scanner.kernel.packs", "Deltas, compiled.", 0, methods,
    NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit_packs(void) { return PyModuleDef_Init(&definition); }
