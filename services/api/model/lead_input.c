/* lead_input.c - reads one lead from JSON into a row of numbers. */
#include "services/api/model/lead_input.h"

#include <math.h>
#include <string.h>

static void set_value(struct lead_input *input, const struct served_model *model, size_t feature,
                      struct feature_reading reading) {
    input->row[feature] = served_model_encode(model, feature, reading);
    input->sent[feature] = (struct text_span){reading.text.at, reading.text.size};
    if (!served_model_knows(model, feature, input->row[feature]))
        input->unseen |= UINT64_C(1) << feature;
}

/* Letters, digits and a few marks: enough for ids and names of sources, and never an e-mail address. */
static bool is_safe_id(const char *text, size_t size) {
    for (size_t i = 0; i < size; i++) {
        char c = text[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!letter && (c == '\0' || strchr("-_.:/", c) == NULL))
            return false;
    }
    return size > 0 && size <= LEAD_INPUT_MAX_ID;
}

/* ---- the usual shape, in one pass ---- */

static const char *skip_space(const char *at, const char *end) {
    while (at < end && (*at == ' ' || *at == '\n' || *at == '\t' || *at == '\r'))
        at++;
    return at;
}

/* Read a string of visible ASCII without escapes. Returns the position after it, or NULL. */
static const char *scan_string(const char *at, const char *end, struct text_span *out) {
    if (at == end || *at++ != '"')
        return NULL;
    out->at = at;
    while (at < end && *at >= 0x20 && *at < 0x7f && *at != '"' && *at != '\\')
        at++;
    if (at == end || *at != '"')
        return NULL;
    out->size = (size_t)(at - out->at);
    return at + 1;
}

static bool scan_pair(struct lead_input *input, const struct served_model *model, struct text_span key,
                      struct text_span value) {
    size_t feature = served_model_find_feature(model, key.at, key.size);
    if (feature < model->features) {
        struct etl_text text = {value.at, value.size};
        struct feature_reading reading = feature_read_text(model->schema->feature[feature].kind, text);
        if (input->sent[feature].at != NULL || reading.status == FEATURE_UNREADABLE)
            return false;
        set_value(input, model, feature, reading);
        return true;
    }
    struct text_span *known = key.size == 7 && memcmp(key.at, "lead_id", 7) == 0  ? &input->lead_id
                              : key.size == 6 && memcmp(key.at, "source", 6) == 0 ? &input->source
                                                                                  : NULL;
    if (known == NULL || known->at != NULL || !is_safe_id(value.at, value.size))
        return false;
    *known = value;
    return true;
}

void lead_input_clear(struct lead_input *input, const struct served_model *model) {
    memset(input->sent, 0, model->features * sizeof *input->sent);
    input->unseen = 0;
    input->lead_id = input->source = (struct text_span){0};
}

bool lead_input_parse_fast(struct lead_input *input, const struct served_model *model, const char *json, size_t size) {
    const char *end = json + size, *at = skip_space(json, end);
    struct text_span key, value;
    lead_input_clear(input, model);
    if (at == end || *at != '{')
        return false;
    do {
        at = scan_string(skip_space(at + 1, end), end, &key);
        at = at != NULL ? skip_space(at, end) : NULL;
        if (at == NULL || at == end || *at != ':')
            return false;
        at = scan_string(skip_space(at + 1, end), end, &value);
        if (at == NULL || !scan_pair(input, model, key, value))
            return false;
        at = skip_space(at, end);
    } while (at < end && *at == ',');
    if (at == end || *at != '}' || skip_space(at + 1, end) != end)
        return false;
    for (size_t i = 0; i < model->features; i++)
        if (input->sent[i].at == NULL)
            return false;
    return true;
}

/* ---- any shape ---- */

/* Empty text is answered, with a warning; a value that is absent or null is not. */
bool lead_input_set(struct lead_input *input, const struct served_model *model, size_t feature, const json_t *value) {
    struct feature_reading reading = feature_read_json(model->schema->feature[feature].kind, value);
    if (reading.status == FEATURE_UNREADABLE || (reading.status == FEATURE_MISSING && !json_is_string(value)))
        return false;
    set_value(input, model, feature, reading);
    return true;
}

static void read_feature(struct lead_input *input, const struct served_model *model, size_t feature,
                         const json_t *object, struct problem *problem) {
    const struct forest_feature *described = &model->schema->feature[feature];
    const json_t *value = json_object_get(object, described->name);
    if (value == NULL)
        problem_add(problem, "body", described->name, "missing", "required");
    else if (!lead_input_set(input, model, feature, value))
        problem_add(problem, "body", described->name, feature_kind_of(described->kind)->json_mismatch, "must be a %s",
                    feature_kind_of(described->kind)->json_type);
}

static void read_id(struct text_span *out, const json_t *object, const char *name, struct problem *problem) {
    const json_t *value = json_object_get(object, name);
    if (value == NULL || json_is_null(value))
        return;
    if (!json_is_string(value))
        problem_add(problem, "body", name, "string_type", "must be a string");
    else if (!is_safe_id(json_string_value(value), json_string_length(value)))
        problem_add(problem, "body", name, "plain_text", "must have 1 to %d characters: letters, digits or - _ . : /",
                    LEAD_INPUT_MAX_ID);
    else
        *out = (struct text_span){json_string_value(value), json_string_length(value)};
}

bool lead_input_parse(struct lead_input *input, const struct served_model *model, const json_t *object,
                      struct problem *problem) {
    size_t before = problem->count;
    lead_input_clear(input, model);
    if (!json_is_object(object)) {
        problem_add(problem, "body", NULL, "object_type", "a lead must be a JSON object");
        return false;
    }
    for (size_t i = 0; i < model->features; i++)
        read_feature(input, model, i, object, problem);
    read_id(&input->lead_id, object, "lead_id", problem);
    read_id(&input->source, object, "source", problem);
    return problem->count == before;
}

void lead_input_reject_unseen(const struct lead_input *input, const struct served_model *model,
                              struct problem *problem) {
    for (size_t i = 0; i < model->features; i++) {
        const char *name = model->schema->feature[i].name;
        if ((input->unseen >> i & 1) == 0)
            continue;
        if (isnan(input->row[i]))
            problem_add(problem, "body", name, "missing", "must not be empty");
        else
            problem_add(problem, "body", name, "unseen_category",
                        "unknown category: the model has not seen it in training");
    }
}
