/* Applying deltas, and what is new in their results. Whatever a delta says, no byte outside of the
 * base, the delta and the result is read or written: each length is compared with what is left. A
 * delta that is cut off, or does not fit, is left to the code in Python. */

#include "deltas.h"

#include <string.h>

#define LARGEST_COPY 0x10000 /* bytes that a copy of size zero stands for */
#define SIZE_BITS 63         /* of a size that is read here; Python has no limit */

typedef struct {
    int is_copy;
    uint64_t source; /* in the base; a copy's only */
    uint64_t length;
} Operation;

static int bytes_of(PyObject *object, Bytes *bytes) {
    char *text;
    Py_ssize_t size;
    if (PyBytes_AsStringAndSize(object, &text, &size) < 0) return -1;
    bytes->at = (const uint8_t *)text;
    bytes->end = bytes->at + size;
    return 0;
}

static uint64_t left_of(const Bytes *bytes) { return (uint64_t)(bytes->end - bytes->at); }

/* Reads a size: seven bits in each byte, the lowest first. -1 if it has no end, or is too large. */
static int read_size(Bytes *delta, uint64_t *size) {
    *size = 0;
    for (unsigned shift = 0; shift < SIZE_BITS; shift += 7) {
        if (delta->at == delta->end) return -1;
        uint8_t byte = *delta->at++;
        *size |= (uint64_t)(byte & 0x7F) << shift;
        if (!(byte & 0x80)) return 0;
    }
    return -1;
}

static int read_sizes(Bytes *delta, uint64_t *base, uint64_t *result) {
    return read_size(delta, base) < 0 ? -1 : read_size(delta, result);
}

/* Reads an operation, but not the bytes that it inserts. -1 if it is cut off, or no operation. */
static int read_operation(Bytes *delta, Operation *operation) {
    uint8_t head = *delta->at++;
    operation->is_copy = head >> 7;
    operation->source = 0;
    operation->length = head & 0x7F;
    if (!operation->is_copy) return operation->length && operation->length <= left_of(delta) ? 0 : -1;

    operation->length = 0;
    for (unsigned bit = 0; bit < 7; bit++) { /* four bytes of the offset, three of the length */
        if (!(head >> bit & 1)) continue;
        if (delta->at == delta->end) return -1;
        uint64_t byte = *delta->at++;
        if (bit < 4) operation->source |= byte << 8 * bit;
        else operation->length |= byte << 8 * (bit - 4);
    }
    if (!operation->length) operation->length = LARGEST_COPY;
    return 0;
}

PyObject *apply_delta(PyObject *base_object, PyObject *delta_object, uint64_t largest) {
    Bytes base, delta;
    uint64_t base_size, size;
    Operation operation;
    if (bytes_of(base_object, &base) < 0 || bytes_of(delta_object, &delta) < 0) return NULL;
    if (read_sizes(&delta, &base_size, &size) < 0 || base_size != left_of(&base) || size > largest ||
        size > PY_SSIZE_T_MAX)
        return NULL;

    PyObject *result = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)size);
    if (result == NULL) {
        PyErr_Clear(); /* out of memory, which Python reports as it does other failures */
        return NULL;
    }
    uint8_t *out = (uint8_t *)PyBytes_AsString(result);
    while (delta.at < delta.end) {
        if (read_operation(&delta, &operation) < 0 || operation.length > size) goto failed;
        const uint8_t *from = delta.at;
        if (operation.is_copy) {
            if (operation.source > base_size || operation.length > base_size - operation.source)
                goto failed;
            from = base.at + operation.source;
        } else {
            delta.at += operation.length;
        }
        memcpy(out, from, (size_t)operation.length);
        out += operation.length;
        size -= operation.length; /* what is left of the result */
    }
    if (size == 0) return result;

failed:
    Py_DECREF(result);
    return NULL;
}

/* Returns `found`, or None where there is nothing and no exception. */
static PyObject *or_none(PyObject *found) {
    if (found == NULL && !PyErr_Occurred()) Py_RETURN_NONE;
    return found;
}

PyObject *delta_apply(PyObject *module, PyObject *arguments) {
    (void)module;
    PyObject *base, *delta;
    unsigned long long largest;
    if (!PyArg_ParseTuple(arguments, "SSK", &base, &delta, &largest)) return NULL;
    return or_none(apply_delta(base, delta, largest));
}

static int append(PyObject *list, PyObject *item) {
    if (item == NULL) return -1;
    int failed = PyList_Append(list, item);
    Py_DECREF(item);
    return failed;
}

/* Spans that grow from the left to the right; `end` is negative before the first one. */
typedef struct {
    Spans *found;
    int64_t begin, end, margin, size;
} Growing;

static int add_span(Growing *growing) {
    Spans *found = growing->found;
    if (growing->end < 0) return 0;
    if (found->count == found->room) {
        Py_ssize_t room = found->room ? 2 * found->room : 32;
        Span *items = PyMem_Realloc(found->items, (size_t)room * sizeof *items);
        if (items == NULL) {
            PyErr_NoMemory();
            return -1;
        }
        found->items = items;
        found->room = room;
    }
    found->items[found->count++] = (Span){
        growing->begin < 0 ? 0 : growing->begin,
        growing->end > growing->size ? growing->size : growing->end,
    };
    return 0;
}

/* Notes that what is from `begin` to `end` in the result is new. */
static int note(Growing *growing, int64_t begin, int64_t end) {
    if (begin - growing->margin > growing->end) {
        if (add_span(growing) < 0) return -1;
        growing->begin = begin - growing->margin;
    }
    growing->end = end + growing->margin;
    return 0;
}

