/* report.c - findings as JSON. */
#include "services/drift/report.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "services/common/worker/unreadable.h"
#include "services/drift/stats/divergence.h"

enum { MOST_VERSIONS = 32 };

static json_t *real(double value) {
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *integer(uint64_t value) {
    return json_integer((json_int_t)value);
}

static json_t *time_json(unix_time value) {
    char text[UNIX_TIME_TEXT];
    if (value == 0)
        return json_null();
    unix_time_format(value, text);
    return json_string(text);
}

/* ---- a stream of a window ---- */

static const char *method_name(enum two_sample_test_method method) {
    static const char *const names[] = {"none", "chi-square", "exact", "permutation"};
    return names[method];
}

/* The test of the complete table, without merged categories; the p of the decision is reported separately. */
static json_t *describe_table(const struct monitor *m, size_t feature, const uint32_t *window, uint32_t rows) {
    const uint32_t *reference = m->detector.reference + m->features.layout.offset[feature];
    size_t categories = feature_layout_categories(&m->features.layout, feature);
    uint16_t *permutation = malloc(((size_t)rows + m->detector.rows + 1) * sizeof *permutation);
    if (categories > TWO_SAMPLE_TEST_MAX_CATEGORIES || permutation == NULL) {
        free(permutation);
        return json_null();
    }
    struct two_sample_test t = two_sample_test(window, reference, categories, m->options->seed, permutation);
    free(permutation);
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

static bool add_number(struct numbers *n, const struct monitor *m, uint32_t cell, size_t feature) {
    float value = m->features.number[cell * m->config->feature_count + feature];
    if (!isnan(value))
        n->value[n->count++] = value;
    return true;
}

/* Of a numeric feature, in its own unit. */
static json_t *describe_wasserstein(const struct monitor *m, size_t feature, size_t window) {
    struct numbers before = {malloc((m->reference.rows + 1) * sizeof(float)), 0};
    struct numbers now = {malloc((m->requests.count + 1) * sizeof(float)), 0};
    unix_time since = m->until - (unix_time)windows_days[window] * 86400;
    json_t *out = json_null();
    if (before.value != NULL && now.value != NULL) {
        for (uint32_t cell = 0; cell < m->reference.cells; cell++)
            for (uint32_t i = 0; i < m->reference.count[cell]; i++)
                add_number(&before, m, cell, feature);
        for (size_t i = 0; i < m->requests.count; i++)
            if (m->requests.request[i].counts && m->requests.request[i].at >= since)
                add_number(&now, m, m->requests.request[i].cell, feature);
        qsort(before.value, before.count, sizeof(float), by_value);
        qsort(now.value, now.count, sizeof(float), by_value);
        if (before.count > 0 && now.count > 0)
            out = real(divergence_wasserstein(before.value, before.count, now.value, now.count));
    }
    free(before.value);
    free(now.value);
    return out;
}

static json_t *describe_feature(const struct monitor *m, size_t feature, size_t window) {
    const struct window_finding *of = &m->finding.of[window];
    const struct feature_finding *found = &of->found[feature];
    size_t first = m->features.layout.offset[feature];
    const uint32_t *counts = windows_counts(&m->windows, window) + first;
    char top_contributor[ETL_CONFIG_MAX_NAME + 1];
    struct divergence d =
        divergence_of(m->detector.reference + first, counts, feature_layout_categories(&m->features.layout, feature));
    monitored_features_category(&m->features, feature, d.top_contributor, top_contributor, ETL_CONFIG_MAX_NAME);
    json_t *object = json_pack(
        "{s:s, s:o, s:o, s:o, s:o, s:o, s:{s:s, s:o}, s:o, s:o, s:{s:o, s:o, s:o, s:s}}", "stream",
        monitored_features_name(&m->features, feature), "psi", real(d.psi), "psi_adjusted", real(d.psi_adjusted),
        "jensen_shannon", real(d.jensen_shannon), "total_variation", real(d.total_variation), "cramers_v",
        real(d.cramers_v), "guilty", "category", top_contributor, "change", real(d.top_change), "chi_square",
        describe_table(m, feature, counts, of->rows), "wasserstein",
        monitored_features_is_numeric(&m->features, feature) ? describe_wasserstein(m, feature, window) : json_null(),
        "decided_on", "p", real(found->p), "holm", real(found->adjusted), "effect", real(found->effect), "method",
        method_name(found->method));
    return object;
}

static json_t *describe_windows(const struct monitor *m) {
    json_t *windows = json_array();
    for (size_t i = 0; i < WINDOWS && m->reference.complete; i++) {
        const struct window_finding *of = &m->finding.of[i];
        json_t *features = json_array();
        for (size_t feature = 0; of->enough && feature < m->features.layout.features; feature++)
            json_array_append_new(features, describe_feature(m, feature, i));
        json_array_append_new(windows, json_pack("{s:i, s:i, s:s, s:o, s:o}", "days", (int)windows_days[i], "calls",
                                                 (int)of->rows, "status", of->enough ? "tested" : "insufficient data",
                                                 "p", of->enough ? real(of->p) : json_null(), "streams", features));
    }
    return windows;
}

/* ---- labels ---- */

static json_t *describe_score(const struct labels_score *s) {
    const struct forest_metrics *f = &s->metrics;
    if (f->rows == 0)
        return json_pack("{s:i}", "purchases", 0);
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "purchases", integer(f->rows), "accuracy",
                     real(f->accuracy), "log_loss", real(f->log_loss), "brier", real(f->brier), "ece", real(f->ece),
                     "promised", real(s->promised), "gap", real(f->accuracy - s->promised), "gap_error",
                     real(s->promised_error));
}

json_t *report_versions(const struct monitor *m, json_t *(*describe)(const struct labels_score *score)) {
    int64_t version[MOST_VERSIONS];
    size_t count = labels_versions(&m->labels, &m->requests, version, MOST_VERSIONS);
    json_t *object = json_object();
    for (size_t i = 0; i < count; i++) {
        struct labels_score score;
        char text[24];
        snprintf(text, sizeof text, "%lld", (long long)version[i]);
        if (labels_measure(&score, &m->labels, &m->requests, m->until - monitor_label_span(m), version[i]))
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
    const struct concept_drift *c = &m->measured.concept;
    char top_contributor[ETL_CONFIG_MAX_NAME + 1];
    if (!m->measured.has_concept)
        return json_pack("{s:s}", "status", "insufficient data");
    monitored_features_category(&m->features, m->features.joint, c->test.top_contributor, top_contributor,
                                ETL_CONFIG_MAX_NAME);
    return json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:s, s:o, s:o}", "status", "tested", "p", real(c->test.p),
                     "threshold", real(m->measured.concept_threshold), "statistic", real(c->test.statistic), "cells",
                     integer(c->test.strata), "before", integer(c->test.before), "after", integer(c->test.after),
                     "guilty", top_contributor, "change_by_mix", describe_shares(m, c->covariate), "change_within",
                     describe_shares(m, c->within));
}

