/* history.c - writes the line of a day and keeps those of other days. */
#include "services/drift/history.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "services/common/store/atomic_file.h"
#include "services/common/store/paths.h"
#include "services/drift/report.h"

enum { MAX_FILE = 64 << 20, DAY = 86400 };

static json_t *real(double value) {
    return isfinite(value) ? json_real(value) : json_null();
}

/* ---- the traffic ---- */

/* The longest window that was tested, so that the days can be compared; WINDOWS: none was. */
static size_t longest_tested(const struct monitor *m) {
    for (size_t i = WINDOWS; i > 0; i--)
        if (m->finding.of[i - 1].enough)
            return i - 1;
    return WINDOWS;
}

/* Total variation of each stream. */
static json_t *describe_effects(const struct monitor *m, size_t window) {
    json_t *features = json_object();
    for (size_t i = 0; window < WINDOWS && i < m->features.layout.features; i++)
        json_object_set_new(features, monitored_features_name(&m->features, i),
                            real(m->finding.of[window].found[i].effect));
    return features;
}

/* Shares of the packages among the answers of the longest window's days, reference or not. */
static json_t *describe_packages(const struct monitor *m) {
    size_t packages = m->config->package_count, requests = 0, count[FOREST_MAX_CLASSES] = {0};
    json_t *object = json_object();
    for (size_t i = 0; i < m->requests.count; i++) {
        const float *p = m->requests.probability + i * packages;
        size_t best = 0;
        if (!m->requests.request[i].counts || m->requests.request[i].at < m->until - (unix_time)WINDOWS_LONGEST * DAY)
            continue;
        for (size_t k = 1; k < packages; k++)
            best = p[k] > p[best] ? k : best;
        count[best]++;
        requests++;
    }
    for (size_t k = 0; requests > 0 && k < packages; k++)
        json_object_set_new(object, m->config->packages[k].name, real((double)count[k] / (double)requests));
    return object;
}

/* ---- the labels ---- */

static json_t *describe_score(const struct labels_score *s) {
    const struct forest_metrics *f = &s->metrics;
    if (f->rows == 0)
        return json_null();
    return json_pack("{s:I, s:o, s:o, s:o}", "purchases", (json_int_t)f->rows, "accuracy", real(f->accuracy),
                     "log_loss", real(f->log_loss), "promised", real(s->promised));
}

/* The calls of the four weeks that matured last. */
static json_t *describe_month(const struct monitor *m) {
    struct labels_score score;
    unix_time since = m->until - m->options->maturity - (unix_time)WINDOWS_LONGEST * DAY;
    if (!labels_measure(&score, &m->labels, &m->requests, since, LABELS_ANY_VERSION))
        return json_null();
    return describe_score(&score);
}

/* ---- the line ---- */

static json_t *describe_day(const struct monitor *m) {
    const struct decision_state *d = &m->state.decision;
    const struct forest_metrics *f = &m->measured.recent.metrics;
    size_t window = longest_tested(m);
    char until[UNIX_TIME_TEXT];
    unix_time_format(m->until, until);
    return json_pack("{s:s, s:s, s:s, s:b, s:s, s:I, s:o, s:o, s:o, s:i, s:i, s:o, s:o, s:o, s:o, s:o, s:o}", "until",
                     until, "state", decision_level_name(d->level), "cause", decision_cause_name(d->cause), "retrain",
                     (int)(d->level == LEVEL_RETRAIN), "reason", m->state.reason, "model_version",
                     (json_int_t)m->champion.version, "p", m->finding.enough ? real(m->finding.p) : json_null(),
                     "threshold", real(m->state.threshold), "per_day", real(m->per_day), "days",
                     (int)windows_days[m->finding.window], "effect_days",
                     window < WINDOWS ? (int)windows_days[window] : 0, "effects", describe_effects(m, window),
                     "packages", describe_packages(m), "accuracy", f->rows > 0 ? real(f->accuracy) : json_null(),
                     "month", describe_month(m), "versions", report_versions(m, describe_score), "confidence",
                     m->measured.promise.rows > 0 ? real(m->measured.promise.accuracy) : json_null());
}

/* The lines of other days, then this one. */
static bool write_lines(FILE *file, const char *old, const char *line) {
    const char *day_ends = strchr(line, ',');
    size_t day = (size_t)(day_ends - line);
    for (const char *end; old != NULL && (end = strchr(old, '\n')) != NULL; old = end + 1)
        if (strncmp(old, line, day) != 0)
            fwrite(old, 1, (size_t)(end - old) + 1, file);
    fputs(line, file);
    return fputc('\n', file) != EOF;
}

bool history_append(const struct monitor *m, struct error *err) {
    const struct volume *volume = m->options->volume;
    char *old = NULL;
    struct atomic_file p;
    size_t size;
    if (files_exist_at(volume, VOLUME_DRIFT_HISTORY) &&
        (old = files_read_at(volume, VOLUME_DRIFT_HISTORY, MAX_FILE, &size, err)) == NULL)
        return false;
    json_t *entry = describe_day(m);
    char *line = json_dumps(entry, JSON_COMPACT | JSON_REAL_PRECISION(6));
    bool done = line != NULL && atomic_file_open_at(&p, volume, VOLUME_DRIFT_HISTORY, err) &&
                write_lines(p.file, old, line) && atomic_file_commit(&p, err);
    json_decref(entry);
    free(line);
    free(old);
    return done;
}
