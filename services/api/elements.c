/* elements.c - cuts a stream of bytes into the elements of a JSON array, or into lines. */
#include "services/api/elements.h"

void elements_open(struct elements *elements, enum elements_kind kind, size_t limit, elements_reader *read,
                   void *user) {
    *elements = (struct elements){.kind = kind, .limit = limit, .read = read, .user = user};
    elements->place = kind == ELEMENTS_LINES ? ELEMENTS_NEXT : ELEMENTS_START;
}

void elements_done(struct elements *elements) {
    buffer_done(&elements->kept);
}

static bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool is_wrong(struct elements *elements, const char *why) {
    elements->wrong = why;
    return false;
}

/* ---- between elements ---- */

/* A byte that is no space; false where it must not stand here. */
static bool step(struct elements *elements, char c) {
    bool first = elements->place == ELEMENTS_FIRST;
    if (elements->kind == ELEMENTS_LINES) {
        elements->place = ELEMENTS_WITHIN;
    } else if (elements->place == ELEMENTS_START) {
        if (c != '[')
            return is_wrong(elements, "is no JSON array");
        elements->place = ELEMENTS_FIRST;
    } else if (elements->place == ELEMENTS_AFTER) {
        return is_wrong(elements, "goes on after the array's end");
    } else if (c == ',' || (c == ']' && !first)) {
        return is_wrong(elements, "has a comma without an element");
    } else {
        elements->place = c == ']' ? ELEMENTS_AFTER : ELEMENTS_WITHIN;
    }
    return true;
}

/* ---- within one ---- */

/* Whether the element is over before this byte. */
static bool ends(struct elements *elements, char c) {
    if (elements->kind == ELEMENTS_LINES)
        return c == '\n';
    if (elements->quoted) {
        elements->quoted = elements->escaped || c != '"';
        elements->escaped = !elements->escaped && c == '\\';
        return false;
    }
    if (elements->depth == 0 && (c == ',' || c == ']'))
        return true;
    elements->quoted = c == '"';
    if (c == '{' || c == '[')
        elements->depth++;
    else if ((c == '}' || c == ']') && elements->depth > 0)
        elements->depth--;
    return false;
}

/* A part of the element; beyond the limit nothing of it is kept. */
static void keep(struct elements *elements, const char *bytes, size_t size) {
    elements->overlong |= size > elements->limit - elements->kept.size;
    if (elements->overlong)
        elements->kept.size = 0;
    else
        buffer_bytes(&elements->kept, bytes, size);
}

/* The element's last part: most come in one piece, and are read where they are. */
static void complete(struct elements *elements, const char *bytes, size_t size) {
    struct buffer *kept = &elements->kept;
    if (kept->size > 0 || elements->overlong || size > elements->limit) {
        keep(elements, bytes, size);
        bytes = elements->overlong ? NULL : kept->at;
        size = kept->size;
    }
    if (buffer_good(kept))
        elements->read(elements->user, bytes, size);
    kept->size = 0;
    elements->overlong = false;
}

bool elements_take(struct elements *elements, const char *bytes, size_t size) {
    const char *end = bytes + size, *from = bytes; /* of the element in hand */
    for (const char *at = bytes; at < end; at++, elements->offset++) {
        if (elements->place != ELEMENTS_WITHIN) {
            if (is_space(*at))
                continue;
            if (!step(elements, *at))
                return false;
            if (elements->place != ELEMENTS_WITHIN)
                continue;
            from = at;
        }
        if (ends(elements, *at)) {
            complete(elements, from, (size_t)(at - from));
            elements->place = *at == ']' ? ELEMENTS_AFTER : ELEMENTS_NEXT;
        }
    }
    if (elements->place == ELEMENTS_WITHIN)
        keep(elements, from, (size_t)(end - from));
    return buffer_good(&elements->kept);
}

bool elements_end(struct elements *elements) {
    if (elements->kind == ELEMENTS_LINES && elements->place == ELEMENTS_WITHIN)
        complete(elements, "", 0);
    else if (elements->kind == ELEMENTS_ARRAY && elements->place != ELEMENTS_AFTER)
        return is_wrong(elements, elements->place == ELEMENTS_START ? "is no JSON array" : "ends within the array");
    return buffer_good(&elements->kept);
}
