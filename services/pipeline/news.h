/* news.h - what of runs and of drift's answers is worth telling an operator: changes, not states. */
#ifndef PIPELINE_NEWS_H
#define PIPELINE_NEWS_H

#include "services/pipeline/alerts.h"
#include "services/pipeline/lookout.h"
#include "services/pipeline/run.h"

enum { NEWS_TRIES = 4 }; /* a run that is to be tried later is news only once it ended so this often in a row */

struct news {
    struct alerts *alerts; /* borrowed */
    char drift[16];        /* the state last told */
    unsigned put_off;      /* runs in a row that ended with "try later" */
    bool failing;          /* and that was told */
};

/* A run has ended: run.failed, run.recovered, model.promoted. */
void news_run(struct news *news, const struct run *run);

/* Drift has answered, or failed to: drift.alarm, drift.retrain, drift.failed, drift.over. */
void news_drift(struct news *news, const struct lookout *lookout);

#endif
