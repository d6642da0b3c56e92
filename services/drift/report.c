/* report.c - findings as JSON. */
#include "services/drift/report.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "services/drift/divergence.h"

enum { MOST_VERSIONS = 32 };

static json_t *real(double value) {
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *whole(uint64_t value) {
    return json_integer((json_int_t)value);
}

static json_t *at(moment value) {
    char text[CLOCK_TEXT];
    if (value == 0)
        return json_null();
    clock_format(value, text);
    return json_string(text);
}

/* ---- a stream of a window ---- */

static const char *method_name(enum two_samples_method method) {
    static const char *const names[] = {"none", "chi-square", "exact", "permutation"};
    return names[method];
}

/* The whole table, no categories put together; the decision's p stands beside it. */
static json_t *describe_table(const struct monitor *m, size_t stream, const uint32_t *window, uint32_t rows) {
    const uint32_t *reference = m->detector.reference + m->streams.panel.offset[stream];
    size_t categories = panel_categories(&m->streams.panel, stream);
    uint16_t *deck = malloc(((size_t)rows + m->detector.rows + 1) * sizeof *deck);
    if (categories > TWO_SAMPLES_MOST || deck == NULL) {
        free(deck);
        return json_null();
    }
    struct two_samples t = two_samples_test(window, reference, categories, m->options->seed, deck);
    free(deck);
    return json_pack("{s:o, s:o, s:o, s:s}", "statistic", real(t.chi.statistic), "freedom", real(t.chi.freedom), "p",
                     real(t.p), "method", method_name(t.method));
}

struct numbers {
    float *value;
    size_t count;
};

static int by_value(const void *left, const void *right) {
    float a = *(const float *)left, b = *(const float *)right;
    return a < b ? -1 : a > b;
}

static bool add_number(struct numbers *n, const struct monitor *m, uint32_t kind, size_t feature) {
    float value = m->streams.number[kind * m->config->feature_count + feature];
    if (!isnan(value))
        n->value[n->count++] = value;
    return true;
}

/* Of a numeric feature, in its own unit. */
static json_t *describe_wasserstein(const struct monitor *m, size_t feature, size_t window) {
    struct numbers before = {malloc((m->reference.rows + 1) * sizeof(float)), 0};
    struct numbers now = {malloc((m->calls.count + 1) * sizeof(float)), 0};
    moment since = m->until - (moment)windows_days[window] * 86400;
    json_t *out = json_null();
    if (before.value != NULL && now.value != NULL) {
        for (uint32_t kind = 0; kind < m->reference.kinds; kind++)
            for (uint32_t i = 0; i < m->reference.count[kind]; i++)
                add_number(&before, m, kind, feature);
        for (size_t i = 0; i < m->calls.count; i++)
            if (m->calls.call[i].counts && m->calls.call[i].at >= since)
                add_number(&now, m, m->calls.call[i].kind, feature);
        qsort(before.value, before.count, sizeof(float), by_value);
        qsort(now.value, now.count, sizeof(float), by_value);
        if (before.count > 0 && now.count > 0)
            out = real(divergence_wasserstein(before.value, before.count, now.value, now.count));
    }
    free(before.value);
    free(now.value);
    return out;
}

static json_t *describe_stream(const struct monitor *m, size_t stream, size_t window) {
    const struct window_finding *of = &m->finding.of[window];
    const struct stream_finding *found = &of->found[stream];
    size_t first = m->streams.panel.offset[stream];
    const uint32_t *cells = windows_cells(&m->windows, window) + first;
    char guilty[CONFIG_MAX_NAME + 1];
    struct divergence d =
        divergence_of(m->detector.reference + first, cells, panel_categories(&m->streams.panel, stream));
    streams_category(&m->streams, stream, d.guilty, guilty, CONFIG_MAX_NAME);
    json_t *object = json_pack(
        "{s:s, s:o, s:o, s:o, s:o, s:o, s:{s:s, s:o}, s:o, s:o, s:{s:o, s:o, s:o, s:s}}", "stream",
        streams_name(&m->streams, stream), "psi", real(d.psi), "psi_adjusted", real(d.psi_adjusted), "jensen_shannon",
        real(d.jensen_shannon), "total_variation", real(d.total_variation), "cramers_v", real(d.cramers_v), "guilty",
        "category", guilty, "change", real(d.guilty_change), "chi_square", describe_table(m, stream, cells, of->rows),
        "wasserstein", streams_is_numeric(&m->streams, stream) ? describe_wasserstein(m, stream, window) : json_null(),
        "decided_on", "p", real(found->p), "holm", real(found->adjusted), "effect", real(found->effect), "method",
        method_name(found->method));
    return object;
}

static json_t *describe_windows(const struct monitor *m) {
    json_t *windows = json_array();
    for (size_t i = 0; i < WINDOWS && m->reference.whole; i++) {
        const struct window_finding *of = &m->finding.of[i];
        json_t *streams = json_array();
        for (size_t stream = 0; of->enough && stream < m->streams.panel.streams; stream++)
            json_array_append_new(streams, describe_stream(m, stream, i));
        json_array_append_new(windows, json_pack("{s:i, s:i, s:s, s:o, s:o}", "days", (int)windows_days[i], "calls",
                                                 (int)of->rows, "status", of->enough ? "tested" : "insufficient data",
                                                 "p", of->enough ? real(of->p) : json_null(), "streams", streams));
    }
    return windows;
}

/* ---- labels ---- */

static json_t *describe_score(const struct labels_score *s) {
    const struct forest_metrics *f = &s->metrics;
    if (f->rows == 0)
        return json_pack("{s:i}", "purchases", 0);
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "purchases", whole(f->rows), "accuracy",
                     real(f->accuracy), "log_loss", real(f->log_loss), "brier", real(f->brier), "ece", real(f->ece),
                     "promised", real(s->promised), "gap", real(f->accuracy - s->promised), "gap_error",
                     real(s->promised_error));
}

