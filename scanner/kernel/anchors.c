/* The search for anchors, compiled: see scanner/engine/anchors.py, which says what is searched for
 * and is what runs where this is not built. Both return the same for every buffer.
 *
 * Literals: of the two pairs in any three bytes of a literal, one is at an even offset. The three
 * bytes are those whose pairs are rarest. Only pairs at even offsets are looked up, in a table of
 * 65,536 bytes, of which text uses a few; what remains is compared with the literals themselves. One
 * of two bytes is searched for by its first byte.
 *
 * Runs of the base64 alphabet: windows of 16 bytes are looked at, so far from one another that any
 * run of the shortest length has one. In text hardly any window is in the alphabet.
 *
 * No byte outside of the buffer is read: each function takes the bounds and checks them.
 */

#include "files.h"

#include <limits.h>
#include <stdint.h>
#include <string.h>

#define SHORTEST 2     /* bytes of the shortest literal */
#define HASHED 3       /* bytes by which longer ones are found */
#define BUCKETS 4096   /* of the table of literals by their first three bytes */
#define PAIRS 65536    /* of two bytes */
#define STEP 8         /* bytes in which pairs are looked up at once */
#define WINDOW 16      /* bytes of one: a vector of every processor that has any */
#define LETTERS_A 5    /* a run of letters alone counts as base64 if a fifth of them are `A` */
#define NAME "scanner.kernel.tables"

enum { LOWER = 1, UPPER = 2, DIGIT = 4, SIGN = 8 };       /* what a byte of the alphabet is */
enum { FIRST = 1, SECOND = 2 };                           /* of the pairs of three bytes */
enum { ANY, MIXED, ALL_UPPER, ALL_LOWER, VARIED };        /* Anchor.case, in this order */

typedef struct {
    const uint8_t *text; /* in `kept` */
    Py_ssize_t size;
    Py_ssize_t lead; /* bytes before the three by which it is found */
    int number;
    int next; /* the next literal of the same bucket, or -1 */
} Literal;

typedef struct {
    uint64_t bits[4];
} Set; /* of bytes */

typedef struct {
    Py_ssize_t length;
    int number;
    int letters; /* one of ANY to VARIED */
    int has_before, has_after, has_first;
    Set before, after, first;
    int then_count;
    const Set *then; /* in `sets` */
} Run;

typedef struct {
    uint8_t kinds[256]; /* 0 for a byte outside of the alphabet */
    uint8_t pairs[PAIRS], encoded_pairs[PAIRS];
    int buckets[BUCKETS], encoded_buckets[BUCKETS];
    Literal *literals, *encoded;
    int short_literals, short_encoded; /* the first literal of two bytes, or -1 */
    Run *runs; /* by ascending length */
    Py_ssize_t run_count;
    Set *sets;
    Py_ssize_t least;       /* characters of the shortest run that is looked at */
    Py_ssize_t encoded_run; /* of the shortest one in which an encoded literal counts */
    int wants_heads;
    Set lower_heads; /* first bytes of runs of small letters and digits that may have a head */
    PyObject *kept;  /* the tuple that owns the bytes of all literals */
} Tables;

static int has(const Set *set, uint8_t byte) { return (set->bits[byte >> 6] >> (byte & 63)) & 1; }

static void add(Set *set, uint8_t byte) { set->bits[byte >> 6] |= (uint64_t)1 << (byte & 63); }

static uint16_t pair_at(const uint8_t *text) { return (uint16_t)(text[0] | text[1] << 8); }

static unsigned bucket_of(const uint8_t *text) {
    uint32_t three = (uint32_t)text[0] | (uint32_t)text[1] << 8 | (uint32_t)text[2] << 16;
    return (three * 2654435761u) >> 20; /* Knuth's multiplier; 12 bits, for 4096 buckets */
}

/* Adds a place to the list `spots`; -1 with an exception if there is no memory. */
static int add_spot(PyObject *spots, Py_ssize_t offset, int number) {
    PyObject *spot = Py_BuildValue("(ni)", offset, number);
    if (spot == NULL) return -1;
    int failed = PyList_Append(spots, spot);
    Py_DECREF(spot);
    return failed;
}

