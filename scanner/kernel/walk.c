/* The walk over the delta trees of a pack: scanner/git/walk.py says how it goes, and is what runs
 * where this is not built. Entries as git writes them are read here; Python is called for whatever
 * else there is (large, damaged, cut off), does it over, and says what is wrong. */

#define _FILE_OFFSET_BITS 64
#include "walk.h"

#include <string.h>
#ifndef _WIN32
#include <unistd.h>
#endif

#define SMALL (64 << 10) /* bytes of an entry up to which it is read here */
#define UNLIKELY 4096    /* see pack.py */

enum { OFFSETS, SIZES, HEADS, POSITIONS, CHECKSUMS, CHILDREN, SIBLINGS, COLUMNS };
enum { DECOMPRESS, IS_OVER, UNUSED, NAMES };
static const char *const spelled[NAMES] = {"decompress", "eof", "unused_data"};
static const Py_ssize_t widths[COLUMNS] = {8, 8, 1, 4, 4, 4, 4};

enum { CRC32, BEGIN, INFLATE, APPLY, RESOLVE, PROVE, GIVE_UP, CALLS };

typedef struct {
    int64_t base;    /* an entry */
    int64_t child;   /* its next delta */
    PyObject *data;  /* the content; NULL once it was let go */
} Waiting;

typedef struct {
    PyObject_HEAD
    int file;
    int64_t number; /* of entries */
    Py_buffer columns[COLUMNS];
    PyObject *calls[CALLS], *names[NAMES], *damaged, *roots, *error;
    int has_ends; /* each entry ends where the next one begins */
    Py_ssize_t root; /* the next one */
    Waiting *stack;
    Py_ssize_t depth, room;
    int64_t held, memory;
    unsigned long long largest;
} Walk;

/* The number at `place` of a column; the caller has checked the place. */
static int64_t number_at(const Walk *walk, int column, int64_t place) {
    const char *from = (const char *)walk->columns[column].buf + place * widths[column];
    int64_t wide;
    uint32_t narrow;
    switch (widths[column]) {
    case 1: return *(const uint8_t *)from;
    case 4: memcpy(&narrow, from, sizeof narrow); return narrow;
    default: memcpy(&wide, from, sizeof wide); return wide;
    }
}

/* The delta after or on an entry; negative if there is none. */
static int64_t follow(const Walk *walk, int column, int64_t entry) {
    int32_t next;
    memcpy(&next, (const char *)walk->columns[column].buf + entry * widths[column], sizeof next);
    return next < walk->number ? next : -1;
}

static PyObject *call_with_entry(PyObject *function, int64_t entry, PyObject *argument) {
    PyObject *number = PyLong_FromLongLong(entry);
    if (number == NULL) return NULL;
    PyObject *answer = PyObject_CallFunctionObjArgs(function, number, argument, NULL);
    Py_DECREF(number);
    return answer;
}

static PyObject *bytes_or_error(PyObject *content) {
    if (content == NULL || PyBytes_Check(content)) return content;
    Py_DECREF(content);
    PyErr_SetString(PyExc_TypeError, "contents are bytes");
    return NULL;
}

#ifndef _WIN32
/* Returns whether `stored` has the checksum of the index, if that has any. */
static int is_right(const Walk *walk, int64_t entry, PyObject *stored) {
    if (walk->columns[CHECKSUMS].buf == NULL) return 1;
    int64_t position = number_at(walk, POSITIONS, entry);
    if (position >= walk->number) return 0;
    PyObject *sum = PyObject_CallFunctionObjArgs(walk->calls[CRC32], stored, NULL);
    if (sum == NULL) return 0;
    unsigned long found = PyLong_AsUnsignedLong(sum);
    Py_DECREF(sum);
    return (int64_t)found == number_at(walk, CHECKSUMS, position);
}

/* Returns whether an inflater is at its end, and had nothing left over if each entry has an end. */
static int is_whole(const Walk *walk, PyObject *inflater) {
    PyObject *over = PyObject_GetAttr(inflater, walk->names[IS_OVER]);
    PyObject *unused = PyObject_GetAttr(inflater, walk->names[UNUSED]);
    int whole = over == Py_True && unused && PyBytes_Check(unused) &&
                (!walk->has_ends || PyBytes_Size(unused) == 0);
    Py_XDECREF(over);
    Py_XDECREF(unused);
    return whole;
}