json_t *report_versions(const struct monitor *m, json_t *(*describe)(const struct labels_score *score)) {
    int64_t version[MOST_VERSIONS];
    size_t count = labels_versions(&m->labels, &m->calls, version, MOST_VERSIONS);
    json_t *object = json_object();
    for (size_t i = 0; i < count; i++) {
        struct labels_score score;
        char text[24];
        snprintf(text, sizeof text, "%lld", (long long)version[i]);
        if (labels_measure(&score, &m->labels, &m->calls, m->until - monitor_label_span(m), version[i]))
            json_object_set_new(object, text, describe(&score));
    }
    return object;
}

static json_t *describe_shares(const struct monitor *m, const double *share) {
    json_t *object = json_object();
    for (size_t i = 0; i < m->config->package_count; i++)
        json_object_set_new(object, m->config->packages[i].name, real(share[i]));
    return object;
}

static json_t *describe_concept(const struct monitor *m) {
    const struct concept *c = &m->measured.concept;
    char guilty[CONFIG_MAX_NAME + 1];
    if (!m->measured.has_concept)
        return json_pack("{s:s}", "status", "insufficient data");
    streams_category(&m->streams, m->streams.joint, c->test.guilty, guilty, CONFIG_MAX_NAME);
    return json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:s, s:o, s:o}", "status", "tested", "p", real(c->test.p),
                     "threshold", real(m->measured.concept_threshold), "statistic", real(c->test.statistic), "cells",
                     whole(c->test.strata), "before", whole(c->test.before), "after", whole(c->test.after), "guilty",
                     guilty, "change_by_mix", describe_shares(m, c->covariate), "change_within",
                     describe_shares(m, c->within));
}

static json_t *describe_errors(const struct monitor *m) {
    const struct monitor_labels *l = &m->measured;
    if (!l->has_errors)
        return json_pack("{s:s}", "status", "insufficient data");
    return json_pack("{s:s, s:o, s:o, s:o, s:o}", "status", "tested", "promised", real(l->promised_errors), "sum",
                     real(l->errors.sum), "highest", real(l->errors.most), "limit", real(l->errors_limit));
}

static json_t *describe_promise(const struct labels_promise *p) {
    if (p->rows == 0)
        return json_pack("{s:i}", "calls", 0);
    return json_pack("{s:o, s:o, s:o}", "calls", whole(p->rows), "accuracy", real(p->accuracy), "error",
                     real(p->error));
}

static json_t *describe_labels(const struct monitor *m) {
    return json_pack("{s:i, s:o, s:o, s:o, s:o, s:o, s:o}", "maturity_days", (int)(m->options->maturity / 86400),
                     "matured", describe_score(&m->measured.recent), "versions", report_versions(m, describe_score),
                     "waiting", whole(m->labels.waiting), "estimated", describe_promise(&m->measured.promise),
                     "concept", describe_concept(m), "errors", describe_errors(m));
}

/* ---- the whole ---- */

static json_t *describe_reference(const struct monitor *m) {
    return json_pack("{s:o, s:o, s:b, s:i, s:i}", "since", at(m->state.reference_since), "until",
                     at(m->reference.until), "whole", (int)m->reference.whole, "weeks", (int)m->reference.weeks,
                     "calls", (int)m->reference.rows);
}

static json_t *describe_calls(const struct monitor *m) {
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "read", whole(m->calls.count), "demo_or_batch",
                     whole(m->calls.other_sources), "repeated", whole(m->calls.repeated), "capped",
                     whole(m->calls.capped), "unreadable", whole(m->calls.unread), "per_day", real(m->per_day));
}

static json_t *describe_volume(const struct monitor *m) {
    return json_pack("{s:o, s:o, s:o, s:b}", "before", real(m->pace.before), "now", real(m->pace.now), "p",
                     real(m->reference.whole ? m->pace.p : NAN), "changed", (int)m->pace.changed);
}

json_t *report_describe(const struct monitor *m) {
    return json_pack("{s:o, s:o, s:I, s:o, s:o, s:s, s:o, s:o, s:o, s:o, s:o}", "until", at(m->until), "decision",
                     state_describe(&m->state), "model_version", (json_int_t)m->champion.version, "reference",
                     describe_reference(m), "calls", describe_calls(m), "logarithm", "natural", "p", real(m->finding.p),
                     "threshold", real(m->state.threshold), "windows", describe_windows(m), "calls_a_week",
                     describe_volume(m), "labels", describe_labels(m));
}
