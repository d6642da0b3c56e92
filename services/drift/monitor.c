/* monitor.c - reads the inputs of the drift check and runs its tests. */
#include "services/drift/monitor.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "services/common/store/atomic_file.h"
#include "services/common/store/paths.h"
#include "services/common/worker/log.h"
#include "services/drift/data/gate_decisions.h"
#include "services/drift/detect/threshold_calibration.h"

enum { DAY = 86400, WEEK = 7 * DAY, LABEL_DAYS = 180, CONCEPT_DAYS = 28, MIN_LABELS = 50 };
static const double surely = 2.326, volume_step = 1.25; /* one-sided 99 %; the ratio of two steps of the volume */

static bool no_memory(struct error *err) {
    errno = ENOMEM;
    error_set_errno(err, "read", VOLUME_PREDICTIONS);
    return false;
}

static unix_time next_midnight(unix_time at) {
    return at - at % DAY + DAY;
}

unix_time monitor_label_span(const struct monitor *m) {
    return m->options->maturity + (unix_time)LABEL_DAYS * DAY;
}

bool monitor_init(struct monitor *m, const struct monitor_options *options, const struct etl_config *config,
                  struct error *err) {
    *m = (struct monitor){.options = options, .config = config, .until = options->now - options->now % DAY};
    m->finding.p = 1;
    if (!(cell_set_init(&m->cell_set, config) || no_memory(err)) || !state_read(&m->state, options->volume, err))
        return false;
    state_forget_future(&m->state, options->now);
    return true;
}

void monitor_done(struct monitor *m) {
    labels_done(&m->labels);
    detector_done(&m->detector);
    windows_done(&m->windows);
    monitored_features_done(&m->features);
    purchase_log_done(&m->purchases);
    reference_done(&m->reference);
    request_log_done(&m->requests);
    cell_set_done(&m->cell_set);
    champion_done(&m->champion);
}

/* ---- the gate ---- */

/* Returns whether a new reference must start.  A routine candidate that is rejected or held while an alarm waits for
 * its own candidate does not end the request. */
static bool apply_gate_decision(struct decision_state *d, unix_time at, enum gate_decision_outcome end, bool alarm) {
    bool answers = alarm || !decision_is_alarm(d->cause);
    switch (end) {
    case GATE_DECISION_PROMOTED:
        return decision_gate(d, at, true);
    case GATE_DECISION_APPROVED:
        return alarm == decision_is_alarm(d->held_cause) ? decision_approved(d, at) : decision_gate(d, at, true);
    case GATE_DECISION_HELD:
        if (answers)
            decision_await_approval(d, at);
        return false;
    default:
        return answers && decision_gate(d, at, false);
    }
}

static void on_gate_decision(void *user, unix_time at, enum gate_decision_outcome end, bool alarm) {
    struct state *state = user;
    if (apply_gate_decision(&state->decision, at, end, alarm))
        state->reference_since = next_midnight(at);
    state->gate_followed_until = at;
}

bool monitor_follow_gate(struct monitor *m, struct error *err) {
    return gate_decisions_read(m->options->volume, m->state.gate_followed_until, m->options->now + 1, on_gate_decision,
                               &m->state, err);
}

/* ---- reading ---- */

/* A missing champion is not an error; one that fails verification is. */
static bool read_champion(struct monitor *m, struct error *err) {
    const struct volume *volume = m->options->volume;
    if (!files_exist_at(volume, VOLUME_CHAMPION))
        return true;
    json_t *pointer = files_read_json_at(volume, VOLUME_CHAMPION, CHAMPION_MAX_JSON, err);
    const char *text = json_string_value(json_object_get(pointer, "promoted_at"));
    bool done = pointer != NULL && champion_load_at(&m->champion, volume, err);
    if (text == NULL || !unix_time_parse(text, &m->promoted_at))
        m->promoted_at = 0;
    json_decref(pointer);
    return done;
}

/* The day of the first call that counts; 0 where there is none. */
static unix_time first_day(const struct request_log *requests) {
    for (size_t i = 0; i < requests->count; i++)
        if (requests->request[i].counts)
            return requests->request[i].at - requests->request[i].at % DAY;
    return 0;
}

