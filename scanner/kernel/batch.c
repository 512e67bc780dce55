/* Pieces of objects that are searched together: scanner/history/objects/batch.py is the same in
 * Python, and says what a batch is. */

#include "batch.h"

#include <string.h>

#include "feed.h"

#define SEPARATOR "\n\0\n" /* that of scanner/engine/sweep.py */
#define BETWEEN 3           /* its bytes */

typedef struct {
    Py_ssize_t position, start; /* of the piece in its object */
    Py_ssize_t begin, length;   /* in the buffer */
} Piece;

typedef struct {
    PyObject_HEAD
    char *buffer;
    Py_ssize_t size, room;
    Piece *pieces;
    Py_ssize_t count, most;
    Spans spans; /* of one delta after the other */
} Batch;

static int grow(void **items, Py_ssize_t needed, Py_ssize_t *room, size_t width) {
    if (needed <= *room) return 0;
    Py_ssize_t more = needed <= PY_SSIZE_T_MAX / 2 ? 2 * needed : needed;
    void *grown = (size_t)more <= PY_SSIZE_T_MAX / width ? PyMem_Realloc(*items, (size_t)more * width) : NULL;
    if (grown == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    *items = grown;
    *room = more;
    return 0;
}

/* Adds data[begin:end], of the object at `position`. */
static int add_piece(Batch *batch, Py_ssize_t position, const char *data, Py_ssize_t begin,
                     Py_ssize_t end) {
    Py_ssize_t length = end - begin;
    if (length > PY_SSIZE_T_MAX - batch->size - BETWEEN) {
        PyErr_NoMemory();
        return -1;
    }
    if (grow((void **)&batch->buffer, batch->size + length + BETWEEN, &batch->room, 1) < 0 ||
        grow((void **)&batch->pieces, batch->count + 1, &batch->most, sizeof(Piece)) < 0)
        return -1;
    batch->pieces[batch->count++] = (Piece){position, begin, batch->size, length};
    memcpy(batch->buffer + batch->size, data + begin, (size_t)length);
    memcpy(batch->buffer + batch->size + length, SEPARATOR, BETWEEN);
    batch->size += length + BETWEEN;
    return 0;
}

int batch_add(PyObject *self, Py_ssize_t position, PyObject *object, PyObject *delta, int margin,
              Py_ssize_t *added) {
    Batch *batch = (Batch *)self;
    char *data;
    Py_ssize_t size;
    int is_plain = 0;
    uint64_t result;
    *added = 0;
    if (PyBytes_AsStringAndSize(object, &data, &size) < 0) return -1;
    if (delta != Py_None) {
        is_plain = margin < 0 ? 0 : fresh_spans(delta, margin, &batch->spans, &result);
        if (is_plain < 0) return -1;
    }

    /* Without a plain delta that made this very object, all of it counts as new. */
    if (!is_plain || result != (uint64_t)size) {
        *added = size;
        return add_piece(batch, position, data, 0, size);
    }
    for (Py_ssize_t at = 0; at < batch->spans.count; at++) {
        Span span = batch->spans.items[at]; /* within the result: from 0 to its size */
        if (add_piece(batch, position, data, (Py_ssize_t)span.begin, (Py_ssize_t)span.end) < 0)
            return -1;
        *added += (Py_ssize_t)(span.end - span.begin);
    }
    return 0;
}

static PyObject *add(PyObject *self, PyObject *arguments) {
    Py_ssize_t position, added;
    PyObject *object, *delta;
    int margin;
    if (!PyArg_ParseTuple(arguments, "nSOi", &position, &object, &delta, &margin) ||
        batch_add(self, position, object, delta, margin, &added) < 0)
        return NULL;
    return PyLong_FromSsize_t(added);
}

static PyObject *joined(PyObject *self, PyObject *unused) {
    (void)unused;
    Batch *batch = (Batch *)self;
    return PyBytes_FromStringAndSize(batch->buffer, batch->size);
}

static PyObject *piece_at(PyObject *self, PyObject *argument) {
    Batch *batch = (Batch *)self;
    Py_ssize_t offset = PyLong_AsSsize_t(argument), low = 0, high = batch->count;
    if (offset == -1 && PyErr_Occurred()) return NULL;
    while (low < high) {
        Py_ssize_t middle = low + (high - low) / 2;
        if (batch->pieces[middle].begin <= offset) low = middle + 1;
        else high = middle;
    }
    if (low == 0) Py_RETURN_NONE;
    const Piece *piece = batch->pieces + low - 1;
    if (offset - piece->begin >= piece->length) Py_RETURN_NONE;
    return Py_BuildValue("(nnnn)", piece->position, piece->start, piece->begin, piece->length);
}

static PyObject *new(PyTypeObject *type, PyObject *arguments, PyObject *keywords) {
    if (!PyArg_ParseTuple(arguments, "") || (keywords && PyDict_Size(keywords))) {
        if (!PyErr_Occurred()) PyErr_SetString(PyExc_TypeError, "Batch takes no keywords");
        return NULL;
    }
    PyObject *self = ((allocfunc)PyType_GetSlot(type, Py_tp_alloc))(type, 0); /* all of it zero */
    Batch *batch = (Batch *)self;
    if (self == NULL) return NULL;
    if (grow((void **)&batch->buffer, BETWEEN, &batch->room, 1) < 0) {
        Py_DECREF(self);
        return NULL;
    }
    memcpy(batch->buffer, SEPARATOR, BETWEEN);
    batch->size = BETWEEN;
    return self;
}

static void dealloc(PyObject *self) {
    Batch *batch = (Batch *)self;
    PyTypeObject *type = Py_TYPE(self);
    PyMem_Free(batch->buffer);
    PyMem_Free(batch->pieces);
    PyMem_Free(batch->spans.items);
    ((freefunc)PyType_GetSlot(type, Py_tp_free))(self);
    Py_DECREF(type);
}

static PyMethodDef methods[] = {
    {"add", add, METH_VARARGS, "Add what is new of an object; return its bytes."},
    {"fill", batch_fill, METH_VARARGS,
     "Add objects of a walk until the batch is full; return (one that Python has to add, or None, "
     "their number and bytes, and those of what is new)."},
    {"joined", joined, METH_NOARGS, "Return the buffer that is searched."},
    {"piece_at", piece_at, METH_O, "Return (position, start, begin, length) of the piece there, or None."},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot slots[] = {
    {Py_tp_new, new},
    {Py_tp_dealloc, dealloc},
    {Py_tp_methods, methods},
    {Py_tp_doc, "Pieces of objects that are searched together."},
    {0, NULL},
};

PyType_Spec batch_type = {"scanner.kernel.packs.Batch", sizeof(Batch), 0, Py_TPFLAGS_DEFAULT, slots};
