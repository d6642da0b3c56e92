/*
 * decision.h - decides from a day's findings on the state: OK, WARN, ALARM or RETRAIN.
 *
 * A pure function: the next state follows from the state, a day's findings and the rules.  Applying the same day twice
 * changes nothing.
 *
 *   OK       nothing is known to be wrong (or too little is known: `enough` is false)
 *   WARN     near an alarm, or one has just ended, or the volume changed
 *   ALARM    the traffic, the customers' choices or the model's quality changed; no training is requested yet
 *   RETRAIN  a training is requested, until the gate has decided on its candidate
 *
 * A p-value below the calibrated threshold raises an alarm about the traffic.  Later days must confirm it: chance
 * disappears, a change persists, and a training needs new rows anyway.  Alarms about labels are rarer and need no
 * confirmation.  An alarm ends after quiet days.  Between two requests there is a cooldown, doubled by each candidate
 * that the gate rejects; the number of requests a month is limited.
 */
#ifndef DRIFT_DECISION_H
#define DRIFT_DECISION_H

#include <stdbool.h>

#include "services/common/util/unix_time.h"

enum decision_level { LEVEL_OK, LEVEL_WARN, LEVEL_ALARM, LEVEL_RETRAIN };

/* Why a training is requested, the most urgent first. */
enum decision_cause {
    CAUSE_NONE,
    CAUSE_DRIFT,      /* the traffic's distribution */
    CAUSE_CONCEPT,    /* P(package | cell) */
    CAUSE_ERRORS,     /* errors more frequent than the model promised */
    CAUSE_ACCURACY,   /* below the threshold */
    CAUSE_CONFIDENCE, /* below the threshold */
    CAUSE_AGE,        /* the champion is old */
    CAUSE_LABELS,     /* enough new purchases */
    CAUSES
};

struct decision_rules {
    double confirm_p;                   /* the alarm's stream must stay at most here on days after the alarm */
    double warn_ratio;                  /* p at most so many times the threshold is near */
    unix_time quiet, cooldown, pending; /* seconds */
    unsigned max_per_month;             /* requests in 30 days at most */
};

enum { DECISION_DAY = 86400, DECISION_MONTH = 30 * DECISION_DAY, DECISION_REMEMBERED = 32 };

/* The findings of a day. */
struct decision_findings {
    unix_time at; /* the end of the day */
    bool enough;  /* the traffic could be tested */
    double p, threshold;
    double confirming;  /* p of the alarm's stream on days after the alarm alone; 1: not known */
    bool volume;        /* changed */
    bool cause[CAUSES]; /* all but CAUSE_DRIFT, which follows from p */
};

struct decision_state {
    enum decision_level level;
    enum decision_cause cause; /* of the request, while one is pending; of the alarm otherwise */
    unix_time drift_since;     /* when the traffic's alarm was raised; 0: none */
    unix_time quiet_since;     /* since when it has been quiet under that alarm; 0: it is not */
    unix_time requested_at;    /* the pending request; 0: none */
    unix_time ended_at;        /* when the last request ended; 0: there was none */
    unsigned rejections;       /* candidates refused since the last promotion */
    enum decision_cause
        held_cause;         /* of the request whose candidate waits for a person's approval; CAUSE_NONE: none does */
    unsigned retrain_count; /* how many of asked[] are known, the newest last */
    unix_time retrain_times[DECISION_REMEMBERED];
};

/* Whether this cause means that the traffic, the customers or the model changed, so that the gate applies the rule for
 * alarms. */
bool decision_is_alarm(enum decision_cause cause);

/* Whether a promotion for this cause starts a new reference. */
bool decision_rebases(enum decision_cause cause);

/* The gate decided on a candidate at this time; returns whether a new reference must start then. */
bool decision_gate(struct decision_state *state, unix_time at, bool promoted);

/* The candidate passed, but a person must approve it: until then it counts as rejected. */
void decision_await_approval(struct decision_state *state, unix_time at);

/* A person approved the candidate, and it is promoted: the request is fulfilled.  Returns the same as decision_gate. */
bool decision_approved(struct decision_state *state, unix_time at);

void decision_day(struct decision_state *state, const struct decision_findings *findings,
                  const struct decision_rules *rules);

/* Why no training is requested although there is a cause, in words; NULL: there is no obstacle. */
const char *decision_obstacle(const struct decision_state *state, unix_time at, const struct decision_rules *rules);

const char *decision_level_name(enum decision_level level); /* "OK" */
const char *decision_cause_name(enum decision_cause cause); /* "drift" */

#endif