static bool read_traffic(struct monitor *m, struct error *err) {
    const struct monitor_options *o = m->options;
    unix_time since = m->state.reference_since, labelled = m->until - monitor_label_span(m);
    if (!reference_read(&m->reference, o->volume, since, &m->cell_set, err))
        return false;
    struct request_log_limits limits = {labelled, m->until, o->burst};
    if (!m->reference.complete && since < labelled)
        limits.from = since;
    if (!request_log_read(&m->requests, o->volume, &m->cell_set, &limits, err))
        return false;
    if (since == 0)
        m->state.reference_since = first_day(&m->requests);
    if (m->reference.complete || m->state.reference_since == 0)
        return true;
    if (!reference_build(&m->reference, &m->requests, m->state.reference_since, m->until, &o->reference))
        return no_memory(err);
    return !m->reference.complete || reference_publish(&m->reference, o->volume, &m->cell_set, err);
}

bool monitor_read(struct monitor *m, struct error *err) {
    return read_champion(m, err) && read_traffic(m, err) &&
           purchase_log_read(&m->purchases, m->options->volume, VOLUME_TRAIN, &m->cell_set, &m->requests.leads,
                             m->until, err) &&
           (monitored_features_make(&m->features, &m->cell_set, &m->reference, m->champion.forest, m->options->floor) ||
            no_memory(err));
}

/* ---- the traffic ---- */

/* The days after the reference, the longest window's at most. */
static void fill_windows(struct monitor *m) {
    unix_time longest = m->until - (unix_time)WINDOWS_LONGEST * DAY;
    unix_time day = m->reference.until > longest ? m->reference.until : longest;
    size_t i = 0;
    while (i < m->requests.count && m->requests.request[i].at < day)
        i++;
    for (; day < m->until; day += DAY) {
        windows_next_day(&m->windows);
        for (; i < m->requests.count && m->requests.request[i].at < day + DAY; i++)
            if (m->requests.request[i].counts)
                windows_add(&m->windows, m->requests.request[i].cell);
    }
}

static void test_volume(struct monitor *m) {
    uint32_t week[WINDOWS_LONGEST / 7] = {0};
    size_t weeks = 0;
    while (weeks < WINDOWS_LONGEST / 7 && m->until - (unix_time)(weeks + 1) * WEEK >= m->reference.until)
        weeks++;
    for (size_t i = 0; i < m->requests.count; i++) {
        unix_time age = (m->until - 1 - m->requests.request[i].at) / WEEK;
        if (m->requests.request[i].counts && age < (unix_time)weeks)
            week[age]++;
    }
    m->volume = volume_test(m->reference.week, m->reference.weeks, week, weeks);
}

static bool count_reference(struct monitor *m) {
    const struct feature_layout *layout = &m->features.layout;
    uint32_t *counts = calloc(feature_layout_size(layout) + 1, sizeof *counts);
    if (counts == NULL)
        return false;
    for (uint32_t cell = 0; cell < m->reference.cells; cell++)
        feature_layout_count(layout, counts, cell, m->reference.count[cell]);
    bool done = detector_set_reference(&m->detector, counts, m->reference.rows);
    free(counts);
    return done;
}

/* Requests a day, rounded to steps.  It stays the same as last time within a step, so that the threshold need not be
 * calibrated again every day. */
static double observed_volume(const struct monitor *m) {
    double rows = m->reference.rows, days = 7.0 * m->reference.weeks;
    for (size_t i = 0; i < WINDOWS; i++)
        if (windows_full(&m->windows, i)) {
            rows = m->windows.rows[i];
            days = windows_days[i];
        }
    double per_day = fmax(rows / days, 0.5), last = m->state.per_day;
    if (last > 0 && per_day < last * volume_step && per_day > last / volume_step)
        return last;
    return pow(volume_step, round(log(per_day) / log(volume_step)));
}

