/* decision_log.c - reads and appends decisions, one JSON object a line. */
#include "services/register/store/decision_log.h"

#include <stdlib.h>
#include <string.h>

#include "services/common/store/append_log.h"
#include "services/common/store/files.h"
#include "services/common/store/paths.h"

enum { MAX_DECISIONS = 256 << 20 };

static json_t *parse_lines(const struct volume *volume, const char *text, size_t size, struct error *err) {
    json_t *all = json_array();
    size_t line = 0;
    for (const char *at = text, *end; at < text + size; at = end + 1) {
        end = memchr(at, '\n', (size_t)(text + size - at));
        if (end == NULL || (end + 1 == text + size && memchr(at, '\0', (size_t)(end - at)) != NULL))
            break; /* torn, see append_log.h */
        line++;
        json_t *decision = end > at ? json_loadb(at, (size_t)(end - at), JSON_REJECT_DUPLICATES, NULL) : json_object();
        if (!json_is_object(decision)) {
            volume_reject(volume, err, VOLUME_DECISIONS, "line %zu is not a decision", line);
            json_decref(decision);
            json_decref(all);
            return NULL;
        }
        json_array_append_new(all, decision);
    }
    return all;
}

json_t *decision_log_read(const struct volume *volume, struct error *err) {
    size_t size;
    if (!files_exist_at(volume, VOLUME_DECISIONS))
        return json_array();
    char *text = files_read_at(volume, VOLUME_DECISIONS, MAX_DECISIONS, &size, err);
    json_t *all = text != NULL ? parse_lines(volume, text, size, err) : NULL;
    free(text);
    return all;
}

bool decision_log_append(const struct volume *volume, const json_t *decision, struct error *err) {
    char *line = json_dumps(decision, JSON_COMPACT | JSON_REAL_PRECISION(10));
    if (line == NULL)
        return error_set(err, "append to " VOLUME_DECISIONS ": the decision cannot be written as JSON");
    size_t size = strlen(line);
    line[size] = '\n'; /* in the place of its zero byte */
    struct append_log append = {.file = -1, .world_readable = true};
    bool done = append_log_write_at(&append, volume, VOLUME_DECISIONS, line, size + 1, err);
    append_log_close(&append);
    free(line);
    return done;
}

/* ---- questions ---- */

const json_t *decision_log_last_move(const json_t *decisions) {
    for (size_t i = json_array_size(decisions); i > 0; i--) {
        const json_t *decision = json_array_get(decisions, i - 1);
        if (json_object_get(decision, "manifest_sha256") != NULL)
            return decision;
    }
    return NULL;
}

const json_t *decision_log_last_comparison(const json_t *decisions, bool alarm) {
    for (size_t i = json_array_size(decisions); i > 0; i--) {
        const json_t *decision = json_array_get(decisions, i - 1);
        if (json_object_get(decision, "compared_with") != NULL &&
            json_is_true(json_object_get(decision, "alarm")) == alarm)
            return decision;
    }
    return NULL;
}

const json_t *decision_log_pending(const json_t *decisions, long long version) {
    for (size_t i = json_array_size(decisions); i > 0; i--) {
        const json_t *decision = json_array_get(decisions, i - 1), *held = json_object_get(decision, "held");
        if (held != NULL && json_integer_value(json_object_get(held, "version")) == version)
            return decision;
    }
    return NULL;
}

bool decision_log_awaits_approval(const json_t *decisions, long long version, long long champion) {
    const json_t *held = json_object_get(decision_log_pending(decisions, version), "held");
    return held != NULL && json_integer_value(json_object_get(held, "champion")) == champion;
}

static bool is(const json_t *decision, const char *key, const char *text) {
    const char *value = json_string_value(json_object_get(decision, key));
    return value != NULL && strcmp(value, text) == 0;
}

const json_t *decision_log_about(const json_t *decisions, const char *candidate, const char *forest_sha256) {
    size_t i;
    json_t *decision;
    json_array_foreach(decisions, i, decision) {
        if (is(decision, "candidate", candidate) && is(decision, "forest_sha256", forest_sha256))
            return decision;
    }
    return NULL;
}