/* Adds the literals in text[begin:end] whose three bytes are at `at`; offsets count from `origin`. */
static int compare(const Literal *literals, const int *buckets, const uint8_t *text, Py_ssize_t at,
                   Py_ssize_t begin, Py_ssize_t end, Py_ssize_t origin, PyObject *spots) {
    if (at < begin || end - at < HASHED) return 0;
    for (int each = buckets[bucket_of(text + at)]; each >= 0; each = literals[each].next) {
        const Literal *literal = literals + each;
        Py_ssize_t start = at - literal->lead;
        if (start >= begin && literal->size <= end - start &&
            memcmp(text + start, literal->text, (size_t)literal->size) == 0 &&
            add_spot(spots, start - origin, literal->number) < 0)
            return -1;
    }
    return 0;
}

/* Adds all literals in text[begin:end]; `shorter` is the first one of two bytes. */
static int search_literals(const Literal *literals, const uint8_t *pairs, const int *buckets,
                           int shorter, const uint8_t *text, Py_ssize_t begin, Py_ssize_t end,
                           Py_ssize_t origin, PyObject *spots) {
    for (; shorter >= 0; shorter = literals[shorter].next) {
        const uint8_t *two = literals[shorter].text;
        const uint8_t *found = text + begin;
        while (found + 1 < text + end &&
               (found = memchr(found, two[0], (size_t)(text + end - 1 - found))) != NULL) {
            if (found[1] == two[1] && add_spot(spots, found - text - origin, literals[shorter].number) < 0)
                return -1;
            found++;
        }
    }
    for (Py_ssize_t at = begin; at + 1 < end; at += 2) {
        /* One jump for some pairs at once, since hardly any is in the table. */
        while (end - at > STEP && !(pairs[pair_at(text + at)] | pairs[pair_at(text + at + 2)] |
                                    pairs[pair_at(text + at + 4)] | pairs[pair_at(text + at + 6)]))
            at += STEP;
        uint8_t places = pairs[pair_at(text + at)];
        if ((places & SECOND && compare(literals, buckets, text, at - 1, begin, end, origin, spots) < 0) ||
            (places & FIRST && compare(literals, buckets, text, at, begin, end, origin, spots) < 0))
            return -1;
    }
    return 0;
}

static int fits(const Run *run, const uint8_t *text, Py_ssize_t begin, Py_ssize_t end, int kinds) {
    if (run->has_first && !has(&run->first, text[begin])) return 0;
    if (run->has_before && !has(&run->before, text[begin - 1])) return 0;
    if (run->has_after && !has(&run->after, text[end])) return 0;
    for (int place = 0; place < run->then_count; place++)
        if (!has(run->then + place, text[begin + 1 + place])) return 0;
    switch (run->letters) {
    case MIXED: return (kinds & LOWER) && (kinds & UPPER);
    case ALL_UPPER: return (kinds & UPPER) && !(kinds & (LOWER | SIGN));
    case ALL_LOWER: return (kinds & LOWER) && !(kinds & (UPPER | SIGN));
    case VARIED: return (kinds & LOWER) && (kinds & UPPER) && (kinds & DIGIT) && !(kinds & SIGN);
    default: return 1;
    }
}

static int add_span(PyObject *spans, Py_ssize_t begin, Py_ssize_t end) {
    PyObject *span = Py_BuildValue("(nn)", begin, end);
    if (span == NULL) return -1;
    int failed = PyList_Append(spans, span);
    Py_DECREF(span);
    return failed;
}

static int has_many_a(const uint8_t *text, Py_ssize_t begin, Py_ssize_t end) {
    Py_ssize_t count = 0;
    for (Py_ssize_t at = begin; at < end; at++) count += text[at] == 'A';
    return count * LETTERS_A >= end - begin;
}

/* Judges the run text[begin:end]; the byte before it and, if end < size, the byte after it are
 * outside of the alphabet. Offsets of the content are those of the buffer less one. */
static int take_run(const Tables *tables, const uint8_t *text, Py_ssize_t begin, Py_ssize_t end,
                    Py_ssize_t size, PyObject *spots, PyObject *heads, PyObject *lower_heads) {
    Py_ssize_t length = end - begin;
    int kinds = 0;
    for (Py_ssize_t at = begin; at < end; at++) kinds |= tables->kinds[text[at]];

    if (end < size) { /* else it is cut off, and the next piece sees all of it */
        Py_ssize_t low = 0, high = tables->run_count;
        while (low < high) {
            Py_ssize_t middle = (low + high) / 2;
            if (tables->runs[middle].length < length) low = middle + 1;
            else high = middle;
        }
        for (; low < tables->run_count && tables->runs[low].length == length; low++)
            if (fits(tables->runs + low, text, begin, end, kinds) &&
                add_spot(spots, begin - 1, tables->runs[low].number) < 0)
                return -1;
    }

    if (length < tables->encoded_run) return 0;
    int is_lower = (kinds & LOWER) && !(kinds & UPPER);
    int is_word = !(kinds & (DIGIT | SIGN)) && !has_many_a(text, begin, end);
    if (!(is_lower || is_word) || end == size) {
        if (search_literals(tables->encoded, tables->encoded_pairs, tables->encoded_buckets,
                            tables->short_encoded, text,
                            begin, end, 1, spots) < 0)
            return -1;
        return tables->wants_heads ? add_span(heads, begin, end) : 0;
    }
    if (is_lower && has(&tables->lower_heads, text[begin])) return add_span(lower_heads, begin, end);
    return 0;
}

