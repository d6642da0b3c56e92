/*
 * checks.h - what should be true of the data, checked before anything is published.
 *
 * An error stops the run (65; our own mistakes in counting 70) and leaves the outputs as they were.  A warning
 * stands in the report and in the log.
 *
 *   conservation       error    of each source, read = accepted + quarantined + duplicates; found = labelled + excluded
 *   unique             error    a lead has one row
 *   quarantine         error    share of records that are broken (not of those about something else)
 *   quarantine by file warning  the same of the worst file
 *   lead ids           warning  share of submissions whose lead id is none
 *   not null           warning  share of train.csv without a feature
 *   accepted values    warning  share of train.csv with a value that is no level, and which most have
 *   relationships      warning  share of purchases without a lead; share older than their lead
 *   plans              warning  share of purchases of no package
 *   mode               warning  share of purchases of the other mode, live or test
 *   freshness          warning  days since the newest submission and payment
 *   row count          warning  rows of train.csv against those of the last run
 *
 * The last two depend on when the run is, so they are only logged: the report is a function of the data.
 */
#ifndef ETL_CHECKS_H
#define ETL_CHECKS_H

#include "libetl/ingest/collector.h"
#include "libetl/join/dataset.h"
#include "services/common/util/unix_time.h"

enum check_severity { CHECK_WARNING, CHECK_ERROR };

struct check {
    const char *name;
    enum check_severity severity;
    bool passed, time_dependent; /* fleeting: another answer tomorrow */
    double value, limit;
    char text[300]; /* one line for a person */
};

enum { CHECKS_MAX = 2 * ETL_CONFIG_MAX_FEATURES + 16 };
struct checks {
    struct check items[CHECKS_MAX]; /* [count] */
    size_t count;
};

struct checks_limits {
    double quarantine; /* share, 0 .. 1 */
    double stale_days;
};

/* What is checked; all borrowed. */
struct checks_subject {
    const struct etl_collector *collector;
    const struct etl_dataset *dataset;
    const struct etl_config *config;
    const char *const *names; /* of the sources */
    int64_t now;
    long long last_rows; /* of train.csv in the report before, -1: none */
};

void checks_run(struct checks *checks, const struct checks_subject *subject, const struct checks_limits *limits);

/* The first error that did not pass, or NULL. */
const struct check *checks_find_error(const struct checks *checks);

#endif