int fresh_spans(PyObject *object, int64_t margin, Spans *found, uint64_t *size) {
    Bytes delta;
    uint64_t base_size, expected = 0; /* where in the base a copy makes no joint */
    int64_t here = 0;                 /* in the result */
    int is_after_copy = 1;            /* the result begins as if after one of nothing */
    Operation operation;
    found->count = 0;
    if (bytes_of(object, &delta) < 0) return -1;
    if (read_sizes(&delta, &base_size, size) < 0) return 0;
    Growing growing = {found, -1, -1, margin, (int64_t)*size};

    while (delta.at < delta.end) {
        /* No length has more than 24 bits, and each operation has a byte: the sum cannot overflow. */
        if (read_operation(&delta, &operation) < 0) return 0;
        int64_t end = here + (int64_t)operation.length;
        if (operation.is_copy) {
            if ((!is_after_copy || operation.source != expected) && note(&growing, here, here) < 0)
                return -1;
            expected = operation.source + operation.length;
        } else {
            if (note(&growing, here, end) < 0) return -1;
            delta.at += operation.length;
        }
        is_after_copy = operation.is_copy;
        here = end;
    }
    if ((uint64_t)here != *size) return 0;

    /* What follows in the base is missing: see the code in Python. */
    if ((!is_after_copy || expected != base_size) && note(&growing, here, here) < 0) return -1;
    return add_span(&growing) < 0 ? -1 : 1;
}

static PyObject *list_of(const Spans *spans) {
    PyObject *list = PyList_New(0);
    for (Py_ssize_t at = 0; list && at < spans->count; at++) {
        Span span = spans->items[at];
        if (append(list, Py_BuildValue("(LL)", (long long)span.begin, (long long)span.end)) < 0)
            Py_CLEAR(list);
    }
    return list;
}

PyObject *delta_fresh(PyObject *module, PyObject *arguments) {
    (void)module;
    PyObject *delta, *list = NULL;
    uint64_t size;
    int margin;
    Spans spans = {0};
    if (!PyArg_ParseTuple(arguments, "Si", &delta, &margin)) return NULL;
    if (margin < 0) {
        PyErr_SetString(PyExc_ValueError, "a margin is not negative");
        return NULL;
    }
    if (fresh_spans(delta, margin, &spans, &size) > 0) list = list_of(&spans);
    PyMem_Free(spans.items);
    return or_none(list);
}

typedef struct {
    int64_t *items; /* ascending; NULL if all copies are wanted */
    Py_ssize_t count;
} Offsets;

static int is_any_between(const Offsets *offsets, uint64_t begin, uint64_t end) {
    Py_ssize_t low = 0, high = offsets->count;
    if (offsets->items == NULL) return 1;
    while (low < high) {
        Py_ssize_t middle = low + (high - low) / 2;
        if ((uint64_t)offsets->items[middle] < begin) low = middle + 1;
        else high = middle;
    }
    return low < offsets->count && (uint64_t)offsets->items[low] < end;
}

static int add_copy(PyObject *list, const Offsets *wanted, const Copy *copy) {
    if (!is_any_between(wanted, copy->source, copy->source + copy->end - copy->begin)) return 0;
    return append(list, Py_BuildValue("(KKK)", (unsigned long long)copy->begin,
                                      (unsigned long long)copy->end,
                                      (unsigned long long)copy->source));
}

int next_copy(Copies *copies, Copy *copy) {
    Operation operation;
    *copy = copies->following; /* empty if there is none */
    while (copies->delta.at < copies->delta.end) {
        if (read_operation(&copies->delta, &operation) < 0) return -1;
        uint64_t begin = copies->here;
        copies->here += operation.length;
        if (!operation.is_copy) {
            copies->delta.at += operation.length;
        } else if (copy->end == begin && operation.source == copy->source + (begin - copy->begin)) {
            copy->end = copies->here;
        } else {
            copies->following = (Copy){begin, copies->here, operation.source};
            if (copy->end) return 1;
            *copy = copies->following;
        }
    }
    copies->following = (Copy){0, 0, 0};
    if (copy->end) return 1;
    return copies->here == copies->size ? 0 : -1;
}

int begin_copies(PyObject *delta, Copies *copies) {
    uint64_t base_size;
    *copies = (Copies){0};
    if (bytes_of(delta, &copies->delta) < 0) return -1;
    return read_sizes(&copies->delta, &base_size, &copies->size) < 0 ? 0 : 1;
}

static PyObject *copies_of(Copies *copies, const Offsets *wanted) {
    Copy copy;
    int more = 0;
    PyObject *list = PyList_New(0);
    while (list && (more = next_copy(copies, &copy)) > 0)
        if (add_copy(list, wanted, &copy) < 0) Py_CLEAR(list);
    if (more < 0) Py_CLEAR(list);
    return list;
}

PyObject *delta_copies(PyObject *module, PyObject *arguments) {
    (void)module;
    PyObject *object, *holding;
    Copies copies;
    Offsets wanted = {NULL, 0};
    if (!PyArg_ParseTuple(arguments, "SO", &object, &holding)) return NULL;
    int is_plain = begin_copies(object, &copies);
    if (is_plain <= 0) return is_plain < 0 ? NULL : or_none(NULL);
    if (holding != Py_None) {
        if ((wanted.count = PyList_Size(holding)) < 0) return NULL;
        wanted.items = PyMem_Calloc((size_t)wanted.count + 1, sizeof *wanted.items);
        if (wanted.items == NULL) return PyErr_NoMemory();
        for (Py_ssize_t each = 0; each < wanted.count; each++)
            wanted.items[each] = PyLong_AsLongLong(PyList_GetItem(holding, each));
    }

    PyObject *found = PyErr_Occurred() ? NULL : or_none(copies_of(&copies, &wanted));
    PyMem_Free(wanted.items);
    return found;
}