/* Returns the content of an entry, or NULL, perhaps with an exception: then Python reads it. */
static PyObject *read_small(const Walk *walk, int64_t entry) {
    PyObject *stored = NULL, *packed = NULL, *most = NULL, *inflater = NULL, *content = NULL;
    uint64_t begin = (uint64_t)number_at(walk, OFFSETS, entry);
    uint64_t length = (uint64_t)number_at(walk, OFFSETS, entry + 1) - begin;
    uint64_t size = (uint64_t)number_at(walk, SIZES, entry);
    Py_ssize_t head = (Py_ssize_t)number_at(walk, HEADS, entry);
    if (begin > INT64_MAX || length > SMALL || (uint64_t)head > length || size > walk->largest ||
        length > 2 * size + UNLIKELY)
        return NULL;
    if (PyDict_Size(walk->damaged) > 0) {
        PyObject *number = PyLong_FromLongLong(entry);
        int is_damaged = number ? PyDict_Contains(walk->damaged, number) : -1;
        Py_XDECREF(number);
        if (is_damaged) return NULL;
    }

    stored = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)length);
    if (stored == NULL) return NULL;
    char *bytes = PyBytes_AsString(stored);
    if (pread(walk->file, bytes, (size_t)length, (off_t)begin) != (ssize_t)length ||
        !is_right(walk, entry, stored))
        goto done;

    /* One byte more than expected, so that an object that is too large does not end in time. */
    packed = PyMemoryView_FromMemory(bytes + head, (Py_ssize_t)length - head, PyBUF_READ);
    most = PyLong_FromUnsignedLongLong(size + 1);
    inflater = PyObject_CallNoArgs(walk->calls[BEGIN]);
    if (packed == NULL || most == NULL || inflater == NULL) goto done;
    content = PyObject_CallMethodObjArgs(inflater, walk->names[DECOMPRESS], packed, most, NULL);
    if (content && (!PyBytes_Check(content) || (uint64_t)PyBytes_Size(content) != size ||
                    !is_whole(walk, inflater)))
        Py_CLEAR(content);

done:
    Py_XDECREF(packed);
    Py_XDECREF(most);
    Py_XDECREF(inflater);
    Py_DECREF(stored);
    return content;
}
#endif

static PyObject *inflate(const Walk *walk, int64_t entry) {
#ifndef _WIN32
    PyObject *content = read_small(walk, entry);
    if (content) return content;
    if (PyErr_Occurred()) {
        if (!PyErr_ExceptionMatches(PyExc_Exception)) return NULL; /* such as KeyboardInterrupt */
        PyErr_Clear();
    }
#endif
    return bytes_or_error(call_with_entry(walk->calls[INFLATE], entry, NULL));
}

static PyObject *apply(const Walk *walk, PyObject *base, PyObject *delta) {
    PyObject *content = apply_delta(base, delta, walk->largest);
    if (content || PyErr_Occurred()) return content;
    return bytes_or_error(PyObject_CallFunctionObjArgs(walk->calls[APPLY], base, delta, NULL));
}

/* Returns `content`, if it is what the ID of the entry says or the index has checksums. */
static PyObject *proved(const Walk *walk, int64_t entry, PyObject *content) {
    if (content == NULL || walk->calls[PROVE] == Py_None) return content;
    PyObject *done = call_with_entry(walk->calls[PROVE], entry, content);
    if (done == NULL) Py_CLEAR(content);
    Py_XDECREF(done);
    return content;
}

/* Reports an entry, and if `column` is SIBLINGS those after it, that the exception is about. */
static int give_up(const Walk *walk, int64_t entry, int column) {
    PyObject *type, *value, *trace;
    if (!PyErr_ExceptionMatches(walk->error)) return -1;
    PyErr_Fetch(&type, &value, &trace);
    PyErr_NormalizeException(&type, &value, &trace);
    int failed = 0;
    for (; entry >= 0 && !failed; entry = column == SIBLINGS ? follow(walk, column, entry) : -1) {
        PyObject *done = call_with_entry(walk->calls[GIVE_UP], entry, value);
        failed = done == NULL;
        Py_XDECREF(done);
    }
    Py_XDECREF(type);
    Py_XDECREF(value);
    Py_XDECREF(trace);
    return failed ? -1 : 0;
}

