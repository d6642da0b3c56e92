/* tape.c - reads a tape, and makes one with jansson (the reference). */
#include "libetl/json/tape.h"

#include <string.h>

#include "libetl/base/array.h"
#include "libetl/json/json_repair.h"

/* ---- names ---- */

#define ETL_TAPE_SPELLING(name) [ETL_TAPE_##name] = #name,
static const char *const spellings[ETL_TAPE_name_count] = {[ETL_TAPE_unnamed] = "", ETL_TAPE_NAMES(ETL_TAPE_SPELLING)};
#undef ETL_TAPE_SPELLING

/* A hash table of names. Few names share a slot, and these are in the following slots. */
enum { PLACES = 512 };
static struct { uint8_t name[PLACES], size[ETL_TAPE_name_count]; } names;

static size_t place_of(const char *at, size_t size) {
    const unsigned char *u = (const unsigned char *)at;
    return (size * 61 + u[0] * 7u + u[size / 2] * 29u + u[size - 1] * 151u) % PLACES;
}

__attribute__((constructor)) static void place_names(void) {
    for (unsigned name = 1; name < ETL_TAPE_name_count; name++) {
        names.size[name] = (uint8_t)strlen(spellings[name]);
        size_t place = place_of(spellings[name], names.size[name]);
        while (names.name[place] != ETL_TAPE_unnamed)
            place = (place + 1) % PLACES;
        names.name[place] = (uint8_t)name;
    }
}

enum etl_tape_name etl_tape_name_of(struct etl_text name) {
    if (name.size == 0)
        return ETL_TAPE_unnamed;
    for (size_t place = place_of(name.at, name.size); names.name[place] != ETL_TAPE_unnamed;
         place = (place + 1) % PLACES) {
        uint8_t known = names.name[place];
        if (names.size[known] == name.size && memcmp(spellings[known], name.at, name.size) == 0)
            return (enum etl_tape_name)known;
    }
    return ETL_TAPE_unnamed;
}

bool etl_tape_keeps(enum etl_tape_name name, struct etl_text text) {
    return name != ETL_TAPE_description || (text.size > 0 && text.at[0] == 'S');
}

/* ---- the reference ---- */

static bool add_node(struct etl_tape *tape, enum etl_tape_kind kind, enum etl_tape_name name) {
    if (!etl_array_reserve(&tape->nodes, &tape->capacity, tape->count + 1, sizeof *tape->nodes))
        return false;
    tape->nodes[tape->count] = (struct etl_tape_node){.kind = (uint8_t)kind, .name = (uint8_t)name};
    tape->count++;
    tape->nodes[tape->count - 1].after = (uint32_t)tape->count;
    return true;
}

static bool add_value(struct etl_tape *tape, const json_t *value, enum etl_tape_name name);

static bool add_object(struct etl_tape *tape, const json_t *object) {
    const char *key;
    json_t *member;
    json_object_foreach((json_t *)object, key, member) {
        enum etl_tape_name name = etl_tape_name_of((struct etl_text){key, strlen(key)});
        if (name != ETL_TAPE_unnamed && !add_value(tape, member, name))
            return false;
    }
    return true;
}

static bool add_array(struct etl_tape *tape, const json_t *array) {
    size_t i;
    json_t *item;
    json_array_foreach(array, i, item) {
        if (!add_value(tape, item, ETL_TAPE_unnamed))
            return false;
    }
    return true;
}

static enum etl_tape_kind kind_of(const json_t *value) {
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        return ETL_TAPE_OBJECT;
    case JSON_ARRAY:
        return ETL_TAPE_ARRAY;
    case JSON_STRING:
        return ETL_TAPE_TEXT;
    case JSON_INTEGER:
        return ETL_TAPE_INTEGER;
    case JSON_TRUE:
        return ETL_TAPE_TRUE;
    case JSON_FALSE:
        return ETL_TAPE_FALSE;
    default:
        return ETL_TAPE_OTHER;
    }
}

static bool add_value(struct etl_tape *tape, const json_t *value, enum etl_tape_name name) {
    size_t place = tape->count;
    enum etl_tape_kind kind = kind_of(value);
    if (place >= ETL_TAPE_MAX_NODES || !add_node(tape, kind, name))
        return false;
    struct etl_text text = {json_string_value(value), json_string_length(value)};
    if (kind == ETL_TAPE_TEXT && etl_tape_keeps(name, text))
        tape->nodes[place].text = text;
    else if (kind == ETL_TAPE_TEXT)
        tape->nodes[place].kind = ETL_TAPE_OTHER;
    if (kind == ETL_TAPE_INTEGER)
        tape->nodes[place].integer = json_integer_value(value);
    bool done = kind == ETL_TAPE_OBJECT  ? add_object(tape, value)
                : kind == ETL_TAPE_ARRAY ? add_array(tape, value)
                                         : true;
    tape->nodes[place].after = (uint32_t)tape->count;
    return done;
}

static void drop_owner(struct etl_tape *tape) {
    json_decref(tape->owner);
    tape->owner = NULL;
}

enum etl_tape_result etl_tape_read(struct etl_tape *tape, struct etl_text text) {
    json_error_t problem;
    drop_owner(tape);
    tape->count = 0;
    json_t *root = etl_json_repair_load(text, &problem);
    if (root == NULL)
        return json_error_code(&problem) == json_error_out_of_memory ? ETL_TAPE_NO_MEMORY : ETL_TAPE_UNKNOWN;
    tape->owner = root;
    if (!json_is_object(root))
        return ETL_TAPE_UNKNOWN;
    if (add_node(tape, ETL_TAPE_OTHER, ETL_TAPE_unnamed) && add_value(tape, root, ETL_TAPE_unnamed))
        return ETL_TAPE_DONE;
    return tape->count >= ETL_TAPE_MAX_NODES ? ETL_TAPE_UNKNOWN : ETL_TAPE_NO_MEMORY;
}

void etl_tape_done(struct etl_tape *tape) {
    drop_owner(tape);
    free(tape->nodes);
    *tape = (struct etl_tape){0};
}
