/* Many files read into one buffer with one call: scanner/sources/listed.py says which, and
 * scanner/engine/together.py what becomes of them.
 *
 * Only what is as it should be is read here: a regular file of a moderate size that has as many
 * bytes as the system says. Every other one is left to scanner/sources/files.py, so that each error
 * has one text and one place.
 */

#include "files.h"

#ifdef READS_FILES
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SEPARATOR "\n\0\n" /* that of scanner/engine/sweep.py */
#define BETWEEN 3           /* its bytes */
#define MOST_MARKS 256      /* several times as many as all decoders have signatures */

enum { LEFT = -1, FULL = -2 }; /* in place of a size */

typedef struct {
    const char *text;
    Py_ssize_t size, at;
} Mark; /* bytes at a place in a file */

typedef struct {
    int flags;
    Py_ssize_t batch, most, tail;
    Mark head, marks[MOST_MARKS];
    Py_ssize_t mark_count;
    char *buffer;
    Py_ssize_t used;
} Reading;

/* Reads the file at `path` to where the buffer is used to; returns its size, LEFT or FULL. */
static Py_ssize_t read_file(const Reading *reading, const char *path) {
    struct stat found;
    Py_ssize_t result = LEFT;
    int descriptor = open(path, reading->flags);
    if (descriptor < 0) return LEFT;
    if (fstat(descriptor, &found) == 0 && S_ISREG(found.st_mode) && found.st_size >= 0 &&
        found.st_size <= reading->most) {
        Py_ssize_t size = (Py_ssize_t)found.st_size;
        if (reading->used > BETWEEN && size > reading->batch - reading->used) result = FULL;
        /* One byte more, to notice that it grows. */
        else if (read(descriptor, reading->buffer + reading->used, (size_t)size + 1) == size) result = size;
    }
    close(descriptor);
    return result;
}

static int has(const Mark *mark, const char *text, Py_ssize_t size) {
    return mark->at <= size && mark->size <= size - mark->at &&
           memcmp(text + mark->at, mark->text, (size_t)mark->size) == 0;
}

/* Returns whether the file may be encoded: a signature is there, or a null byte near the end. */
static int is_marked(const Reading *reading, const char *text, Py_ssize_t size) {
    for (Py_ssize_t each = 0; each < reading->mark_count; each++)
        if (has(reading->marks + each, text, size)) return 1;
    Py_ssize_t tail = size < reading->tail ? size : reading->tail;
    return memchr(text + size - tail, 0, (size_t)tail) != NULL;
}

static int add(PyObject *list, Py_ssize_t number) {
    PyObject *item = PyLong_FromSsize_t(number);
    if (item == NULL) return -1;
    int failed = PyList_Append(list, item);
    Py_DECREF(item);
    return failed;
}

static int read_marks(PyObject *given, Reading *reading) {
    reading->mark_count = PyTuple_Size(given);
    if (reading->mark_count > MOST_MARKS) {
        PyErr_SetString(PyExc_ValueError, "there are too many signatures");
        return -1;
    }
    for (Py_ssize_t each = 0; each < reading->mark_count; each++) {
        Mark *mark = reading->marks + each;
        PyObject *item = PyTuple_GetItem(given, each); /* whose bytes live as long as `given` */
        if (!PyTuple_Check(item)) {
            PyErr_SetString(PyExc_TypeError, "a signature is a tuple");
            return -1;
        }
        if (!PyArg_ParseTuple(item, "ny#", &mark->at, &mark->text, &mark->size)) return -1;
        if (mark->at < 0) {
            PyErr_SetString(PyExc_ValueError, "a signature is at a place in the file");
            return -1;
        }
    }
    return 0;
}

/* Reads the file called `name`; returns as `read_file` does, or -3 with an exception. */
static Py_ssize_t read_named(Reading *reading, PyObject *name) {
    PyObject *encoded;
    if (!PyUnicode_FSConverter(name, &encoded)) {
        if (!PyErr_ExceptionMatches(PyExc_ValueError)) return -3;
        PyErr_Clear(); /* no file can have this name, and Python says so */
        return LEFT;
    }
    const char *path = PyBytes_AsString(encoded);
    Py_ssize_t size;
    Py_BEGIN_ALLOW_THREADS;
    size = read_file(reading, path);
    Py_END_ALLOW_THREADS;
    Py_DECREF(encoded);
    return size;
}

/* Reads files from the one numbered `at` on, until the batch is full; returns the number of the
 * first one that is not read, or -1 with an exception. `lists` are as in `files_read`. */
static Py_ssize_t fill(Reading *reading, PyObject *names, Py_ssize_t at, PyObject **lists) {
    memcpy(reading->buffer, SEPARATOR, BETWEEN);
    reading->used = BETWEEN;
    for (; at < PyList_Size(names); at++) {
        const char *text = reading->buffer + reading->used;
        Py_ssize_t size = read_named(reading, PyList_GetItem(names, at));
        if (size == FULL) return at;
        if (size < LEFT) return -1;
        if (size == LEFT || has(&reading->head, text, size)) {
            if (add(lists[4], at) < 0) return -1;
            continue;
        }
        if ((is_marked(reading, text, size) && add(lists[3], PyList_Size(lists[0])) < 0) ||
            add(lists[0], at) < 0 || add(lists[1], reading->used) < 0 ||
            add(lists[2], reading->used + size) < 0)
            return -1;
        memcpy(reading->buffer + reading->used + size, SEPARATOR, BETWEEN);
        reading->used += size + BETWEEN;
    }
    return at;
}

PyObject *files_read(PyObject *module, PyObject *arguments) {
    (void)module;
    PyObject *names, *buffer, *marks, *found = NULL;
    PyObject *lists[5] = {NULL, NULL, NULL, NULL, NULL}; /* numbers, begins, ends, marked, left */
    Py_ssize_t at;
    Reading reading;
    if (!PyArg_ParseTuple(arguments, "O!nO!iy#nnnO!", &PyList_Type, &names, &at, &PyByteArray_Type,
                          &buffer, &reading.flags, &reading.head.text, &reading.head.size,
                          &reading.batch, &reading.most, &reading.tail, &PyTuple_Type, &marks))
        return NULL;
    if (at < 0 || reading.batch < 0 || reading.most < 0 || reading.tail < 0 ||
        reading.batch > PY_SSIZE_T_MAX / 4 || reading.most > PY_SSIZE_T_MAX / 4) {
        PyErr_SetString(PyExc_ValueError, "sizes and places are not negative");
        return NULL;
    }
    reading.head.at = 0;
    /* A file of `most` bytes alone, or a full batch; after it the byte more, and a separator. */
    Py_ssize_t room = reading.batch + reading.most + 2 * BETWEEN + 1;
    if (read_marks(marks, &reading) < 0 ||
        (PyByteArray_Size(buffer) < room && PyByteArray_Resize(buffer, room) < 0))
        return NULL;
    reading.buffer = PyByteArray_AsString(buffer);

    for (int each = 0; each < 5; each++)
        if ((lists[each] = PyList_New(0)) == NULL) goto done;
    at = fill(&reading, names, at, lists);
    if (at >= 0)
        found = Py_BuildValue("(nnOOOOO)", at, reading.used, lists[0], lists[1], lists[2], lists[3], lists[4]);

done:
    for (int each = 0; each < 5; each++) Py_XDECREF(lists[each]);
    return found;
}
#endif
