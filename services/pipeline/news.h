/* news.h - what of runs and of drift's answers is worth telling an operator: changes, not states. */
#ifndef PIPELINE_NEWS_H
#define PIPELINE_NEWS_H

#include "services/pipeline/alerts.h"
#include "services/pipeline/lookout.h"
#include "services/pipeline/run.h"

enum {
    NEWS_TRIES = 4,   /* a run that is to be tried later is news only once it ended so this often in a row */
    NEWS_PAUSE = 3600 /* seconds between two failures of one cause that are told: a job may fail every other minute */
};

struct news {
    struct alerts *alerts; /* borrowed */
    char drift[16];        /* the state last told */
    unsigned put_off;      /* runs in a row that ended with "try later" */
    bool failing;          /* and that was told */
    bool withheld;      /* it fails again, and that is to be told when the pause is over, unless it recovers before */
    struct run failure; /* the one withheld, as it ended */
    double told_at;     /* when a failure was told last, monotonic seconds */
    char cause[32];     /* of that one; "": none was told */
};

/* A run has ended: run.failed, run.recovered, model.promoted.  now is monotonic seconds.  A failure that is told has
 * its recovery told, once; one that is withheld and recovers is told no more. */
void news_run(struct news *news, const struct run *run, double now);

/* Tell what was withheld, once that is due. */
void news_continue(struct news *news, double now);

/* Drift has answered, or failed to: drift.alarm, drift.retrain, drift.failed, drift.over. */
void news_drift(struct news *news, const struct lookout *lookout);

#endif
