/* lookout.h - asks leadforest-drift at its times whether a training is due. */
#ifndef PIPELINE_LOOKOUT_H
#define PIPELINE_LOOKOUT_H

#include "services/common/clock.h"
#include "services/pipeline/child.h"
#include "services/pipeline/cron.h"

struct lookout {
    const struct cron *times; /* borrowed */
    moment next, planned;     /* when to ask again, and when that was found */
    double limit, began;      /* seconds that it may take; monotonic */
    struct child child;
    bool retrain, alarm; /* the last answer, until it was acted on */
    /* For those who tell of it: "OK", "WARN", "ALARM", "RETRAIN", or "FAILED" where there was no answer. */
    char state[16], cause[16], reason[400];
};

/* Where it is ever to be asked, it is asked at once: a request that stood when we were stopped is taken up again. */
void lookout_begin(struct lookout *lookout, const struct cron *times, double limit, moment now);

/* Ask when that is due (not while nothing may run), and take in the answer; true where there is a new one. */
bool lookout_continue(struct lookout *lookout, moment now, bool held);

/* A run that trains for the alarm must say so to features, train and register, which read it from the environment. */
void lookout_hand_down(const struct lookout *lookout);

#endif
