/* The heads of the entries of a pack, and the trees of deltas that they make: pack_heads.py and
 * pack.py in scanner/git have the format, and the same in Python. A head that is not as git writes
 * it is left to Python, which says what is wrong with it. */

#define _FILE_OFFSET_BITS 64
#include "heads.h"

#include <string.h>
#ifndef _WIN32
#include <unistd.h>
#endif

#define START 12              /* bytes before the first entry */
#define LONGEST 64            /* bytes that are looked at of a head */
#define CHUNK (16 << 10)      /* bytes in one read */
#define SIZE_SHIFT (4 + 7 * 7) /* of the last byte of a size that is read here: 60 bits */
#define BACK_BYTES 8          /* of a distance that is read here: less than 57 bits */

#define DIGIT 11              /* bits by which offsets are sorted at a time */

enum { COMMIT = 1, TAG = 4, OFFSET_DELTA = 6 };

typedef struct {
    Py_buffer view;
    Py_ssize_t count;
} Column;

/* Takes a column of `count` numbers of `width` bytes (any number of them if that is negative). */
static int take(PyObject *given, Column *column, Py_ssize_t width, Py_ssize_t count, int flags) {
    if (PyObject_GetBuffer(given, &column->view, flags) < 0) return -1;
    column->count = column->view.len / width;
    if (column->view.len % width == 0 && (count < 0 || column->count == count)) return 0;
    PyErr_SetString(PyExc_ValueError, "each column has a number for each entry");
    return -1;
}

#ifndef _WIN32
/* Returns which entry begins at `offset`, -1 if none does. */
static int64_t entry_at(const uint64_t *offsets, Py_ssize_t number, uint64_t offset) {
    Py_ssize_t low = 0, high = number; /* the last one of several: the others have no content */
    while (low < high) {
        Py_ssize_t middle = low + (high - low) / 2;
        if (offsets[middle] <= offset) low = middle + 1;
        else high = middle;
    }
    return low > 0 && offsets[low - 1] == offset ? (int64_t)low - 1 : -1;
}

typedef struct {
    int kind;
    Py_ssize_t length; /* of the head */
    uint64_t size;
    uint64_t back; /* bytes to the base of a delta */
} Head;

/* Reads a head from `size` bytes; -1 unless it is a plain one. */
static int read_head(const uint8_t *bytes, Py_ssize_t size, Head *head) {
    Py_ssize_t at = 0;
    unsigned shift = 4;
    if (at == size) return -1;
    uint8_t byte = bytes[at++];
    head->kind = byte >> 4 & 7;
    head->size = byte & 15;
    for (; byte & 0x80; shift += 7) {
        if (at == size || shift > SIZE_SHIFT) return -1;
        byte = bytes[at++];
        head->size |= (uint64_t)(byte & 0x7F) << shift;
    }

    head->back = 0;
    if (head->kind == OFFSET_DELTA) {
        if (at == size) return -1;
        byte = bytes[at++];
        head->back = byte & 0x7F;
        for (int more = 1; byte & 0x80; more++) {
            if (at == size || more == BACK_BYTES) return -1;
            byte = bytes[at++];
            head->back = (head->back + 1) << 7 | (byte & 0x7F);
        }
        if (head->back == 0) return -1;
    } else if (head->kind < COMMIT || head->kind > TAG) {
        return -1;
    }
    head->length = at;
    return 0;
}
#endif

static int append(PyObject *list, Py_ssize_t number) {
    PyObject *item = PyLong_FromSsize_t(number);
    if (item == NULL) return -1;
    int failed = PyList_Append(list, item);
    Py_DECREF(item);
    return failed;
}

/* Sorts numbers, each with a position, by the digit of them that begins at the bit `shift`. */
static void sort_by_digit(const uint64_t *numbers, const uint32_t *positions, uint64_t *sorted,
                          uint32_t *moved, Py_ssize_t count, unsigned shift) {
    Py_ssize_t begins[1 << DIGIT] = {0}, begin = 0;
    const uint64_t mask = (1 << DIGIT) - 1;
    for (Py_ssize_t at = 0; at < count; at++) begins[numbers[at] >> shift & mask]++;
    for (Py_ssize_t digit = 0; digit < 1 << DIGIT; digit++) {
        Py_ssize_t size = begins[digit];
        begins[digit] = begin;
        begin += size;
    }
    for (Py_ssize_t at = 0; at < count; at++) {
        Py_ssize_t to = begins[numbers[at] >> shift & mask]++;
        sorted[to] = numbers[at];
        moved[to] = positions[at];
    }
}