static int push(Walk *walk, int64_t entry, PyObject *data) {
    int64_t child = follow(walk, CHILDREN, entry);
    if (child < 0) return 0;
    if (walk->depth == walk->room) {
        Py_ssize_t room = walk->room ? 2 * walk->room : 64;
        Waiting *stack = PyMem_Realloc(walk->stack, (size_t)room * sizeof *stack);
        if (stack == NULL) {
            PyErr_NoMemory();
            return -1;
        }
        walk->stack = stack;
        walk->room = room;
    }
    Py_INCREF(data);
    walk->stack[walk->depth++] = (Waiting){entry, child, data};
    walk->held += PyBytes_Size(data);

    /* The contents nearest to the root are let go first: they are needed last. */
    for (Py_ssize_t at = 0; at < walk->depth - 1 && walk->held > walk->memory; at++) {
        if (walk->stack[at].data == NULL) continue;
        walk->held -= PyBytes_Size(walk->stack[at].data);
        Py_CLEAR(walk->stack[at].data);
    }
    return 0;
}

/* Returns the base of the next delta, which the caller owns; NULL without an exception if it
 * cannot be read, and the deltas on it were reported. */
static PyObject *take_base(Walk *walk, int64_t *entry, int64_t *child) {
    Waiting *top = walk->stack + walk->depth - 1;
    *entry = top->base;
    *child = top->child;
    if (top->data == NULL) { /* it was let go */
        PyObject *data = bytes_or_error(call_with_entry(walk->calls[RESOLVE], top->base, NULL));
        if (data == NULL) {
            walk->depth--;
            give_up(walk, *child, SIBLINGS);
            return NULL;
        }
        top->data = data;
        walk->held += PyBytes_Size(data);
    }

    PyObject *base = top->data;
    top->child = follow(walk, SIBLINGS, *child);
    if (top->child < 0) { /* the last delta on it */
        walk->held -= PyBytes_Size(base);
        walk->depth--;
    } else {
        Py_INCREF(base);
    }
    return base;
}

int walk_next(PyObject *self, Resolved *resolved) {
    Walk *walk = (Walk *)self;
    while (!PyErr_Occurred()) {
        int64_t entry, base = -1;
        PyObject *content = NULL, *delta = NULL;
        if (walk->depth) {
            PyObject *before = take_base(walk, &base, &entry);
            if (before == NULL) continue;
            delta = inflate(walk, entry);
            if (delta) content = apply(walk, before, delta);
            Py_DECREF(before);
        } else {
            if (walk->root >= PyList_Size(walk->roots)) return 0;
            entry = PyLong_AsLongLong(PyList_GetItem(walk->roots, walk->root++));
            if (entry < 0 || entry >= walk->number) {
                if (!PyErr_Occurred()) PyErr_SetString(PyExc_IndexError, "no entry of the pack");
                return -1;
            }
            content = inflate(walk, entry);
        }

        content = proved(walk, entry, content);
        if (content == NULL) give_up(walk, entry, -1);
        else if (push(walk, entry, content) == 0) {
            *resolved = (Resolved){entry, base, content, delta};
            return 1;
        }
        Py_XDECREF(content);
        Py_XDECREF(delta);
    }
    return -1;
}

static PyObject *next(PyObject *self) {
    Resolved each;
    if (walk_next(self, &each) <= 0) return NULL;
    PyObject *tuple = Py_BuildValue("(LLOO)", (long long)each.entry, (long long)each.base,
                                    each.content, each.delta ? each.delta : Py_None);
    Py_DECREF(each.content);
    Py_XDECREF(each.delta);
    return tuple;
}

/* No other type has this function, and a type that is derived from it has the same fields. */
int is_walk(PyObject *object) { return PyType_GetSlot(Py_TYPE(object), Py_tp_iternext) == (void *)next; }