/* Returns whether all bytes of a window are in the alphabet. Compilers make vectors of it. */
static int is_in_alphabet(const uint8_t *window) {
    uint8_t outside[WINDOW];
    uint64_t halves[2];
    for (int at = 0; at < WINDOW; at++) {
        uint8_t byte = window[at];
        uint8_t letter = (uint8_t)((byte | ('a' - 'A')) - 'a');
        uint8_t other = (uint8_t)(byte - '/'); /* the digits follow the slash */
        outside[at] = (letter > 'z' - 'a') & (other > '9' - '/') & (byte != '+');
    }
    memcpy(halves, outside, sizeof halves);
    return !(halves[0] | halves[1]);
}

static int search_runs(const Tables *tables, const uint8_t *text, Py_ssize_t size, PyObject *spots,
                       PyObject *heads, PyObject *lower_heads) {
    const uint8_t *kinds = tables->kinds;
    Py_ssize_t least = tables->least, floor = 1, at;
    if (size > 0 && kinds[text[0]]) {
        /* A piece of large content that begins inside of a run: what is after the first byte. */
        Py_ssize_t end = 1;
        while (end < size && kinds[text[end]]) end++;
        if (search_literals(tables->encoded, tables->encoded_pairs, tables->encoded_buckets,
                            tables->short_encoded, text, 1,
                            end, 1, spots) < 0)
            return -1;
        floor = end + 1; /* where it begins is not known, so it has no head */
    }

    /* A run that is long enough and begins at `floor` or later has a window at one of these steps. */
    Py_ssize_t step = least - WINDOW + 1;
    for (at = floor + step - 1; step > 0 && at <= size - WINDOW;) {
        if (!is_in_alphabet(text + at)) {
            at += step;
            continue;
        }
        Py_ssize_t begin = at, end = at + WINDOW;
        while (begin > floor && kinds[text[begin - 1]]) begin--;
        while (end < size && kinds[text[end]]) end++;
        if (end - begin >= least &&
            take_run(tables, text, begin, end, size, spots, heads, lower_heads) < 0)
            return -1;
        floor = end + 1;
        at = floor + step - 1;
    }
    if (step > 0 && (at -= step) >= floor) { /* the last window: what is long enough begins after it */
        while (kinds[text[at]]) at++;
        floor = at + 1;
    }

    while ((at = floor + least - 1) < size) {
        /* Backwards from the last byte of the shortest run that can begin here: in text a byte
         * outside of the alphabet is met soon, and no run that is long enough begins before it. */
        while (at >= floor && kinds[text[at]]) at--;
        if (at >= floor) {
            floor = at + 1;
            continue;
        }

        Py_ssize_t end = floor + least;
        while (end < size && kinds[text[end]]) end++;
        if (take_run(tables, text, floor, end, size, spots, heads, lower_heads) < 0) return -1;
        floor = end + 1;
    }
    return 0;
}

static void release(Tables *tables) {
    if (tables == NULL) return;
    PyMem_Free(tables->literals);
    PyMem_Free(tables->encoded);
    PyMem_Free(tables->runs);
    PyMem_Free(tables->sets);
    Py_XDECREF(tables->kept);
    PyMem_Free(tables);
}

static void destroy(PyObject *capsule) { release(PyCapsule_GetPointer(capsule, NAME)); }

/* How many of 1,000 bytes of source text are this one, roughly: it decides about speed alone. */
static int frequency(uint8_t byte) {
    static const uint8_t letters[26] = {41, 8, 20, 22, 70, 14, 10, 14, 38, 1, 4, 25, 15,
                                        38, 38, 17, 1, 38, 42, 52, 17, 7, 7, 5, 9, 1};
    if (byte >= 'a' && byte <= 'z') return letters[byte - 'a'];
    if (byte >= 'A' && byte <= 'Z') return 3;
    if (byte >= '0' && byte <= '9') return 5;
    return byte == ' ' ? 160 : byte == '\n' || byte == '_' || byte == '.' || byte == '"' ? 20 : 6;
}

