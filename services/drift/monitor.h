/*
 * monitor.h - one look at the traffic and at what was bought, until the last midnight.
 *
 * The steps are called in this order; each reads what it needs from the volume and leaves its findings
 * here.  What is missing (no calls, no champion, no purchases) makes its findings "not enough", no error.
 */
#ifndef DRIFT_MONITOR_H
#define DRIFT_MONITOR_H

#include "services/common/champion.h"
#include "services/drift/concept.h"
#include "services/drift/detector.h"
#include "services/drift/labels.h"
#include "services/drift/pace.h"
#include "services/drift/state.h"

struct monitor_options {
    const char *data;
    moment now;
    uint64_t seed;
    double false_alarm_days, label_false_alarm_days;
    struct detector_rule detector;
    double floor; /* total variation below which a change does not count */
    struct reference_rule reference;
    struct decision_rules decision;
    unsigned burst;
    moment maturity, age; /* seconds; age 0: never too old */
    double error_rise, accuracy_least, confidence_least;
    uint64_t new_labels; /* 0: never enough */
};

/* What labels say. */
struct monitor_labels {
    struct labels_score recent, own; /* of all versions; of the champion alone */
    struct labels_promise promise;
    bool has_concept, has_errors;
    struct concept concept;
    double concept_threshold;
    struct cusum errors;
    double promised_errors, errors_limit;
    uint64_t new_labels; /* purchases since the champion was promoted */
};

struct monitor {
    const struct monitor_options *options; /* borrowed */
    const struct config *config;           /* borrowed */
    moment until;                          /* the last midnight */
    struct state state;
    struct champion champion; /* version 0: none */
    moment promoted_at;       /* 0: not known */
    struct inputs inputs;
    struct calls calls;
    struct reference reference;
    struct purchases purchases;
    struct streams streams;
    struct windows windows;
    struct detector detector;
    double per_day; /* calls, on the average of the longest window */
    struct finding finding;
    struct pace pace;
    struct labels labels;
    struct monitor_labels measured;
    struct decision_findings findings;
};

bool monitor_init(struct monitor *m, const struct monitor_options *options, const struct config *config,
                  struct file_error *err);
void monitor_done(struct monitor *m);

bool monitor_follow_gate(struct monitor *m,
                         struct file_error *err);             /* promotions end requests, some make a new reference */
bool monitor_read(struct monitor *m, struct file_error *err); /* champion, calls, reference, purchases */
bool monitor_look(struct monitor *m, struct file_error *err); /* the traffic against the reference */
bool monitor_measure(struct monitor *m, struct file_error *err); /* answers against purchases */
void monitor_decide(struct monitor *m);                          /* the next state, and why */

/* Purchases, versions and the like look back so far. */
moment monitor_label_span(const struct monitor *m);

#endif
