/* reference.c - gathers the reference, keeps it, finds it again. */
#include "services/drift/reference.h"

#include <stdlib.h>
#include <string.h>

#include "services/common/files.h"
#include "services/common/volume.h"

enum { DAY = 86400, WEEK = 7 * DAY, MAX_FILE = 256 << 20 };
static const char name[] = VOLUME_MONITORING "/reference.json";

bool reference_enough(const struct reference_rule *rule, unsigned weeks, uint32_t rows) {
    return weeks >= rule->weeks && (rows >= rule->rows || (weeks >= REFERENCE_WEEKS_MOST && rows >= rule->least_rows));
}

bool reference_gather(struct reference *out, const struct calls *calls, moment since, moment until,
                      const struct reference_rule *rule) {
    *out = (struct reference){.since = since, .kinds = calls->inputs->kinds.count};
    out->count = calloc(out->kinds + 1, sizeof *out->count);
    if (out->count == NULL)
        return false;
    for (size_t i = 0; i < calls->count;) {
        moment end = since + (moment)(out->weeks + 1) * WEEK;
        if (end > until || out->weeks == REFERENCE_WEEKS_MOST)
            break;
        for (; i < calls->count && calls->call[i].at < end; i++) {
            const struct call *call = &calls->call[i];
            if (call->at < since || !call->counts)
                continue;
            out->count[call->kind]++;
            out->week[out->weeks]++;
            out->rows++;
        }
        out->weeks++;
        out->whole = reference_enough(rule, out->weeks, out->rows);
        if (out->whole) {
            out->until = end;
            break;
        }
    }
    return true;
}

/* ---- the file ---- */

static bool read_moment(const json_t *object, const char *key, moment *out) {
    const char *text = json_string_value(json_object_get(object, key));
    return text != NULL && clock_parse(text, out);
}

static bool read_weeks(struct reference *r, const json_t *weeks) {
    r->weeks = (unsigned)json_array_size(weeks);
    if (r->weeks == 0 || r->weeks > REFERENCE_WEEKS_MOST)
        return false;
    for (unsigned i = 0; i < r->weeks; i++)
        r->week[i] = (uint32_t)json_integer_value(json_array_get(weeks, i));
    return true;
}

static bool read_kinds(struct reference *r, const json_t *kinds, struct inputs *inputs) {
    uint32_t *kind = calloc(json_array_size(kinds) + 1, sizeof *kind);
    size_t i;
    json_t *entry;
    bool good = kind != NULL && json_is_array(kinds);
    json_array_foreach(kinds, i, entry) {
        good = good && inputs_kind_of_json(inputs, json_object_get(entry, "inputs"), &kind[i]);
    }
    r->kinds = inputs->kinds.count;
    r->count = good ? calloc(r->kinds + 1, sizeof *r->count) : NULL;
    json_array_foreach(kinds, i, entry) {
        json_int_t rows = json_integer_value(json_object_get(entry, "rows"));
        good = good && r->count != NULL && rows > 0 && rows <= INT32_MAX;
        if (good) {
            r->count[kind[i]] = (uint32_t)rows;
            r->rows += (uint32_t)rows;
        }
    }
    free(kind);
    return good;
}

bool reference_read(struct reference *out, const char *data, moment since, struct inputs *inputs,
                    struct file_error *err) {
    char path[PATH_MAX];
    struct reference r = {.whole = true, .since = since};
    moment began;
    if (!publish_path(path, err, "%s/%s", data, name))
        return false;
    if (!files_exist(path))
        return true;
    json_t *document = files_read_json(path, MAX_FILE, err);
    if (document == NULL)
        return false;
    bool good = read_moment(document, "from", &began) && read_moment(document, "until", &r.until);
    bool ours = good && began == since;
    good = good && (!ours || (read_weeks(&r, json_object_get(document, "weeks")) &&
                              read_kinds(&r, json_object_get(document, "kinds"), inputs)));
    json_decref(document);
    if (good && ours)
        *out = r;
    else
        reference_done(&r);
    return good || file_error_say(err, "read %s: it is not as leadforest-drift writes it", path);
}

static json_t *describe_moment(moment at) {
    char text[CLOCK_TEXT];
    clock_format(at, text);
    return json_string(text);
}

bool reference_publish(const struct reference *r, const char *data, const struct inputs *inputs,
                       struct file_error *err) {
    char path[PATH_MAX];
    json_t *weeks = json_array(), *kinds = json_array();
    for (unsigned i = 0; i < r->weeks; i++)
        json_array_append_new(weeks, json_integer(r->week[i]));
    for (uint32_t i = 0; i < r->kinds; i++)
        if (r->count[i] > 0)
            json_array_append_new(
                kinds, json_pack("{s:i, s:o}", "rows", (int)r->count[i], "inputs", inputs_describe(inputs, i)));
    json_t *document =
        json_pack("{s:o, s:o, s:I, s:o, s:o}", "from", describe_moment(r->since), "until", describe_moment(r->until),
                  "rows", (json_int_t)r->rows, "weeks", weeks, "kinds", kinds);
    bool done = publish_path(path, err, "%s/%s", data, name) && publish_json(path, document, err);
    json_decref(document);
    return done;
}

void reference_done(struct reference *reference) {
    free(reference->count);
    *reference = (struct reference){0};
}
