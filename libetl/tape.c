/* tape.c - asking a tape, and making one by jansson: the reference. */
#include "libetl/tape.h"

#include <string.h>

#include "libetl/array.h"
#include "libetl/json_mend.h"

/* ---- names ---- */

#define TAPE_SPELLING(name) [TAPE_##name] = #name,
static const char *const spellings[TAPE_name_count] = {[TAPE_unnamed] = "", TAPE_NAMES(TAPE_SPELLING)};
#undef TAPE_SPELLING

/* Where a name is looked up: few of ours share a place, and those follow each other. */
enum { PLACES = 512 };
static struct { uint8_t name[PLACES], size[TAPE_name_count]; } names;

static size_t place_of(const char *at, size_t size) {
    const unsigned char *u = (const unsigned char *)at;
    return (size * 61 + u[0] * 7u + u[size / 2] * 29u + u[size - 1] * 151u) % PLACES;
}

__attribute__((constructor)) static void place_names(void) {
    for (unsigned name = 1; name < TAPE_name_count; name++) {
        names.size[name] = (uint8_t)strlen(spellings[name]);
        size_t place = place_of(spellings[name], names.size[name]);
        while (names.name[place] != TAPE_unnamed)
            place = (place + 1) % PLACES;
        names.name[place] = (uint8_t)name;
    }
}

enum tape_name tape_name_of(struct text name) {
    if (name.size == 0)
        return TAPE_unnamed;
    for (size_t place = place_of(name.at, name.size); names.name[place] != TAPE_unnamed; place = (place + 1) % PLACES) {
        uint8_t known = names.name[place];
        if (names.size[known] == name.size && memcmp(spellings[known], name.at, name.size) == 0)
            return (enum tape_name)known;
    }
    return TAPE_unnamed;
}

bool tape_keeps(enum tape_name name, struct text text) {
    return name != TAPE_description || (text.size > 0 && text.at[0] == 'S');
}

/* ---- the reference ---- */

static bool add(struct tape *tape, enum tape_kind kind, enum tape_name name) {
    if (!array_reserve(&tape->nodes, &tape->capacity, tape->count + 1, sizeof *tape->nodes))
        return false;
    tape->nodes[tape->count] = (struct tape_node){.kind = (uint8_t)kind, .name = (uint8_t)name};
    tape->count++;
    tape->nodes[tape->count - 1].after = (uint32_t)tape->count;
    return true;
}

static bool lay(struct tape *tape, const json_t *value, enum tape_name name);

static bool lay_object(struct tape *tape, const json_t *object) {
    const char *key;
    json_t *member;
    json_object_foreach((json_t *)object, key, member) {
        enum tape_name name = tape_name_of((struct text){key, strlen(key)});
        if (name != TAPE_unnamed && !lay(tape, member, name))
            return false;
    }
    return true;
}

static bool lay_array(struct tape *tape, const json_t *array) {
    size_t i;
    json_t *item;
    json_array_foreach(array, i, item) {
        if (!lay(tape, item, TAPE_unnamed))
            return false;
    }
    return true;
}

static enum tape_kind kind_of(const json_t *value) {
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        return TAPE_OBJECT;
    case JSON_ARRAY:
        return TAPE_ARRAY;
    case JSON_STRING:
        return TAPE_TEXT;
    case JSON_INTEGER:
        return TAPE_WHOLE;
    case JSON_TRUE:
        return TAPE_TRUE;
    case JSON_FALSE:
        return TAPE_FALSE;
    default:
        return TAPE_OTHER;
    }
}

static bool lay(struct tape *tape, const json_t *value, enum tape_name name) {
    size_t place = tape->count;
    enum tape_kind kind = kind_of(value);
    if (place >= TAPE_MAX_NODES || !add(tape, kind, name))
        return false;
    struct text text = {json_string_value(value), json_string_length(value)};
    if (kind == TAPE_TEXT && tape_keeps(name, text))
        tape->nodes[place].text = text;
    else if (kind == TAPE_TEXT)
        tape->nodes[place].kind = TAPE_OTHER;
    if (kind == TAPE_WHOLE)
        tape->nodes[place].whole = json_integer_value(value);
    bool done = kind == TAPE_OBJECT ? lay_object(tape, value) : kind == TAPE_ARRAY ? lay_array(tape, value) : true;
    tape->nodes[place].after = (uint32_t)tape->count;
    return done;
}

static void drop_owner(struct tape *tape) {
    json_decref(tape->owner);
    tape->owner = NULL;
}

enum tape_result tape_read(struct tape *tape, struct text text) {
    json_error_t problem;
    drop_owner(tape);
    tape->count = 0;
    json_t *root = json_mend_load(text, &problem);
    if (root == NULL)
        return json_error_code(&problem) == json_error_out_of_memory ? TAPE_NO_MEMORY : TAPE_UNKNOWN;
    tape->owner = root;
    if (!json_is_object(root))
        return TAPE_UNKNOWN;
    if (add(tape, TAPE_OTHER, TAPE_unnamed) && lay(tape, root, TAPE_unnamed))
        return TAPE_DONE;
    return tape->count >= TAPE_MAX_NODES ? TAPE_UNKNOWN : TAPE_NO_MEMORY;
}

void tape_done(struct tape *tape) {
    drop_owner(tape);
    free(tape->nodes);
    *tape = (struct tape){0};
}
