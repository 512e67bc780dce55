/* Looking for objects in one tree: scanner/history/objects/tree_search.py is the same in Python,
 * and says how it goes. */

#include "trees.h"

#include <stdlib.h>
#include <string.h>

#define PREFIX 8              /* as in Python */
#define LONGEST 256           /* bytes before a span that are looked at, for a limit of the time */
#define STARTS (1 << 16 >> 3) /* bytes with a bit for each number of two bytes */

typedef struct {
    int64_t at;     /* of the zero byte before the ID */
    int64_t reach;  /* bytes back to the zero byte before that one, or to the start of the tree */
    int64_t origin; /* the number of the place in the base that it was copied with; or -1 */
} Place;

typedef struct {
    Place *items;
    Py_ssize_t count, room;
} Places;

typedef struct {
    PyObject *wanted;   /* the IDs that are looked for */
    const char *starts; /* a bit for each number of two bytes: whether one of them begins so */
    int64_t size;       /* bytes of an ID */
    const uint8_t *data;
    Py_ssize_t length;
    int64_t zero; /* the last zero byte that was found */
    PyObject *named;
    Places places;
} Tree;

#define DIRECTORY "40000 "
#define MODE 6 /* its bytes */

static Place place_at(const Tree *tree, int64_t at) {
    int64_t begin = at;
    while (begin > 0 && tree->data[--begin]) continue;
    return (Place){at, at - begin, -1};
}

static int add(Places *places, Place place) {
    if (places->count == places->room) {
        Py_ssize_t room = places->room ? 2 * places->room : 16;
        Place *items = PyMem_Realloc(places->items, (size_t)room * sizeof *items);
        if (items == NULL) {
            PyErr_NoMemory();
            return -1;
        }
        places->items = items;
        places->room = room;
    }
    places->items[places->count++] = place;
    return 0;
}

/* Returns whether the entry that ends before `end` may be a directory: its mode is after `begin`. */
static int may_be_directory(const uint8_t *begin, const uint8_t *end) {
    for (; end - begin > MODE; begin++) {
        begin = memchr(begin, DIRECTORY[0], (size_t)(end - begin - MODE));
        if (begin == NULL) break;
        if (!memcmp(begin, DIRECTORY, MODE)) return 1;
    }
    return 0;
}

static int name(Tree *tree, const uint8_t *id) {
    Py_ssize_t before = PyByteArray_Size(tree->named);
    if (PyByteArray_Resize(tree->named, before + PREFIX) < 0) return -1;
    memcpy(PyByteArray_AsString(tree->named) + before, id, PREFIX);
    return 0;
}

static int is_wanted(const Tree *tree, const uint8_t *id) {
    if (!(tree->starts[id[0] << 5 | id[1] >> 3] >> (id[1] & 7) & 1)) return 0;
    PyObject *whole = PyBytes_FromStringAndSize((const char *)id, (Py_ssize_t)tree->size);
    int found = whole ? PySet_Contains(tree->wanted, whole) : -1;
    Py_XDECREF(whole);
    return found;
}

/* Returns where the next zero byte is. Called with ascending places, it reads each byte once. */
static int64_t next_zero(Tree *tree, int64_t from) {
    if (tree->zero < from) {
        const uint8_t *found = memchr(tree->data + from, 0, (size_t)(tree->length - from));
        tree->zero = found ? found - tree->data : tree->length;
    }
    return tree->zero;
}

/* Looks at what is from `begin` to `end`, and at the first ID after it: its mode may be in there. */
static int search(Tree *tree, int64_t begin, int64_t end) {
    const uint8_t *data = tree->data;
    int64_t least = begin > LONGEST ? begin - LONGEST : 0, after = begin; /* the last zero byte */
    while (after > least && data[after - 1]) after--;
    int is_far = after > 0 && data[after - 1];
    for (int64_t at = begin; (at = next_zero(tree, at)) + tree->size < tree->length; at++) {
        const uint8_t *id = data + at + 1;
        if ((is_far || may_be_directory(data + after, data + at)) && name(tree, id) < 0) return -1;
        int found = is_wanted(tree, id);
        if (found < 0 || (found && add(&tree->places, place_at(tree, at)) < 0)) return -1;
        if (at + tree->size >= end) break;
        after = at + 1;
        is_far = 0;
    }
    return 0;
}

