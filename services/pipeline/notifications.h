/* notifications.h - what of runs and of drift's answers is worth telling an operator: changes, not states. */
#ifndef PIPELINE_NOTIFICATIONS_H
#define PIPELINE_NOTIFICATIONS_H

#include "services/pipeline/alert_queue.h"
#include "services/pipeline/drift_check.h"
#include "services/pipeline/run.h"

/* A run that is to be tried later is news only once it ended so this often in a row. */
enum { NOTIFICATIONS_TEMPFAIL_LIMIT = 4 };

/* Seconds between two failures of one cause that are told: a job may fail every other minute. */
#define NOTIFICATIONS_REPEAT_SECONDS 3600.0

struct notifications {
    struct alert_queue *alert_queue; /* borrowed */
    char drift[16];                  /* the state last told */
    unsigned tempfails;              /* runs in a row that ended with "try later" */
    bool failing;                    /* and that was told */
    bool withheld;      /* it fails again, and that is to be told when the pause is over, unless it recovers before */
    struct run failure; /* the one withheld, as it ended */
    double notified_at; /* when a failure was told last, monotonic seconds */
    char cause[32];     /* of that one; "": none was told */
};

/* A run has ended: run.failed, run.recovered, model.promoted.  now is monotonic seconds.  A failure that is told has
 * its recovery told, once; one that is withheld and recovers is told no more. */
void notify_run(struct notifications *notifications, const struct run *run, double now);

/* Tell what was withheld, once that is due. */
void notifications_continue(struct notifications *notifications, double now);

/* Drift has answered, or failed to: drift.alarm, drift.retrain, drift.failed, drift.over. */
void notify_drift(struct notifications *notifications, const struct drift_check *drift_check);

#endif
