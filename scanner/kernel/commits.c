/* The heads of commits: scanner/history/objects/commit_rows.py has their form, and the same in
 * Python. */

#include "commits.h"

#include <string.h>

#define CONTENT 2      /* the place of the content among the fields of an object that waits */
#define LONGEST_TIME 18 /* digits */
#define LARGEST_ID 32   /* bytes */

typedef struct {
    const char *at, *end;
} Text;

typedef struct {
    uint8_t *bytes;
    Py_ssize_t size, room;
} Column;

static int append(Column *column, const void *bytes, Py_ssize_t size) {
    if (size > column->room - column->size) {
        Py_ssize_t room = 2 * column->room + size;
        uint8_t *grown = room > 0 ? PyMem_Realloc(column->bytes, (size_t)room) : NULL;
        if (grown == NULL) {
            PyErr_NoMemory();
            return -1;
        }
        column->bytes = grown;
        column->room = room;
    }
    memcpy(column->bytes + column->size, bytes, (size_t)size);
    column->size += size;
    return 0;
}

/* Goes on after `word`; 0 if the text does not begin so. */
static int skip(Text *text, const char *word) {
    Py_ssize_t size = (Py_ssize_t)strlen(word);
    if (text->end - text->at < size || memcmp(text->at, word, (size_t)size) != 0) return 0;
    text->at += size;
    return 1;
}

/* Goes on at the next byte that is one of `stops`; 0 if there is none. */
static int skip_to(Text *text, const char *stops) {
    for (; text->at < text->end; text->at++)
        if (*text->at && strchr(stops, *text->at)) return 1;
    return 0;
}

static int digit_of(char character) {
    if (character >= '0' && character <= '9') return character - '0';
    return character >= 'a' && character <= 'f' ? character - 'a' + 10 : -1;
}

/* Reads an ID of `size` bytes and the end of its line. */
static int read_id(Text *text, uint8_t *id, Py_ssize_t size) {
    if (text->end - text->at < 2 * size) return 0;
    for (Py_ssize_t at = 0; at < size; at++) {
        int high = digit_of(*text->at++), low = digit_of(*text->at++);
        if (high < 0 || low < 0) return 0;
        id[at] = (uint8_t)(high << 4 | low);
    }
    return skip(text, "\n");
}

static int read_number(Text *text, int most, int64_t *number) {
    const char *begin = text->at;
    *number = 0;
    for (; text->at < text->end && *text->at >= '0' && *text->at <= '9'; text->at++)
        if (text->at - begin < LONGEST_TIME) *number = *number * 10 + (*text->at - '0');
    return text->at > begin && text->at - begin <= most;
}

typedef struct {
    Column trees, parents, numbers, times;
} Columns;

/* Adds a commit. Returns 1; 0 if it has another form, with nothing added, -1 with an exception. */
static int read_commit(Text text, Py_ssize_t id_size, Columns *columns) {
    uint8_t tree[LARGEST_ID], parent[LARGEST_ID];
    Py_ssize_t parents = columns->parents.size;
    uint32_t number = 0;
    int64_t time, zone;
    if (!skip(&text, "tree ") || !read_id(&text, tree, id_size)) return 0;
    for (Text line = text; skip(&line, "parent ") && read_id(&line, parent, id_size); text = line) {
        if (append(&columns->parents, parent, id_size) < 0) return -1;
        number++;
    }
    if (!skip(&text, "author ") || !skip_to(&text, "\n") || !skip(&text, "\ncommitter ") ||
        !skip_to(&text, "<>\n") || !skip(&text, "<") || !skip_to(&text, "<>\n") ||
        !skip(&text, "> ") || !read_number(&text, LONGEST_TIME, &time) ||
        !(skip(&text, " +") || skip(&text, " -")) || !read_number(&text, INT32_MAX, &zone) ||
        !skip(&text, "\n")) {
        columns->parents.size = parents;
        return 0;
    }
    return append(&columns->trees, tree, id_size) < 0 ||
                   append(&columns->numbers, &number, sizeof number) < 0 ||
                   append(&columns->times, &time, sizeof time) < 0
               ? -1
               : 1;
}

/* Adds the commits that wait from `at` on; to `others` the positions of those in another form. */
static int read_waiting(PyObject *waiting, Py_ssize_t at, Py_ssize_t id_size, Columns *columns,
                        PyObject *others) {
    for (; at < PyList_Size(waiting); at++) {
        PyObject *item = PyList_GetItem(waiting, at);
        if (!PyTuple_Check(item)) {
            PyErr_SetString(PyExc_TypeError, "what waits is a tuple");
            return -1;
        }
        PyObject *content = PyTuple_GetItem(item, CONTENT);
        char *data;
        Py_ssize_t size;
        if (content == NULL || PyBytes_AsStringAndSize(content, &data, &size) < 0) return -1;
        int is_read = read_commit((Text){data, data + size}, id_size, columns);
        if (is_read < 0) return -1;
        if (is_read) continue;
        PyObject *position = PyLong_FromSsize_t(at);
        int failed = position == NULL || PyList_Append(others, position) < 0;
        Py_XDECREF(position);
        if (failed) return -1;
    }
    return 0;
}

PyObject *commits_read(PyObject *module, PyObject *arguments) {
    (void)module;
    PyObject *waiting, *answer = NULL;
    Py_ssize_t at, id_size;
    Columns columns = {0};
    if (!PyArg_ParseTuple(arguments, "O!nn", &PyList_Type, &waiting, &at, &id_size)) return NULL;
    if (at < 0 || id_size < 1 || id_size > LARGEST_ID) {
        PyErr_SetString(PyExc_ValueError, "an ID has 1 to 32 bytes");
        return NULL;
    }
    PyObject *others = PyList_New(0);
    if (others && read_waiting(waiting, at, id_size, &columns, others) == 0)
        answer = Py_BuildValue(
            "(y#y#y#y#O)", columns.trees.bytes ? (char *)columns.trees.bytes : "",
            columns.trees.size, columns.parents.bytes ? (char *)columns.parents.bytes : "",
            columns.parents.size, columns.numbers.bytes ? (char *)columns.numbers.bytes : "",
            columns.numbers.size, columns.times.bytes ? (char *)columns.times.bytes : "",
            columns.times.size, others);
    Py_XDECREF(others);
    PyMem_Free(columns.trees.bytes);
    PyMem_Free(columns.parents.bytes);
    PyMem_Free(columns.numbers.bytes);
    PyMem_Free(columns.times.bytes);
    return answer;
}
