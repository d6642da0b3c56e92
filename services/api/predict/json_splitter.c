/* json_splitter.c - splits a stream of bytes into the elements of a JSON array, or into lines. */
#include "services/api/predict/json_splitter.h"

void json_splitter_open(struct json_splitter *splitter, enum json_splitter_kind kind, size_t limit,
                        json_splitter_callback *read, void *user) {
    *splitter = (struct json_splitter){.kind = kind, .limit = limit, .read = read, .user = user};
    splitter->place = kind == JSON_SPLITTER_LINES ? JSON_SPLITTER_NEXT : JSON_SPLITTER_START;
}

void json_splitter_done(struct json_splitter *splitter) {
    strbuf_done(&splitter->partial);
}

static bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool set_error(struct json_splitter *splitter, const char *reason) {
    splitter->error = reason;
    return false;
}

/* ---- between elements ---- */

/* Handle a byte that is not white space; false if it is not allowed here. */
static bool step(struct json_splitter *splitter, char c) {
    bool first = splitter->place == JSON_SPLITTER_FIRST;
    if (splitter->kind == JSON_SPLITTER_LINES) {
        splitter->place = JSON_SPLITTER_WITHIN;
    } else if (splitter->place == JSON_SPLITTER_START) {
        if (c != '[')
            return set_error(splitter, "the body is not a JSON array");
        splitter->place = JSON_SPLITTER_FIRST;
    } else if (splitter->place == JSON_SPLITTER_AFTER) {
        return set_error(splitter, "unexpected text after the JSON array");
    } else if (c == ',' || (c == ']' && !first)) {
        return set_error(splitter, "the JSON array has an empty element");
    } else {
        splitter->place = c == ']' ? JSON_SPLITTER_AFTER : JSON_SPLITTER_WITHIN;
    }
    return true;
}

/* ---- within an element ---- */

/* Whether the element ends before this byte. */
static bool element_ends(struct json_splitter *splitter, char c) {
    if (splitter->kind == JSON_SPLITTER_LINES)
        return c == '\n';
    if (splitter->quoted) {
        splitter->quoted = splitter->escaped || c != '"';
        splitter->escaped = !splitter->escaped && c == '\\';
        return false;
    }
    if (splitter->depth == 0 && (c == ',' || c == ']'))
        return true;
    splitter->quoted = c == '"';
    if (c == '{' || c == '[')
        splitter->depth++;
    else if ((c == '}' || c == ']') && splitter->depth > 0)
        splitter->depth--;
    return false;
}

/* Keep a part of the element. Beyond the limit nothing is kept. */
static void append_partial(struct json_splitter *splitter, const char *bytes, size_t size) {
    splitter->too_long |= size > splitter->limit - splitter->partial.size;
    if (splitter->too_long)
        strbuf_truncate(&splitter->partial, 0);
    else
        strbuf_append(&splitter->partial, bytes, size);
}

/* The element's last part. Most elements arrive in one piece and are read in place. */
static void complete(struct json_splitter *splitter, const char *bytes, size_t size) {
    struct strbuf *partial = &splitter->partial;
    if (partial->size > 0 || splitter->too_long || size > splitter->limit) {
        append_partial(splitter, bytes, size);
        bytes = splitter->too_long ? NULL : partial->at;
        size = partial->size;
    }
    if (strbuf_ok(partial))
        splitter->read(splitter->user, bytes, size);
    strbuf_truncate(partial, 0);
    splitter->too_long = false;
}

bool json_splitter_feed(struct json_splitter *splitter, const char *bytes, size_t size) {
    const char *end = bytes + size, *from = bytes; /* of the current element */
    for (const char *at = bytes; at < end; at++, splitter->offset++) {
        if (splitter->place != JSON_SPLITTER_WITHIN) {
            if (is_space(*at))
                continue;
            if (!step(splitter, *at))
                return false;
            if (splitter->place != JSON_SPLITTER_WITHIN)
                continue;
            from = at;
        }
        if (element_ends(splitter, *at)) {
            complete(splitter, from, (size_t)(at - from));
            splitter->place = *at == ']' ? JSON_SPLITTER_AFTER : JSON_SPLITTER_NEXT;
        }
    }
    if (splitter->place == JSON_SPLITTER_WITHIN)
        append_partial(splitter, from, (size_t)(end - from));
    return strbuf_ok(&splitter->partial);
}

bool json_splitter_finish(struct json_splitter *splitter) {
    if (splitter->kind == JSON_SPLITTER_LINES && splitter->place == JSON_SPLITTER_WITHIN)
        complete(splitter, "", 0);
    else if (splitter->kind == JSON_SPLITTER_ARRAY && splitter->place != JSON_SPLITTER_AFTER)
        return set_error(splitter, splitter->place == JSON_SPLITTER_START ? "the body is not a JSON array"
                                                                          : "the JSON array is not complete");
    return strbuf_ok(&splitter->partial);
}