static void dealloc(PyObject *self) {
    Walk *walk = (Walk *)self;
    PyTypeObject *type = Py_TYPE(self);
    while (walk->depth) Py_XDECREF(walk->stack[--walk->depth].data);
    PyMem_Free(walk->stack);
    for (int column = 0; column < COLUMNS; column++) PyBuffer_Release(walk->columns + column);
    for (int call = 0; call < CALLS; call++) Py_XDECREF(walk->calls[call]);
    Py_XDECREF(walk->damaged);
    Py_XDECREF(walk->roots);
    Py_XDECREF(walk->error);
    for (int name = 0; name < NAMES; name++) Py_XDECREF(walk->names[name]);
    ((freefunc)PyType_GetSlot(type, Py_tp_free))(self);
    Py_DECREF(type);
}

/* Takes the columns; -1 with an exception unless each has a number for each entry. */
static int take_columns(Walk *walk, PyObject *const *given) {
    for (int column = 0; column < COLUMNS; column++) {
        Py_buffer *view = walk->columns + column;
        if (column == CHECKSUMS && given[column] == Py_None) continue;
        if (PyObject_GetBuffer(given[column], view, PyBUF_SIMPLE) < 0) return -1;
        Py_ssize_t count = view->len / widths[column];
        if (column == OFFSETS) walk->number = count - 1; /* the last one is the end */
        if (walk->number < 0 || view->len % widths[column] ||
            count != walk->number + (column == OFFSETS)) {
            PyErr_SetString(PyExc_ValueError, "each column has a number for each entry");
            return -1;
        }
    }
    return 0;
}

static PyObject *new(PyTypeObject *type, PyObject *arguments, PyObject *keywords) {
    PyObject *columns[COLUMNS], *calls[CALLS], *damaged, *roots, *error;
    int file, has_ends;
    long long memory;
    unsigned long long largest;
    if (keywords && PyDict_Size(keywords)) {
        PyErr_SetString(PyExc_TypeError, "Walk takes no keywords");
        return NULL;
    }
    if (!PyArg_ParseTuple(arguments, "i(OOOOOOO)O!O!LKO(OOOOOOO)p", &file, columns + OFFSETS,
                          columns + SIZES, columns + HEADS, columns + POSITIONS,
                          columns + CHECKSUMS, columns + CHILDREN, columns + SIBLINGS, &PyDict_Type,
                          &damaged, &PyList_Type, &roots, &memory, &largest, &error, calls + CRC32,
                          calls + BEGIN, calls + INFLATE, calls + APPLY, calls + RESOLVE,
                          calls + PROVE, calls + GIVE_UP, &has_ends))
        return NULL;

    PyObject *self = ((allocfunc)PyType_GetSlot(type, Py_tp_alloc))(type, 0); /* all of it zero */
    if (self == NULL) return NULL;
    Walk *walk = (Walk *)self;
    walk->file = file;
    walk->memory = memory;
    walk->largest = largest;
    walk->damaged = Py_NewRef(damaged);
    walk->roots = Py_NewRef(roots);
    walk->error = Py_NewRef(error);
    for (int call = 0; call < CALLS; call++) walk->calls[call] = Py_NewRef(calls[call]);
    walk->has_ends = has_ends;
    int failed = take_columns(walk, columns) < 0;
    for (int name = 0; name < NAMES && !failed; name++) {
        walk->names[name] = PyUnicode_InternFromString(spelled[name]);
        failed = walk->names[name] == NULL;
    }
    if (failed) {
        Py_DECREF(self);
        return NULL;
    }
    return self;
}

static PyType_Slot slots[] = {
    {Py_tp_new, new},
    {Py_tp_dealloc, dealloc},
    {Py_tp_iter, PyObject_SelfIter},
    {Py_tp_iternext, next},
    {Py_tp_doc, "The objects of delta trees, each once."},
    {0, NULL},
};

PyType_Spec walk_type = {"scanner.kernel.packs.Walk", sizeof(Walk), 0, Py_TPFLAGS_DEFAULT, slots};