static json_t *describe_errors(const struct monitor *m) {
    const struct monitor_labels *l = &m->measured;
    if (!l->has_errors)
        return json_pack("{s:s}", "status", "insufficient data");
    return json_pack("{s:s, s:o, s:o, s:o, s:o}", "status", "tested", "promised", real(l->promised_errors), "sum",
                     real(l->errors.sum), "highest", real(l->errors.max), "limit", real(l->errors_limit));
}

static json_t *describe_promise(const struct labels_promise *p) {
    if (p->rows == 0)
        return json_pack("{s:i}", "calls", 0);
    return json_pack("{s:o, s:o, s:o}", "calls", integer(p->rows), "accuracy", real(p->accuracy), "error",
                     real(p->error));
}

static json_t *describe_labels(const struct monitor *m) {
    return json_pack("{s:i, s:o, s:o, s:o, s:o, s:o, s:o}", "maturity_days", (int)(m->options->maturity / 86400),
                     "matured", describe_score(&m->measured.recent), "versions", report_versions(m, describe_score),
                     "waiting", integer(m->labels.waiting), "estimated", describe_promise(&m->measured.promise),
                     "concept", describe_concept(m), "errors", describe_errors(m));
}

/* ---- the complete report ---- */

static json_t *describe_reference(const struct monitor *m) {
    return json_pack("{s:o, s:o, s:b, s:i, s:i}", "since", time_json(m->state.reference_since), "until",
                     time_json(m->reference.until), "whole", (int)m->reference.complete, "weeks",
                     (int)m->reference.weeks, "calls", (int)m->reference.rows);
}

static json_t *describe_requests(const struct monitor *m) {
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "read", integer(m->requests.count), "demo_or_batch",
                     integer(m->requests.other_sources), "repeated", integer(m->requests.repeated), "capped",
                     integer(m->requests.capped), "unreadable", integer(m->requests.malformed), "per_day",
                     real(m->per_day));
}

static json_t *describe_volume(const struct monitor *m) {
    return json_pack("{s:o, s:o, s:o, s:b}", "before", real(m->volume.before), "now", real(m->volume.now), "p",
                     real(m->reference.complete ? m->volume.p : NAN), "changed", (int)m->volume.changed);
}

json_t *report_describe(const struct monitor *m) {
    json_t *report = json_pack("{s:o, s:o, s:I, s:o, s:o, s:s, s:o, s:o, s:o, s:o, s:o}", "until", time_json(m->until),
                               "decision", state_describe(&m->state), "model_version", (json_int_t)m->champion.version,
                               "reference", describe_reference(m), "calls", describe_requests(m), "logarithm",
                               "natural", "p", real(m->finding.p), "threshold", real(m->state.threshold), "windows",
                               describe_windows(m), "calls_a_week", describe_volume(m), "labels", describe_labels(m));
    unreadable_describe(report, m->cell_set.unreadable);
    return report;
}
