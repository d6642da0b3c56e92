/* reference.c - counts the reference traffic, and stores and reads it. */
#include "services/drift/data/reference.h"

#include <stdlib.h>
#include <string.h>

#include "services/common/store/atomic_file.h"
#include "services/common/store/files.h"
#include "services/common/store/paths.h"

enum { DAY = 86400, WEEK = 7 * DAY, MAX_FILE = 256 << 20 };
static const char name[] = VOLUME_MONITORING "/reference.json";

bool reference_enough(const struct reference_rule *rule, unsigned weeks, uint32_t rows) {
    return weeks >= rule->weeks && (rows >= rule->rows || (weeks >= REFERENCE_MAX_WEEKS && rows >= rule->min_rows));
}

bool reference_build(struct reference *out, const struct request_log *requests, unix_time since, unix_time until,
                     const struct reference_rule *rule) {
    *out = (struct reference){.since = since, .cells = requests->cell_set->cells.count};
    out->count = calloc(out->cells + 1, sizeof *out->count);
    if (out->count == NULL)
        return false;
    for (size_t i = 0; i < requests->count;) {
        unix_time end = since + (unix_time)(out->weeks + 1) * WEEK;
        if (end > until || out->weeks == REFERENCE_MAX_WEEKS)
            break;
        for (; i < requests->count && requests->request[i].at < end; i++) {
            const struct logged_request *request = &requests->request[i];
            if (request->at < since || !request->counts)
                continue;
            out->count[request->cell]++;
            out->week[out->weeks]++;
            out->rows++;
        }
        out->weeks++;
        out->complete = reference_enough(rule, out->weeks, out->rows);
        if (out->complete) {
            out->until = end;
            break;
        }
    }
    return true;
}

/* ---- the file ---- */

static bool read_time(const json_t *object, const char *key, unix_time *out) {
    const char *text = json_string_value(json_object_get(object, key));
    return text != NULL && unix_time_parse(text, out);
}

static bool read_weeks(struct reference *r, const json_t *weeks) {
    r->weeks = (unsigned)json_array_size(weeks);
    if (r->weeks == 0 || r->weeks > REFERENCE_MAX_WEEKS)
        return false;
    for (unsigned i = 0; i < r->weeks; i++)
        r->week[i] = (uint32_t)json_integer_value(json_array_get(weeks, i));
    return true;
}

static bool read_cells(struct reference *r, const json_t *cells, struct cell_set *cell_set) {
    uint32_t *cell = calloc(json_array_size(cells) + 1, sizeof *cell);
    size_t i;
    json_t *entry;
    bool good = cell != NULL && json_is_array(cells);
    json_array_foreach(cells, i, entry) {
        good = good && cell_set_add_json(cell_set, json_object_get(entry, "inputs"), &cell[i]);
    }
    r->cells = cell_set->cells.count;
    r->count = good ? calloc(r->cells + 1, sizeof *r->count) : NULL;
    json_array_foreach(cells, i, entry) {
        json_int_t rows = json_integer_value(json_object_get(entry, "rows"));
        good = good && r->count != NULL && rows > 0 && rows <= INT32_MAX;
        if (good) {
            r->count[cell[i]] = (uint32_t)rows;
            r->rows += (uint32_t)rows;
        }
    }
    free(cell);
    return good;
}

bool reference_read(struct reference *out, const struct volume *volume, unix_time since, struct cell_set *cell_set,
                    struct error *err) {
    struct reference r = {.complete = true, .since = since};
    unix_time began;
    if (!files_exist_at(volume, name))
        return true;
    json_t *document = files_read_json_at(volume, name, MAX_FILE, err);
    if (document == NULL)
        return false;
    bool good = read_time(document, "from", &began) && read_time(document, "until", &r.until);
    bool ours = good && began == since;
    good = good && (!ours || (read_weeks(&r, json_object_get(document, "weeks")) &&
                              read_cells(&r, json_object_get(document, "kinds"), cell_set)));
    json_decref(document);
    if (good && ours)
        *out = r;
    else
        reference_done(&r);
    return good || volume_reject(volume, err, name, "it is not as leadforest-drift writes it");
}

static json_t *describe_time(unix_time at) {
    char text[UNIX_TIME_TEXT];
    unix_time_format(at, text);
    return json_string(text);
}

bool reference_publish(const struct reference *r, const struct volume *volume, const struct cell_set *cell_set,
                       struct error *err) {
    json_t *weeks = json_array(), *cells = json_array();
    for (unsigned i = 0; i < r->weeks; i++)
        json_array_append_new(weeks, json_integer(r->week[i]));
    for (uint32_t i = 0; i < r->cells; i++)
        if (r->count[i] > 0)
            json_array_append_new(
                cells, json_pack("{s:i, s:o}", "rows", (int)r->count[i], "inputs", cell_set_describe(cell_set, i)));
    json_t *document = json_pack("{s:o, s:o, s:I, s:o, s:o}", "from", describe_time(r->since), "until",
                                 describe_time(r->until), "rows", (json_int_t)r->rows, "weeks", weeks, "kinds", cells);
    bool done = atomic_file_write_json_at(volume, name, document, err);
    json_decref(document);
    return done;
}

void reference_done(struct reference *reference) {
    free(reference->count);
    *reference = (struct reference){0};
}