/* Returns where in a literal the three bytes are whose two pairs are rarest. */
static Py_ssize_t rarest(const Literal *literal) {
    Py_ssize_t best = 0;
    int least = INT_MAX;
    for (Py_ssize_t at = 0; at + HASHED <= literal->size; at++) {
        const uint8_t *text = literal->text + at;
        int middle = frequency(text[1]);
        int often = middle * (frequency(text[0]) + frequency(text[2]));
        if (often < least) {
            least = often;
            best = at;
        }
    }
    return best;
}

/* Returns the tuple at `place` of a tuple; NULL with an exception for anything else. */
static PyObject *tuple_at(PyObject *given, Py_ssize_t place) {
    PyObject *item = PyTuple_GetItem(given, place);
    if (item != NULL && !PyTuple_Check(item)) {
        PyErr_SetString(PyExc_TypeError, "tables hold tuples");
        return NULL;
    }
    return item;
}

/* Fills `literals`, `pairs` and `buckets` from a tuple of (number, bytes). */
static Literal *read_literals(PyObject *given, uint8_t *pairs, int *buckets, int *shorter) {
    *shorter = -1;
    memset(buckets, 0xff, BUCKETS * sizeof *buckets); /* -1 in each */
    Py_ssize_t count = PyTuple_Size(given);
    if (count < 0) return NULL;
    Literal *literals = PyMem_Calloc((size_t)count + 1, sizeof *literals);
    if (literals == NULL) return (Literal *)PyErr_NoMemory();

    for (Py_ssize_t each = 0; each < count; each++) {
        Literal *literal = literals + each;
        const char *text;
        PyObject *item = tuple_at(given, each);
        if (item == NULL || !PyArg_ParseTuple(item, "iy#", &literal->number, &text, &literal->size)) {
            PyMem_Free(literals);
            return NULL;
        }
        if (literal->size < SHORTEST) {
            PyErr_SetString(PyExc_ValueError, "a literal has two bytes or more");
            PyMem_Free(literals);
            return NULL;
        }
        literal->text = (const uint8_t *)text;
        if (literal->size < HASHED) {
            literal->next = *shorter;
            *shorter = (int)each;
            continue;
        }
        literal->lead = rarest(literal);
        pairs[pair_at(literal->text + literal->lead)] |= FIRST;
        pairs[pair_at(literal->text + literal->lead + 1)] |= SECOND;
        unsigned bucket = bucket_of(literal->text + literal->lead);
        literal->next = buckets[bucket];
        buckets[bucket] = (int)each;
    }
    return literals;
}

static int read_set(PyObject *bytes, Set *set) {
    char *text;
    Py_ssize_t size;
    if (PyBytes_AsStringAndSize(bytes, &text, &size) < 0) return -1;
    for (Py_ssize_t at = 0; at < size; at++) add(set, (uint8_t)text[at]);
    return size > 0;
}

