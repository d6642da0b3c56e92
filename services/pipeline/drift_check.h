/* drift_check.h - asks leadforest-drift at its times whether a training is due. */
#ifndef PIPELINE_DRIFT_CHECK_H
#define PIPELINE_DRIFT_CHECK_H

#include "services/common/util/subprocess.h"
#include "services/common/util/unix_time.h"
#include "services/pipeline/cron.h"

struct drift_check {
    const struct cron *times; /* borrowed */
    unix_time next, planned;  /* when to ask again, and when that was found */
    double limit, began;      /* seconds that it may take; monotonic */
    struct subprocess child;
    bool retrain, alarm; /* the last answer, until it was acted on */
    /* For those who tell of it: "OK", "WARN", "ALARM", "RETRAIN", or "FAILED" where there was no answer. */
    char state[16], cause[16], reason[400];
};

/* Where it is ever to be asked, it is asked at once: a request that stood when we were stopped is taken up again. */
void drift_check_begin(struct drift_check *drift_check, const struct cron *times, double limit, unix_time now);

/* Ask when that is due (not while nothing may run), and take in the answer; true where there is a new one. */
bool drift_check_continue(struct drift_check *drift_check, unix_time now, bool paused);

/* A run that trains for the alarm must say so to features, train and register, which read it from the environment. */
void drift_check_export_env(const struct drift_check *drift_check);

#endif
