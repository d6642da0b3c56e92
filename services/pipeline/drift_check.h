/* drift_check.h - runs leadforest-drift at its times, which says whether a training is due. */
#ifndef PIPELINE_DRIFT_CHECK_H
#define PIPELINE_DRIFT_CHECK_H

#include "services/common/util/subprocess.h"
#include "services/common/util/unix_time.h"
#include "services/pipeline/cron.h"

struct drift_check {
    const struct cron *times; /* borrowed */
    unix_time next, planned;  /* when to run it again, and when that was computed */
    double limit, began;      /* seconds that it may take; start on the monotonic clock */
    struct subprocess child;
    bool retrain, alarm; /* the last answer, until it was acted on */
    /* For notifications: "OK", "WARN", "ALARM", "RETRAIN", or "FAILED" if it gave no answer. */
    char state[16], cause[16], reason[400];
};

/* If it is scheduled at all, it runs at once: a request from before the last stop is found again this way. */
void drift_check_begin(struct drift_check *drift_check, const struct cron *times, double limit, unix_time now);

/* Run it when due (not while paused) and collect its answer; true if there is a new one. */
bool drift_check_continue(struct drift_check *drift_check, unix_time now, bool paused);

/* A run caused by an alarm informs features, train and register of it through the environment. */
void drift_check_export_env(const struct drift_check *drift_check);

#endif
