/*
 * monitor.h - one run of the drift check: traffic and purchases until the last midnight.
 *
 * The steps are called in this order; each reads what it needs from the volume and stores its findings here.  Missing
 * inputs (no requests, no champion, no purchases) are not an error: their findings are "not enough".
 */
#ifndef DRIFT_MONITOR_H
#define DRIFT_MONITOR_H

#include "services/common/registry/champion.h"
#include "services/drift/data/labels.h"
#include "services/drift/detect/concept_drift.h"
#include "services/drift/detect/detector.h"
#include "services/drift/state.h"
#include "services/drift/stats/volume_test.h"

struct monitor_options {
    const struct volume *volume; /* borrowed */
    unix_time now;
    uint64_t seed;
    double false_alarm_days, label_false_alarm_days;
    struct detector_rule detector;
    double floor; /* total variation below which a change does not count */
    struct reference_rule reference;
    struct decision_rules decision;
    unsigned burst;
    unix_time maturity, age; /* seconds; age 0: never too old */
    double error_rise, min_accuracy, min_confidence;
    uint64_t new_labels; /* 0: never enough */
};

/* The findings about labels. */
struct monitor_labels {
    struct labels_score recent, own; /* of all versions; of the champion alone */
    struct labels_promise promise;
    bool has_concept, has_errors;
    struct concept_drift concept;
    double concept_threshold;
    struct cusum errors;
    double promised_errors, errors_limit;
    uint64_t new_labels; /* purchases since the champion was promoted */
};

struct monitor {
    const struct monitor_options *options; /* borrowed */
    const struct etl_config *config;       /* borrowed */
    unix_time until;                       /* the last midnight */
    struct state state;
    struct champion champion; /* version 0: none */
    unix_time promoted_at;    /* 0: not known */
    struct cell_set cell_set;
    struct request_log requests;
    struct reference reference;
    struct purchase_log purchases;
    struct monitored_features features;
    struct windows windows;
    struct detector detector;
    double per_day; /* calls, on the average of the longest window */
    struct finding finding;
    struct volume_test volume;
    struct labels labels;
    struct monitor_labels measured;
    struct decision_findings findings;
};

MUST_CHECK bool monitor_init(struct monitor *m, const struct monitor_options *options, const struct etl_config *config,
                             struct error *err);
void monitor_done(struct monitor *m);

MUST_CHECK bool monitor_follow_gate(struct monitor *m,
                                    struct error *err); /* promotions end requests, some make a new reference */
MUST_CHECK bool monitor_read(struct monitor *m, struct error *err);         /* champion, calls, reference, purchases */
MUST_CHECK bool monitor_test_traffic(struct monitor *m, struct error *err); /* the traffic against the reference */
MUST_CHECK bool monitor_measure_performance(struct monitor *m, struct error *err); /* answers against purchases */
void monitor_decide(struct monitor *m);                                            /* the next state and its cause */

/* Purchases, versions and the like look back so far. */
unix_time monitor_label_span(const struct monitor *m);

#endif
