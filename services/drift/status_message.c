/* status_message.c - explains a state in words, with the numbers behind it. */
#include "services/drift/status_message.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "services/drift/stats/divergence.h"

enum { DAY = 86400 };

/* The stream that raised the alarm, also when another stream has the smallest p now. */
static void write_drift(const struct monitor *m, char *out, size_t size) {
    const struct monitored_features *s = &m->features;
    size_t feature = 0, window = WINDOWS;
    while (feature + 1 < s->layout.features && strcmp(monitored_features_name(s, feature), m->state.drift_stream) != 0)
        feature++;
    for (size_t i = 0; i < WINDOWS; i++)
        if (m->finding.of[i].enough && (window == WINDOWS || m->finding.of[i].found[feature].adjusted <
                                                                 m->finding.of[window].found[feature].adjusted))
            window = i;
    if (window == WINDOWS) {
        snprintf(out, size, "%s changed", m->state.drift_stream);
        return;
    }
    size_t first = s->layout.offset[feature];
    struct divergence d = divergence_of(m->detector.reference + first, windows_counts(&m->windows, window) + first,
                                        feature_layout_categories(&s->layout, feature));
    char category[ETL_CONFIG_MAX_NAME + 1];
    monitored_features_category(s, feature, d.top_contributor, category, 60);
    snprintf(out, size, "%s changed: %s %+.3f of %u requests in %u days (p %.2g, alarm below %.2g)",
             monitored_features_name(s, feature), category, d.top_change, m->finding.of[window].rows,
             windows_days[window], m->finding.of[window].found[feature].adjusted, m->state.threshold);
}

static void write_cause(const struct monitor *m, enum decision_cause cause, char *out, size_t size) {
    const struct monitor_labels *l = &m->measured;
    const struct monitor_options *o = m->options;
    switch (cause) {
    case CAUSE_NONE:
        break;
    case CAUSE_DRIFT:
        write_drift(m, out, size);
        break;
    case CAUSE_CONCEPT:
        snprintf(out, size,
                 "customers with the same inputs buy other packages than in the champion's training data (p %.2g)",
                 l->concept.test.p);
        break;
    case CAUSE_ERRORS:
        snprintf(out, size, "errors are more frequent than the expected %.3f (CUSUM %.2f, alarm at %.2f)",
                 l->promised_errors, l->errors.sum, l->errors_limit);
        break;
    case CAUSE_ACCURACY:
        snprintf(out, size, "accuracy %.3f of %" PRIu64 " purchases is significantly below %.3f",
                 l->own.metrics.accuracy, l->own.metrics.rows, o->min_accuracy);
        break;
    case CAUSE_CONFIDENCE:
        snprintf(out, size, "confidence %.3f of %" PRIu64 " requests is significantly below %.3f", l->promise.accuracy,
                 l->promise.rows, o->min_confidence);
        break;
    case CAUSE_AGE:
        snprintf(out, size, "the champion is %lld days old", (long long)((m->until - m->promoted_at) / DAY));
        break;
    case CAUSE_LABELS:
        snprintf(out, size, "%" PRIu64 " purchases since the champion was promoted", l->new_labels);
        break;
    case CAUSES:
        break;
    }
}

static void write_quiet(const struct monitor *m, char *out, size_t size) {
    const struct reference_rule *rule = &m->options->reference;
    if (!m->reference.complete)
        snprintf(out, size, "insufficient data: the reference has %u of %u weeks and %u of %u requests",
                 m->reference.weeks, rule->weeks, m->reference.rows, rule->rows);
    else if (!m->finding.enough)
        snprintf(out, size, "insufficient data: no complete window has %u requests", m->options->detector.min_rows);
    else if (m->volume.changed)
        snprintf(out, size, "the volume changed: %.0f requests a week, before %.0f", m->volume.now, m->volume.before);
    else
        snprintf(out, size, "no significant change (p %.2g, alarm below %.2g)", m->finding.p, m->state.threshold);
}

void status_message_write(const struct monitor *m, char *out, size_t size) {
    const struct decision_state *d = &m->state.decision;
    write_quiet(m, out, size);
    write_cause(m, d->cause, out, size);
    if (d->level != LEVEL_ALARM)
        return;
    size_t used = strlen(out);
    const char *obstacle = decision_obstacle(d, m->until, &m->options->decision);
    bool unconfirmed = d->cause == CAUSE_DRIFT && m->findings.confirming > m->options->decision.confirm_p;
    if (unconfirmed)
        obstacle = "waiting for later days to confirm it";
    if (obstacle != NULL && used < size)
        snprintf(out + used, size - used, "; %s", obstacle);
}