/* Fills the runs from a tuple of (number, length, before, after, first, then, letters). */
static int read_runs(PyObject *given, Tables *tables) {
    Py_ssize_t count = PyTuple_Size(given), sets = 0;
    if (count < 0) return -1;
    for (Py_ssize_t each = 0; each < count; each++) {
        PyObject *item = tuple_at(given, each);
        PyObject *then = item ? tuple_at(item, 5) : NULL;
        Py_ssize_t size = then ? PyTuple_Size(then) : -1;
        if (size < 0) return -1;
        sets += size;
    }

    tables->runs = PyMem_Calloc((size_t)count + 1, sizeof *tables->runs);
    tables->sets = PyMem_Calloc((size_t)sets + 1, sizeof *tables->sets);
    if (tables->runs == NULL || tables->sets == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    Set *next = tables->sets;
    for (Py_ssize_t each = 0; each < count; each++) {
        Run *run = tables->runs + each;
        PyObject *before, *after, *first, *then;
        if (!PyArg_ParseTuple(PyTuple_GetItem(given, each), "inSSSO!i", &run->number, &run->length,
                              &before, &after, &first, &PyTuple_Type, &then, &run->letters))
            return -1;
        if ((run->has_before = read_set(before, &run->before)) < 0 ||
            (run->has_after = read_set(after, &run->after)) < 0 ||
            (run->has_first = read_set(first, &run->first)) < 0)
            return -1;
        run->then = next;
        run->then_count = (int)PyTuple_Size(then);
        if (run->length < 1 || run->then_count >= run->length || (each > 0 && run->length < run[-1].length)) {
            PyErr_SetString(PyExc_ValueError, "runs are given by ascending length, longer than `then`");
            return -1;
        }
        for (int place = 0; place < run->then_count; place++, next++)
            if (read_set(PyTuple_GetItem(then, place), next) < 0) return -1;
    }
    tables->run_count = count;
    return 0;
}

static void fill_kinds(uint8_t *kinds) {
    for (int byte = 'a'; byte <= 'z'; byte++) kinds[byte] = LOWER;
    for (int byte = 'A'; byte <= 'Z'; byte++) kinds[byte] = UPPER;
    for (int byte = '0'; byte <= '9'; byte++) kinds[byte] = DIGIT;
    kinds['+'] = kinds['/'] = SIGN;
}

static PyObject *tables_of(PyObject *module, PyObject *arguments) {
    (void)module;
    PyObject *literals, *encoded, *runs, *lower;
    Tables *tables = PyMem_Calloc(1, sizeof *tables);
    if (tables == NULL) return PyErr_NoMemory();
    if (!PyArg_ParseTuple(arguments, "O!O!O!nniS", &PyTuple_Type, &literals, &PyTuple_Type, &encoded,
                          &PyTuple_Type, &runs, &tables->least, &tables->encoded_run,
                          &tables->wants_heads, &lower))
        goto failed;
    if (tables->least < 1) {
        PyErr_SetString(PyExc_ValueError, "the shortest run has one byte or more");
        goto failed;
    }

    fill_kinds(tables->kinds);
    tables->literals =
        read_literals(literals, tables->pairs, tables->buckets, &tables->short_literals);
    if (tables->literals == NULL) goto failed;
    tables->encoded =
        read_literals(encoded, tables->encoded_pairs, tables->encoded_buckets,
                                    &tables->short_encoded);
    if (tables->encoded == NULL) goto failed;
    if (read_runs(runs, tables) < 0 || read_set(lower, &tables->lower_heads) < 0) goto failed;
    tables->kept = PyTuple_Pack(2, literals, encoded); /* the literals point into their bytes */
    if (tables->kept == NULL) goto failed;

    PyObject *capsule = PyCapsule_New(tables, NAME, destroy);
    if (capsule == NULL) goto failed;
    return capsule;

failed:
    release(tables);
    return NULL;
}

static PyObject *search(PyObject *module, PyObject *arguments) {
    (void)module;
    PyObject *capsule;
    Py_buffer buffer;
    if (!PyArg_ParseTuple(arguments, "Oy*", &capsule, &buffer)) return NULL;

    const uint8_t *text = buffer.buf;
    Py_ssize_t size = buffer.len;
    PyObject *spots = PyList_New(0), *heads = PyList_New(0), *lower_heads = PyList_New(0);
    PyObject *found = NULL;
    const Tables *tables = PyCapsule_GetPointer(capsule, NAME);
    if (tables == NULL || spots == NULL || heads == NULL || lower_heads == NULL) goto done;
    /* The first and the last byte are edges, and no content: no literal may reach into them. */
    if (search_literals(tables->literals, tables->pairs, tables->buckets, tables->short_literals,
                        text, 1, size - 1, 1, spots) < 0 ||
        search_runs(tables, text, size, spots, heads, lower_heads) < 0)
        goto done;
    found = PyTuple_Pack(3, spots, heads, lower_heads);

done:
    Py_XDECREF(spots);
    Py_XDECREF(heads);
    Py_XDECREF(lower_heads);
    PyBuffer_Release(&buffer);
    return found;
}

static PyMethodDef methods[] = {
    {"tables", tables_of, METH_VARARGS,
     "Return the tables for literals, encoded literals and runs, as a capsule for `search`."},
    {"search", search, METH_VARARGS,
     "Return (spots, heads, lower heads) of a buffer between two edges: places of anchors, and the "
     "spans of runs that may begin with a head."},
#ifdef READS_FILES
    {"read_files", files_read, METH_VARARGS,
     "Read many small files into a buffer; return (after, used, numbers, begins, ends, marked, left)."},
#endif
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, "scanner.kernel.anchors", "The search for anchors, compiled.", 0, methods,
    NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit_anchors(void) { return PyModuleDef_Init(&definition); }
