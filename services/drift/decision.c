/* decision.c - raises and ends alarms, and limits the requests for a training. */
#include "services/drift/decision.h"

#include <stddef.h>
#include <string.h>

enum { MOST_DOUBLINGS = 6 };

bool decision_is_alarm(enum decision_cause cause) {
    return cause != CAUSE_NONE && cause != CAUSE_LABELS;
}

bool decision_rebases(enum decision_cause cause) {
    return decision_is_alarm(cause) && cause != CAUSE_AGE;
}

static void end_retrain_request(struct decision_state *s, unix_time at, bool promoted) {
    s->rejections = promoted ? 0 : s->rejections + 1;
    s->ended_at = at;
    s->requested_at = 0;
    s->cause = CAUSE_NONE;
    s->level = s->drift_since != 0 ? LEVEL_ALARM : LEVEL_OK;
}

bool decision_gate(struct decision_state *s, unix_time at, bool promoted) {
    if (promoted) { /* whatever the cause: rejections and held candidates belong to the former champion */
        s->held_cause = CAUSE_NONE;
        s->rejections = 0;
    }
    if (s->requested_at == 0 || at < s->requested_at)
        return false;
    bool rebase = promoted && decision_rebases(s->cause);
    if (rebase)
        s->drift_since = s->quiet_since = 0;
    end_retrain_request(s, at, promoted);
    return rebase;
}

void decision_await_approval(struct decision_state *s, unix_time at) {
    if (s->requested_at == 0 || at < s->requested_at)
        return;
    s->held_cause = s->cause;
    decision_gate(s, at, false);
}

bool decision_approved(struct decision_state *s, unix_time at) {
    if (s->held_cause != CAUSE_NONE) {
        s->requested_at = at;
        s->cause = s->held_cause;
    }
    return decision_gate(s, at, true);
}

/* ---- the alarm of the traffic ---- */

static void follow_drift(struct decision_state *s, const struct decision_findings *f,
                         const struct decision_rules *rules) {
    if (s->drift_since == 0) {
        if (f->enough && f->p <= f->threshold)
            s->drift_since = f->at;
        return;
    }
    if (f->enough && f->p <= rules->warn_ratio * f->threshold)
        s->quiet_since = 0;
    else if (s->quiet_since == 0)
        s->quiet_since = f->at;
    else if (f->at - s->quiet_since >= rules->quiet)
        s->drift_since = s->quiet_since = 0;
}

/* ---- the request ---- */

static enum decision_cause cause_of(const struct decision_state *s, const struct decision_findings *f,
                                    const struct decision_rules *rules) {
    if (s->drift_since != 0 && s->drift_since < f->at && f->confirming <= rules->confirm_p)
        return CAUSE_DRIFT;
    for (int cause = CAUSE_CONCEPT; cause < CAUSES; cause++)
        if (f->cause[cause])
            return (enum decision_cause)cause;
    return CAUSE_NONE;
}

static unsigned retrains_since(const struct decision_state *s, unix_time since) {
    unsigned count = 0;
    for (unsigned i = 0; i < s->retrain_count; i++)
        count += s->retrain_times[i] > since;
    return count;
}

const char *decision_obstacle(const struct decision_state *s, unix_time at, const struct decision_rules *rules) {
    unix_time wait = rules->cooldown << (s->rejections < MOST_DOUBLINGS ? s->rejections : MOST_DOUBLINGS);
    if (s->ended_at != 0 && at - s->ended_at < wait)
        return s->rejections > 0 ? "the gate refused the last candidate, so the cooldown is longer" : "cooldown";
    if (retrains_since(s, at - DECISION_MONTH) >= rules->max_per_month)
        return "the monthly limit of trainings is reached";
    return NULL;
}

static void request_retraining(struct decision_state *s, unix_time at, enum decision_cause cause) {
    if (s->retrain_count == DECISION_REMEMBERED)
        memmove(s->retrain_times, s->retrain_times + 1, --s->retrain_count * sizeof *s->retrain_times);
    s->retrain_times[s->retrain_count++] = at;
    s->requested_at = at;
    s->cause = cause;
    s->level = LEVEL_RETRAIN;
}

static enum decision_level level_of(const struct decision_state *s, const struct decision_findings *f,
                                    const struct decision_rules *rules, enum decision_cause cause) {
    if (s->drift_since != 0 || decision_is_alarm(cause))
        return LEVEL_ALARM;
    bool near = f->enough && f->p <= rules->warn_ratio * f->threshold;
    return near || f->volume ? LEVEL_WARN : LEVEL_OK;
}

void decision_day(struct decision_state *s, const struct decision_findings *f, const struct decision_rules *rules) {
    if (s->requested_at != 0 && f->at - s->requested_at > rules->pending)
        end_retrain_request(s, f->at, false); /* no decision in time counts as a rejection */
    follow_drift(s, f, rules);
    if (s->requested_at != 0)
        return;
    enum decision_cause cause = cause_of(s, f, rules);
    if (cause != CAUSE_NONE && decision_obstacle(s, f->at, rules) == NULL) {
        request_retraining(s, f->at, cause);
        return;
    }
    s->cause = cause != CAUSE_NONE ? cause : s->drift_since != 0 ? CAUSE_DRIFT : CAUSE_NONE;
    s->level = level_of(s, f, rules, cause);
}

const char *decision_level_name(enum decision_level level) {
    static const char *const names[] = {"OK", "WARN", "ALARM", "RETRAIN"};
    return names[level];
}

const char *decision_cause_name(enum decision_cause cause) {
    static const char *const names[] = {"none",     "drift",      "concept", "errors",
                                        "accuracy", "confidence", "age",     "labels"};
    return names[cause];
}