PyObject *heads_order(PyObject *module, PyObject *arguments) {
    (void)module;
    PyObject *given[3], *answer = NULL;
    Column offsets = {0}, ordered = {0}, positions = {0};
    uint64_t *numbers = NULL;
    uint32_t *moved = NULL;
    if (!PyArg_ParseTuple(arguments, "OOO", given, given + 1, given + 2)) return NULL;
    if (take(given[0], &offsets, 8, -1, PyBUF_SIMPLE) < 0 ||
        take(given[1], &ordered, 8, offsets.count, PyBUF_WRITABLE) < 0 ||
        take(given[2], &positions, 4, offsets.count, PyBUF_WRITABLE) < 0)
        goto done;
    Py_ssize_t count = offsets.count;
    if ((uint64_t)count > UINT32_MAX) {
        PyErr_SetString(PyExc_ValueError, "too many offsets");
        goto done;
    }

    numbers = PyMem_Malloc((size_t)count * sizeof *numbers);
    moved = PyMem_Malloc((size_t)count * sizeof *moved);
    if (numbers == NULL || moved == NULL) {
        PyErr_NoMemory();
        goto done;
    }
    uint64_t *from = ordered.view.buf, *to = numbers, largest = 0;
    uint32_t *from_positions = positions.view.buf, *to_positions = moved;
    if (count) memcpy(from, offsets.view.buf, (size_t)count * sizeof *from);
    for (Py_ssize_t at = 0; at < count; at++) {
        from_positions[at] = (uint32_t)at;
        if (from[at] > largest) largest = from[at];
    }
    for (unsigned shift = 0; shift < 64 && largest >> shift; shift += DIGIT) {
        sort_by_digit(from, from_positions, to, to_positions, count, shift);
        uint64_t *sorted = to;
        uint32_t *sorted_positions = to_positions;
        to = from;
        to_positions = from_positions;
        from = sorted;
        from_positions = sorted_positions;
    }
    if (from == numbers && count) {
        memcpy(ordered.view.buf, from, (size_t)count * sizeof *from);
        memcpy(positions.view.buf, from_positions, (size_t)count * sizeof *from_positions);
    }
    answer = Py_NewRef(Py_None);

done:
    PyMem_Free(numbers);
    PyMem_Free(moved);
    PyBuffer_Release(&offsets.view);
    PyBuffer_Release(&ordered.view);
    PyBuffer_Release(&positions.view);
    return answer;
}

