/*
 * decision.h - from what was found to what is done: OK, WARN, ALARM, RETRAIN.
 *
 * Pure: a state, a day's findings and rules make the next state.  Looking twice at one day changes nothing.
 *
 *   OK       nothing is known to be wrong (or too little is known: `enough` is false)
 *   WARN     near an alarm, or one has just passed, or the volume changed
 *   ALARM    traffic has changed, or what customers want, or the model fails; not yet to be acted on
 *   RETRAIN  a training is asked for, until the gate has judged its candidate
 *
 * An alarm of the traffic is raised by the calibrated threshold and must be confirmed by days that came
 * after it: chance passes, a change stays, and a training needs rows of the new kind anyway.  Alarms of
 * labels are rarer and need no second look.  It ends after quiet days.  Between two requests lies a
 * cooldown, doubled with each candidate that the gate refused; so many requests a month are the most.
 */
#ifndef DRIFT_DECISION_H
#define DRIFT_DECISION_H

#include <stdbool.h>

#include "services/common/util/unix_time.h"

enum decision_level { LEVEL_OK, LEVEL_WARN, LEVEL_ALARM, LEVEL_RETRAIN };

/* Why a training is asked for, the most urgent first. */
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

/* What the day brought. */
struct decision_findings {
    unix_time at; /* the end of the day looked at */
    bool enough;  /* the traffic could be tested */
    double p, threshold;
    double confirming;  /* p of the alarm's stream on days after the alarm alone; 1 where not known */
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

/* Whether this cause means that the world or the model has changed, so that the gate's alarm rule holds. */
bool decision_is_alarm(enum decision_cause cause);

/* Whether a promotion on this cause makes a new reference. */
bool decision_rebases(enum decision_cause cause);

/* The gate has judged a candidate at this time; tells whether the reference must begin anew then. */
bool decision_gate(struct decision_state *state, unix_time at, bool promoted);

/* It was judged good, but a person must approve of it: as good as refused, until that is done. */
void decision_await_approval(struct decision_state *state, unix_time at);

/* That is done, and it is promoted: the request is answered after all.  Tells the same as decision_gate. */
bool decision_approved(struct decision_state *state, unix_time at);

void decision_day(struct decision_state *state, const struct decision_findings *findings,
                  const struct decision_rules *rules);

/* Why nothing is asked for although there is a cause, in words; NULL where nothing stands in the way. */
const char *decision_obstacle(const struct decision_state *state, unix_time at, const struct decision_rules *rules);

const char *decision_level_name(enum decision_level level); /* "OK" */
const char *decision_cause_name(enum decision_cause cause); /* "drift" */

#endif