static void make_key(const struct monitor *m, char key[SHA256_HEX]) {
    const struct monitor_options *o = m->options;
    char text[400];
    int size =
        snprintf(text, sizeof text, "%lld %lld %u %s %.6g %.6g %u %.6g %llu %zu", (long long)m->reference.since,
                 (long long)m->reference.until, m->reference.rows, m->champion.sha256, m->per_day, o->false_alarm_days,
                 o->detector.min_rows, o->floor, (unsigned long long)o->seed, m->features.layout.features);
    bytes_sha256(text, (size_t)size, key);
}

static bool update_threshold(struct monitor *m) {
    char key[SHA256_HEX];
    make_key(m, key);
    if (strcmp(key, m->state.threshold_key) == 0)
        return true;
    uint32_t *cell = malloc((m->reference.rows + 1) * sizeof *cell), rows = 0;
    if (cell == NULL)
        return false;
    for (uint32_t i = 0; i < m->reference.cells; i++)
        for (uint32_t n = 0; n < m->reference.count[i]; n++)
            cell[rows++] = i;
    struct cell_population population = {cell, rows};
    struct threshold_target target = {m->options->false_alarm_days, m->per_day, rows, 0, m->options->seed};
    bool done =
        threshold_calibrate(&m->state.threshold, &m->features.layout, &m->options->detector, &population, &target);
    free(cell);
    if (done) {
        memcpy(m->state.threshold_key, key, sizeof key);
        m->state.per_day = m->per_day;
        log_event(LOG_INFO, "calibrated",
                  "alarm threshold p < %.3g: one false alarm in %.0f days at %.1f requests a day", m->state.threshold,
                  m->options->false_alarm_days, m->per_day);
    }
    return done;
}

bool monitor_test_traffic(struct monitor *m, struct error *err) {
    if (!m->reference.complete)
        return true;
    bool done = windows_init(&m->windows, &m->features.layout) &&
                detector_init(&m->detector, &m->features.layout, &m->options->detector) && count_reference(m);
    if (!done)
        return no_memory(err);
    fill_windows(m);
    test_volume(m);
    m->per_day = observed_volume(m);
    return (update_threshold(m) &&
            detector_test(&m->detector, &m->windows, m->options->seed + (uint64_t)m->until, &m->finding)) ||
           no_memory(err);
}

/* ---- what was bought ---- */

static double card_accuracy(const json_t *card) {
    const json_t *holdout = json_object_get(json_object_get(card, "metrics"), "holdout");
    const json_t *accuracy = json_object_get(holdout, "accuracy");
    return json_is_number(accuracy) ? json_number_value(accuracy) : NAN;
}

static unix_time latest(unix_time a, unix_time b) {
    return a > b ? a : b;
}

/* The champion's own answers since the reference began: those of another are not what its card promised.  The limit is
 * that of the observed number of labels a day. */
static void watch_errors(struct monitor *m) {
    const struct monitor_options *o = m->options;
    unix_time mature = m->until - o->maturity, first = mature - (unix_time)LABEL_DAYS * DAY;
    unix_time since = latest(latest(m->state.reference_since, m->promoted_at), first);
    double accuracy = card_accuracy(m->champion.card), labels = 0;
    for (size_t i = 0; i < m->labels.count; i++) {
        const struct logged_request *request = &m->requests.request[m->labels.label[i].request];
        labels += request->at >= since && request->version == m->champion.version;
    }
    double days = (double)(mature - since) / (double)DAY;
    if (isnan(accuracy) || days < 1 || labels < (double)MIN_LABELS)
        return;
    struct monitor_labels *out = &m->measured;
    out->has_errors = true;
    out->promised_errors = 1 - accuracy;
    out->errors =
        labels_error_cusum(&m->labels, &m->requests, since, m->champion.version, out->promised_errors, o->error_rise);
    out->errors_limit = cusum_limit(out->promised_errors, o->error_rise, o->label_false_alarm_days * labels / days);
}

