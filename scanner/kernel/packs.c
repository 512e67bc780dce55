/* What is compiled for the reading of packs: see README.md. */

#include "batch.h"

#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "commits.h"
#include "deltas.h"
#include "feed.h"
#include "heads.h"
#include "trees.h"
#include "walk.h"

#define KEPT (16 << 20) /* bytes that may be free at the end of the heap: many contents */
#define APART (4 << 20) /* bytes of what is allocated apart, and given back: few contents are larger */

/* Has the C library keep what is freed. The contents of a walk come and go by megabytes, and each
 * page that was given back to the system is cleared by it when it is asked for again. */
static PyObject *keep_freed(PyObject *module, PyObject *unused) {
    (void)module;
    (void)unused;
#ifdef __GLIBC__
    return PyBool_FromLong(mallopt(M_MMAP_THRESHOLD, APART) && mallopt(M_TRIM_THRESHOLD, KEPT));
#else
    Py_RETURN_FALSE;
#endif
}

static PyMethodDef methods[] = {
    {"apply", delta_apply, METH_VARARGS, "Return the result of a delta on a base; None if Python has to."},
    {"fresh", delta_fresh, METH_VARARGS, "Return the spans that a base lacks; None if Python has to."},
    {"copies", delta_copies, METH_VARARGS, "Return what is copied of a base; None if Python has to."},
    {"places", tree_places, METH_VARARGS, "Return where in a tree some IDs are, and whether as in its base; None if nowhere."},
    {"limits", feed_limits, METH_VARARGS, "Return what `Batch.fill` decides by, as a capsule."},
    {"based_on", feed_based_on, METH_VARARGS, "Return where the next object waits that has a known base."},
    {"commits", commits_read, METH_VARARGS,
     "Return (trees, parents, numbers of parents, times) of commits that wait, and where others are."},
    {"keep_freed", keep_freed, METH_NOARGS, "Keep memory that is freed; return whether that is possible."},
    {"order", heads_order, METH_VARARGS, "Sort offsets, with the position of each."},
    {"read_heads", heads_read, METH_VARARGS, "Read heads of entries; return those that Python has to read."},
    {"link", heads_link, METH_VARARGS, "Link bases to deltas; return those of which the kind is open."},
    {NULL, NULL, 0, NULL},
};

static int add_type(PyObject *module, const char *name, PyType_Spec *spec) {
    PyObject *type = PyType_FromSpec(spec);
    int failed = type == NULL ? -1 : PyModule_AddObjectRef(module, name, type);
    Py_XDECREF(type);
    return failed;
}

static int execute(PyObject *module) {
    return add_type(module, "Walk", &walk_type) < 0 ? -1 : add_type(module, "Batch", &batch_type);
}

static PyModuleDef_Slot slots[] = {{Py_mod_exec, execute}, {0, NULL}};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, "scanner.kernel.packs", "The reading of packs, compiled.", 0, methods,
    slots, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit_packs(void) { return PyModuleDef_Init(&definition); }
