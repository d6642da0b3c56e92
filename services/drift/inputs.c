/* inputs.c - numbers for values, and for sets of them. */
#include "services/drift/inputs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_KINDS = 256, VALUE_KEY = 12 /* bytes of a value's number in a key */, NUMBER_TEXT = 32 };

bool inputs_init(struct inputs *in, const struct config *config) {
    size_t features = config->feature_count;
    *in = (struct inputs){
        .config = config, .texts = calloc(features + 1, sizeof *in->texts), .key = malloc(features * VALUE_KEY + 1)};
    uint32_t number;
    bool done = in->texts != NULL && in->key != NULL;
    for (size_t i = 0; i < features && done; i++)
        done = dictionary_number(&in->texts[i], "", &number);
    return done;
}

void inputs_done(struct inputs *in) {
    for (size_t i = 0; in->texts != NULL && i < in->config->feature_count; i++)
        dictionary_done(&in->texts[i]);
    dictionary_done(&in->kinds);
    free(in->texts);
    free(in->value);
    free(in->key);
    *in = (struct inputs){0};
}

static bool make_room(struct inputs *in) {
    if (in->kinds.count < in->value_room)
        return true;
    size_t room = 2 * in->value_room + FIRST_KINDS;
    uint32_t *value = realloc(in->value, room * (in->config->feature_count + 1) * sizeof *value);
    if (value == NULL)
        return false;
    in->value = value;
    in->value_room = room;
    return true;
}

bool inputs_kind(struct inputs *in, const char *const *values, uint32_t *kind) {
    size_t features = in->config->feature_count, known = in->kinds.count, used = 0;
    if (!make_room(in))
        return false;
    uint32_t *number = in->value + known * features;
    in->key[0] = '\0';
    for (size_t i = 0; i < features; i++) {
        const char *text = values[i] != NULL ? values[i] : "";
        if (strlen(text) > CONFIG_MAX_NAME || !dictionary_number(&in->texts[i], text, &number[i]))
            return false;
        used += (size_t)snprintf(in->key + used, VALUE_KEY, "%u,", number[i]);
    }
    return dictionary_number(&in->kinds, in->key, kind);
}

bool inputs_kind_of_json(struct inputs *in, const json_t *object, uint32_t *kind) {
    size_t features = in->config->feature_count;
    const char *values[CONFIG_MAX_FEATURES];
    char numbers[CONFIG_MAX_FEATURES][NUMBER_TEXT];
    for (size_t i = 0; i < features; i++) {
        const json_t *value = json_object_get(object, in->config->features[i].name);
        values[i] = json_string_value(value);
        if (json_is_number(value)) {
            snprintf(numbers[i], NUMBER_TEXT, "%.9g", json_number_value(value));
            values[i] = numbers[i];
        }
    }
    return inputs_kind(in, values, kind);
}

const char *inputs_text(const struct inputs *in, uint32_t kind, size_t feature) {
    return dictionary_text(&in->texts[feature], in->value[kind * in->config->feature_count + feature]);
}

json_t *inputs_describe(const struct inputs *in, uint32_t kind) {
    json_t *object = json_object();
    for (size_t i = 0; i < in->config->feature_count; i++)
        if (inputs_text(in, kind, i)[0] != '\0')
            json_object_set_new(object, in->config->features[i].name, json_string(inputs_text(in, kind, i)));
    return object;
}