/* The purchases are tested after every four weeks; the threshold accounts for that many tests. */
static bool compare_concept(struct monitor *m) {
    const json_t *card = m->champion.card;
    const char *text = json_string_value(json_object_get(card, "trained_until"));
    const json_t *window = json_object_get(json_object_get(card, "window"), "days");
    struct concept_drift_periods periods = {.before_from = INT64_MIN};
    if (text == NULL || !unix_time_parse(text, &periods.before_until))
        return true;
    if (json_is_integer(window))
        periods.before_from = periods.before_until - json_integer_value(window) * DAY;
    unix_time step = (unix_time)CONCEPT_DAYS * DAY, tests = (m->until - periods.before_until) / step;
    if (tests < 1)
        return true;
    periods.after_until = periods.before_until + tests * step;
    struct monitor_labels *out = &m->measured;
    out->concept_threshold = (double)CONCEPT_DAYS / m->options->label_false_alarm_days;
    if (!concept_drift_test(&out->concept, &m->purchases, &m->features, &periods, m->options->seed + (uint64_t)tests))
        return false;
    out->has_concept = out->concept.test.after >= MIN_LABELS && out->concept.test.before >= MIN_LABELS;
    return true;
}

static void count_new_labels(struct monitor *m) {
    for (size_t i = 0; m->promoted_at != 0 && i < m->purchases.count; i++)
        m->measured.new_labels += m->purchases.purchase[i].at > m->promoted_at;
}

bool monitor_measure_performance(struct monitor *m, struct error *err) {
    unix_time since = m->until - monitor_label_span(m);
    if (!labels_join(&m->labels, &m->requests, &m->purchases, m->requests.leads.count, m->until,
                     m->options->maturity) ||
        !labels_measure(&m->measured.recent, &m->labels, &m->requests, since, LABELS_ANY_VERSION) ||
        !labels_measure(&m->measured.own, &m->labels, &m->requests, since, m->champion.version) || !compare_concept(m))
        return no_memory(err);
    m->measured.promise = labels_promised(&m->requests, m->until - (unix_time)WINDOWS_LONGEST * DAY);
    watch_errors(m);
    count_new_labels(m);
    return true;
}

/* ---- the decision ---- */

/* p of the alarm's stream on the days after the alarm alone. */
static double confirming(const struct monitor *m) {
    unix_time since = m->state.decision.drift_since;
    for (size_t i = 0; since != 0 && i < m->features.layout.features; i++)
        if (strcmp(monitored_features_name(&m->features, i), m->state.drift_stream) == 0)
            return detector_recent(&m->finding, i, (unsigned long)((m->until - since) / DAY));
    return 1;
}

static bool surely_below(double share, double error, uint64_t rows, double min) {
    return rows >= MIN_LABELS && share + surely * error < min;
}

static void find_causes(const struct monitor *m, bool cause[CAUSES]) {
    const struct monitor_options *o = m->options;
    const struct monitor_labels *l = &m->measured;
    double accuracy = l->own.metrics.accuracy, rows = (double)l->own.metrics.rows;
    cause[CAUSE_CONCEPT] = l->has_concept && l->concept.test.p <= l->concept_threshold;
    cause[CAUSE_ERRORS] = l->has_errors && l->errors.sum >= l->errors_limit;
    cause[CAUSE_ACCURACY] =
        surely_below(accuracy, sqrt(accuracy * (1 - accuracy) / fmax(rows, 1)), l->own.metrics.rows, o->min_accuracy);
    cause[CAUSE_CONFIDENCE] = surely_below(l->promise.accuracy, l->promise.error, l->promise.rows, o->min_confidence);
    cause[CAUSE_AGE] = o->age > 0 && m->promoted_at != 0 && m->until - m->promoted_at > o->age;
    cause[CAUSE_LABELS] = o->new_labels > 0 && l->new_labels >= o->new_labels;
}

void monitor_decide(struct monitor *m) {
    m->findings = (struct decision_findings){.at = m->until,
                                             .enough = m->finding.enough,
                                             .p = m->finding.p,
                                             .threshold = m->state.threshold,
                                             .confirming = confirming(m),
                                             .volume = m->volume.changed};
    find_causes(m, m->findings.cause);
    bool quiet = m->state.decision.drift_since == 0;
    decision_day(&m->state.decision, &m->findings, &m->options->decision);
    if (m->state.decision.drift_since == 0)
        m->state.drift_stream[0] = '\0';
    else if (quiet)
        snprintf(m->state.drift_stream, sizeof m->state.drift_stream, "%s",
                 monitored_features_name(&m->features, m->finding.feature));
}