PyObject *heads_read(PyObject *module, PyObject *arguments) {
    (void)module;
    int file;
    Py_ssize_t start;
    PyObject *given[5], *left = NULL;
    Column offsets = {0}, kinds = {0}, lengths = {0}, sizes = {0}, bases = {0};
    if (!PyArg_ParseTuple(arguments, "iOnOOOO", &file, given, &start, given + 1, given + 2, given + 3,
                          given + 4))
        return NULL;
    if (take(given[0], &offsets, 8, -1, PyBUF_SIMPLE) < 0 ||
        take(given[1], &kinds, 1, -1, PyBUF_WRITABLE) < 0 ||
        take(given[2], &lengths, 1, kinds.count, PyBUF_WRITABLE) < 0 ||
        take(given[3], &sizes, 8, kinds.count, PyBUF_WRITABLE) < 0 ||
        take(given[4], &bases, 4, kinds.count, PyBUF_WRITABLE) < 0)
        goto done;
    if (start < 0 || start > offsets.count - 1 - kinds.count || offsets.count > INT32_MAX) {
        PyErr_SetString(PyExc_ValueError, "there are no such entries");
        goto done;
    }
    left = PyList_New(0);

#ifndef _WIN32
    const uint64_t *offset_of = offsets.view.buf;
    Py_ssize_t number = offsets.count - 1, held = 0; /* bytes in the chunk */
    uint64_t chunk_at = 0, end_of_pack = offset_of[number];
    uint8_t chunk[CHUNK];
    for (Py_ssize_t place = 0; left && place < kinds.count; place++) {
        uint64_t offset = offset_of[start + place], following = offset_of[start + place + 1];
        Head head;
        int64_t base = -1;
        int is_plain = START <= offset && offset < end_of_pack && offset < following &&
                       end_of_pack <= INT64_MAX - CHUNK;
        if (is_plain && (offset < chunk_at || offset + LONGEST > chunk_at + (uint64_t)held)) {
            ssize_t got = pread(file, chunk, CHUNK, (off_t)offset);
            held = got > 0 ? got : 0;
            chunk_at = offset;
        }
        if (is_plain) {
            Py_ssize_t size = held - (Py_ssize_t)(offset - chunk_at);
            is_plain = read_head(chunk + (offset - chunk_at), size < LONGEST ? size : LONGEST, &head) == 0 &&
                       (uint64_t)head.length <= following - offset && head.back <= offset;
        }
        if (is_plain && head.back) {
            base = entry_at(offset_of, number, offset - head.back);
            is_plain = base >= 0;
        }
        if (!is_plain) {
            if (append(left, place) < 0) Py_CLEAR(left);
            continue;
        }
        ((uint8_t *)kinds.view.buf)[place] = (uint8_t)head.kind;
        ((uint8_t *)lengths.view.buf)[place] = (uint8_t)head.length;
        ((uint64_t *)sizes.view.buf)[place] = head.size;
        ((int32_t *)bases.view.buf)[place] = (int32_t)base;
    }
#else
    for (Py_ssize_t place = 0; left && place < kinds.count; place++)
        if (append(left, place) < 0) Py_CLEAR(left);
#endif

done:
    PyBuffer_Release(&offsets.view);
    PyBuffer_Release(&kinds.view);
    PyBuffer_Release(&lengths.view);
    PyBuffer_Release(&sizes.view);
    PyBuffer_Release(&bases.view);
    return left;
}

PyObject *heads_link(PyObject *module, PyObject *arguments) {
    (void)module;
    PyObject *given[4], *later = NULL;
    Column bases = {0}, kinds = {0}, children = {0}, siblings = {0};
    if (!PyArg_ParseTuple(arguments, "OOOO", given, given + 1, given + 2, given + 3)) return NULL;
    if (take(given[0], &bases, 4, -1, PyBUF_SIMPLE) < 0 ||
        take(given[1], &kinds, 1, bases.count, PyBUF_WRITABLE) < 0 ||
        take(given[2], &children, 4, bases.count, PyBUF_WRITABLE) < 0 ||
        take(given[3], &siblings, 4, bases.count, PyBUF_WRITABLE) < 0)
        goto done;
    later = PyList_New(0);

    const int32_t *base_of = bases.view.buf;
    uint8_t *kind_of = kinds.view.buf;
    int32_t *child_of = children.view.buf, *next_to = siblings.view.buf;
    for (Py_ssize_t entry = bases.count - 1; entry >= 0; entry--) {
        int32_t base = base_of[entry];
        if (base < 0 || base >= bases.count) continue;
        next_to[entry] = child_of[base];
        child_of[base] = (int32_t)entry;
    }
    for (Py_ssize_t entry = 0; later && entry < bases.count; entry++) {
        int32_t base = base_of[entry];
        if (base < 0 || base >= bases.count) {
            if (kind_of[entry] >= OFFSET_DELTA) kind_of[entry] = 0;
        } else if (base < entry && kind_of[base] < OFFSET_DELTA) {
            kind_of[entry] = kind_of[base];
        } else if (append(later, entry) < 0) {
            Py_CLEAR(later);
        }
    }

done:
    PyBuffer_Release(&bases.view);
    PyBuffer_Release(&kinds.view);
    PyBuffer_Release(&children.view);
    PyBuffer_Release(&siblings.view);
    return later;
}
