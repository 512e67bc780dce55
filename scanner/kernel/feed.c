/* Objects of a walk, on their way to a batch: for most of them, `add_walked` in
 * scanner/history/objects/search.py has nothing to decide. Any other one is given back to it. */

#include "feed.h"

#include <string.h>

#include "batch.h"
#include "walk.h"

#define NAME "scanner.kernel.limits"
#define BASE 3 /* the place of the key of its base among the fields of what waits, see feed.py */

typedef struct {
    Py_ssize_t offset, size;
    const char *text; /* in `kept` */
} Mark;

typedef struct {
    Mark *marks;
    Py_ssize_t count;
    uint8_t firsts[256]; /* whether a mark of a content's first bytes begins with this one */
    PyObject *kept, *is_special;
    Py_ssize_t largest, end, alone, full, held, dense;
    int margin;
} Limits;

static void release(Limits *limits) {
    Py_XDECREF(limits->kept);
    Py_XDECREF(limits->is_special);
    PyMem_Free(limits->marks);
    PyMem_Free(limits);
}

static void destroy(PyObject *capsule) { release(PyCapsule_GetPointer(capsule, NAME)); }

static int read_marks(PyObject *given, Limits *limits) {
    limits->count = PyTuple_Size(given);
    limits->marks = PyMem_Calloc((size_t)limits->count + 1, sizeof *limits->marks);
    if (limits->marks == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    for (Py_ssize_t at = 0; at < limits->count; at++) {
        Mark *mark = limits->marks + at;
        PyObject *item = PyTuple_GetItem(given, at);
        if (!PyTuple_Check(item)) PyErr_SetString(PyExc_TypeError, "a mark is a tuple");
        else if (PyArg_ParseTuple(item, "ny#", &mark->offset, &mark->text, &mark->size) &&
                 (mark->offset < 0 || mark->size == 0))
            PyErr_SetString(PyExc_ValueError, "a mark has a place and a text");
        if (PyErr_Occurred()) return -1;
        if (mark->offset == 0) limits->firsts[(uint8_t)mark->text[0]] = 1;
    }
    return 0;
}

PyObject *feed_limits(PyObject *module, PyObject *arguments) {
    (void)module;
    PyObject *marks, *is_special, *capsule = NULL;
    Limits *limits = PyMem_Calloc(1, sizeof *limits);
    if (limits == NULL) return PyErr_NoMemory();
    if (!PyArg_ParseTuple(arguments, "O!O(nnnnnni)", &PyTuple_Type, &marks, &is_special,
                          &limits->largest, &limits->end, &limits->alone, &limits->full,
                          &limits->held, &limits->dense, &limits->margin))
        goto failed;
    if (limits->end < 0 || limits->margin < 0 || limits->dense < 0) {
        PyErr_SetString(PyExc_ValueError, "a limit is not negative");
        goto failed;
    }
    limits->kept = Py_NewRef(marks); /* the marks point into its bytes */
    limits->is_special = Py_NewRef(is_special);
    if (read_marks(marks, limits) == 0) capsule = PyCapsule_New(limits, NAME, destroy);
    if (capsule) return capsule;

failed:
    release(limits);
    return NULL;
}

/* Returns whether a content has any mark, or a null byte near its end. */
static int is_marked(const Limits *limits, const char *data, Py_ssize_t size) {
    int is_first = size > 0 && limits->firsts[(uint8_t)data[0]];
    for (Py_ssize_t at = 0; at < limits->count; at++) {
        const Mark *mark = limits->marks + at;
        if ((mark->offset || is_first) && mark->offset <= size && mark->size <= size - mark->offset &&
            memcmp(data + mark->offset, mark->text, (size_t)mark->size) == 0)
            return 1;
    }
    Py_ssize_t from = size > limits->end ? size - limits->end : 0;
    return memchr(data + from, 0, (size_t)(size - from)) != NULL;
}

/* Returns whether a file needs more than a search; -1 with an exception. */
static int is_special(const Limits *limits, PyObject *content, const char *data, Py_ssize_t size) {
    if (size > limits->largest) return 1;
    if (!is_marked(limits, data, size)) return 0;
    PyObject *answer = PyObject_CallFunctionObjArgs(limits->is_special, content, NULL);
    int is_true = answer ? PyObject_IsTrue(answer) : -1;
    Py_XDECREF(answer);
    return is_true;
}

typedef struct {
    PyObject *kind, *waiting;
    Py_buffer children, siblings; /* by entry, as 32-bit numbers that are negative for none */
    int is_file;
    Py_ssize_t count, bytes, added, held;
} Filling;

static int64_t link_of(const Py_buffer *links, int64_t entry) {
    int32_t link = -1;
    if (entry >= 0 && entry < links->len / (Py_ssize_t)sizeof link)
        memcpy(&link, (const char *)links->buf + entry * (Py_ssize_t)sizeof link, sizeof link);
    return link;
}

/* Takes the next object of a walk, or of what yields the same as tuples. Returns as `walk_next`. */
static int next_of(PyObject *walked, int is_ours, Resolved *resolved) {
    if (is_ours) return walk_next(walked, resolved);
    PyObject *item = PyIter_Next(walked);
    if (item == NULL) return PyErr_Occurred() ? -1 : 0;
    long long entry, base;
    int is_read = 0;
    if (!PyTuple_Check(item)) PyErr_SetString(PyExc_TypeError, "a walk yields tuples");
    else is_read = PyArg_ParseTuple(item, "LLSO", &entry, &base, &resolved->content, &resolved->delta);
    if (is_read) {
        resolved->entry = entry;
        resolved->base = base;
        Py_INCREF(resolved->content);
        if (resolved->delta == Py_None) resolved->delta = NULL;
        else Py_INCREF(resolved->delta);
    }
    Py_DECREF(item);
    return is_read ? 1 : -1;
}

/* Adds an object. Returns 1; 0 if Python has to, -1 with an exception. */
static int take(const Limits *limits, Filling *filling, PyObject *batch, const Resolved *resolved) {
    PyObject *delta = resolved->delta ? resolved->delta : Py_None;
    char *data;
    Py_ssize_t size, added;
    if (PyBytes_AsStringAndSize(resolved->content, &data, &size) < 0) return -1;
    if (filling->is_file) {
        int special = is_special(limits, resolved->content, data, size);
        if (special) return special < 0 ? -1 : 0;
    }
    if (delta != Py_None) {
        Py_ssize_t length = PyBytes_Size(delta);
        if (length < 0) return -1;
        if (limits->dense && length >= (size + limits->dense - 1) / limits->dense) delta = Py_None;
    }
    if (delta == Py_None && size > limits->alone) return 0;

    PyObject *waiting = Py_BuildValue(
        "(LOOLOOO)", (long long)resolved->entry, filling->kind, resolved->content,
        (long long)resolved->base, delta,
        link_of(&filling->children, resolved->entry) >= 0 ? Py_True : Py_False,
        link_of(&filling->siblings, resolved->entry) < 0 ? Py_True : Py_False);
    if (waiting == NULL) return -1;
    Py_ssize_t position = PyList_Size(filling->waiting);
    int failed =
        batch_add(batch, position, resolved->content, delta, limits->margin, &added) < 0 ||
        PyList_Append(filling->waiting, waiting) < 0;
    Py_DECREF(waiting);
    if (failed) return -1;

    filling->count++;
    filling->bytes += size;
    filling->held += size;
    filling->added += added;
    return 1;
}

PyObject *batch_fill(PyObject *self, PyObject *arguments) {
    PyObject *capsule, *walked, *children, *siblings, *other = NULL, *answer = NULL;
    Filling filling = {0};
    if (!PyArg_ParseTuple(arguments, "OOUOOO!nn", &capsule, &walked, &filling.kind, &children,
                          &siblings, &PyList_Type, &filling.waiting, &filling.added, &filling.held))
        return NULL;
    Py_ssize_t before = filling.added;
    const Limits *limits = PyCapsule_GetPointer(capsule, NAME);
    if (limits == NULL) return NULL;
    if (!PyIter_Check(walked)) {
        PyErr_SetString(PyExc_TypeError, "a walk is an iterator");
        return NULL;
    }
    if (PyObject_GetBuffer(children, &filling.children, PyBUF_SIMPLE) < 0) return NULL;
    if (PyObject_GetBuffer(siblings, &filling.siblings, PyBUF_SIMPLE) < 0) {
        PyBuffer_Release(&filling.children);
        return NULL;
    }

    filling.is_file = PyUnicode_CompareWithASCIIString(filling.kind, "blob") == 0;
    int is_ours = is_walk(walked), state = 1;
    while (filling.added < limits->full && filling.held < limits->held) {
        Resolved each;
        if ((state = next_of(walked, is_ours, &each)) <= 0) break;
        if ((state = take(limits, &filling, self, &each)) == 0)
            other = Py_BuildValue("(LLOO)", (long long)each.entry, (long long)each.base, each.content,
                                  each.delta ? each.delta : Py_None);
        Py_DECREF(each.content);
        Py_XDECREF(each.delta);
        if (state <= 0) break;
    }
    if (state >= 0 && !PyErr_Occurred())
        answer = Py_BuildValue("(Onnn)", other ? other : Py_None, filling.count, filling.bytes,
                               filling.added - before);
    Py_XDECREF(other);
    PyBuffer_Release(&filling.children);
    PyBuffer_Release(&filling.siblings);
    return answer;
}

PyObject *feed_based_on(PyObject *module, PyObject *arguments) {
    (void)module;
    PyObject *waiting, *known;
    Py_ssize_t at, end;
    if (!PyArg_ParseTuple(arguments, "O!O!nn", &PyList_Type, &waiting, &PyDict_Type, &known, &at, &end))
        return NULL;
    if (at < 0 || end > PyList_Size(waiting)) {
        PyErr_SetString(PyExc_IndexError, "no object waits there");
        return NULL;
    }
    for (; at < end; at++) {
        PyObject *item = PyList_GetItem(waiting, at);
        PyObject *base = PyTuple_Check(item) ? PyTuple_GetItem(item, BASE) : NULL;
        int is_known = base ? PyDict_Contains(known, base) : -1;
        if (is_known < 0) {
            if (!PyErr_Occurred()) PyErr_SetString(PyExc_TypeError, "what waits is a tuple");
            return NULL;
        }
        if (is_known) break;
    }
    return PyLong_FromSsize_t(at < end ? at : end);
}