/* Adds what a copy has of the places `before`, ascending ones of the base. */
static int carry(Tree *tree, const Place *before, Py_ssize_t count, const Copy *copy) {
    Py_ssize_t low = 0, high = count;
    int64_t begin = (int64_t)copy->begin, source = (int64_t)copy->source;
    while (low < high) {
        Py_ssize_t middle = low + (high - low) / 2;
        if (before[middle].at < source) low = middle + 1;
        else high = middle;
    }
    for (; low < count; low++) {
        Place place = {before[low].at + begin - source, before[low].reach, low};
        if (place.at < begin || place.at + tree->size >= (int64_t)copy->end) break;
        /* Copied with all that decides about its name, the entry has the same name. */
        int64_t first = place.at - place.reach;
        if (first < begin || first > place.at || (first > 0 && tree->data[first])) place = place_at(tree, place.at);
        if (add(&tree->places, place) < 0) return -1;
    }
    return 0;
}

static int compare(const void *one, const void *other) {
    const Place *first = one, *second = other;
    if (first->at != second->at) return first->at < second->at ? -1 : 1;
    return (first->origin < second->origin) - (first->origin > second->origin);
}

/* Leaves each place once, in their order. Returns whether they are those of the base. */
static int settle(Places *places, Py_ssize_t before) {
    Py_ssize_t kept = 0;
    int is_same = 1;
    qsort(places->items, (size_t)places->count, sizeof *places->items, compare);
    for (Py_ssize_t each = 0; each < places->count; each++) {
        Place place = places->items[each];
        if (kept && places->items[kept - 1].at == place.at) continue;
        is_same &= place.origin == kept;
        places->items[kept++] = place;
    }
    places->count = kept;
    return is_same && kept == before;
}

/* Searches what `delta` adds to the base, all without one, and carries the places `before` along. */
static int look(Tree *tree, PyObject *delta, int dense, const Place *before, Py_ssize_t count) {
    Spans spans = {0};
    uint64_t size = 0;
    Copies copies;
    Copy copy;
    int is_plain = 0, more = 0;
    if (delta != Py_None && PyBytes_Size(delta) <= tree->length / (dense > 1 ? dense : 1))
        is_plain = fresh_spans(delta, tree->size + 1, &spans, &size);
    if (is_plain == 1 && size == (uint64_t)tree->length) {
        for (Py_ssize_t at = 0; at < spans.count && is_plain == 1; at++)
            if (search(tree, spans.items[at].begin, spans.items[at].end) < 0) is_plain = -1;
        if (count && is_plain == 1) more = begin_copies(delta, &copies);
        while (more > 0 && (more = next_copy(&copies, &copy)) > 0)
            if (carry(tree, before, count, &copy) < 0) more = -1;
        if (more < 0) is_plain = -1;
    } else if (is_plain >= 0 && search(tree, 0, tree->length) < 0) {
        is_plain = -1;
    }
    PyMem_Free(spans.items);
    return is_plain < 0 ? -1 : 0;
}

PyObject *tree_places(PyObject *module, PyObject *arguments) {
    (void)module;
    Tree tree = {0};
    PyObject *data, *delta, *found = NULL;
    char *text;
    const char *packed;
    Py_ssize_t size, starts;
    int id_size, dense;
    if (!PyArg_ParseTuple(arguments, "Oy#iiSOy#O!", &tree.wanted, &tree.starts, &starts, &id_size,
                          &dense, &data, &delta, &packed, &size, &PyByteArray_Type, &tree.named) ||
        PyBytes_AsStringAndSize(data, &text, &tree.length) < 0)
        return NULL;
    if (starts != STARTS || id_size < PREFIX || (delta != Py_None && !PyBytes_Check(delta))) {
        PyErr_SetString(PyExc_TypeError, "8,192 bytes of starts, the size of IDs, and a delta in bytes");
        return NULL;
    }
    tree.size = id_size;
    tree.zero = -1;
    tree.data = (const uint8_t *)text;

    Py_ssize_t count = size / (Py_ssize_t)sizeof(Place);
    Place *before = PyMem_Calloc((size_t)count + 1, sizeof *before);
    if (before == NULL) return PyErr_NoMemory();
    if (count) memcpy(before, packed, (size_t)count * sizeof *before);
    int failed = look(&tree, delta, dense, before, count);
    if (!failed && !tree.places.count) found = Py_NewRef(Py_None);
    if (!failed && tree.places.count) {
        int is_same = settle(&tree.places, count);
        found = Py_BuildValue("(y#i)", (const char *)tree.places.items,
                              tree.places.count * (Py_ssize_t)sizeof(Place), is_same);
    }
    PyMem_Free(tree.places.items);
    PyMem_Free(before);
    return found;
}
