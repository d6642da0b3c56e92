/* notifications.h - decides what an operator hears about runs and drift: changes, not states. */
#ifndef PIPELINE_NOTIFICATIONS_H
#define PIPELINE_NOTIFICATIONS_H

#include "services/pipeline/alert_queue.h"
#include "services/pipeline/drift_check.h"
#include "services/pipeline/run.h"

/* A run that ends with "try later" is reported only after this many in a row. */
enum { NOTIFICATIONS_TEMPFAIL_LIMIT = 4 };

/* Seconds between two reports of one cause of failure: a job may fail every other minute. */
#define NOTIFICATIONS_REPEAT_SECONDS 3600.0

struct notifications {
    struct alert_queue *alert_queue; /* borrowed */
    char drift[16];                  /* the state that was reported last */
    unsigned tempfails;              /* runs in a row that ended with "try later" */
    bool failing;                    /* and that was reported */
    bool withheld;                   /* it failed again; reported when the pause is over, unless it recovers before */
    struct run failure;              /* the one withheld, as it ended */
    double notified_at;              /* when a failure was reported last, monotonic seconds */
    char cause[32];                  /* of that failure; "": none was reported */
};

/* A run has ended: run.failed, run.recovered, model.promoted.  now is monotonic seconds.  After a reported
 * failure its recovery is reported once; a withheld failure that recovers is never reported. */
void notify_run(struct notifications *notifications, const struct run *run, double now);

/* Report a withheld failure once that is due. */
void notifications_continue(struct notifications *notifications, double now);

/* Drift has answered, or failed to: drift.alarm, drift.retrain, drift.failed, drift.over. */
void notify_drift(struct notifications *notifications, const struct drift_check *drift_check);

#endif
