/*
 * checks.h - checks of the data, made before anything is published.
 *
 * An error stops the run (exit code 65, or 70 if our own counts are wrong) and leaves the outputs as they were.
 * A warning is in the report and in the log.
 *
 *   conservation       error    of each source, read = accepted + quarantined + duplicates; found = labelled + excluded
 *   unique             error    a lead has one row
 *   quarantine         error    share of records that are broken (unrelated records do not count)
 *   quarantine by file warning  the same for the file with the largest share
 *   lead ids           warning  share of submissions with an invalid lead id
 *   dates              warning  that no submission has a date; not listed if one has
 *   not null           warning  share of rows of train.csv without a value of a feature
 *   accepted values    warning  share of rows of train.csv with a value that is not a level, and the most frequent one
 *   relationships      warning  share of purchases without a lead; share before the first submission
 *   plans              warning  share of purchases that match no package
 *   mode               warning  share of purchases of the other mode, live or test
 *   freshness          warning  days since the newest submission and payment
 *   row count          warning  rows of train.csv, compared with the last run
 *
 * The last two depend on the time of the run, so they are only logged: the report depends only on the data.
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
    bool passed, time_dependent; /* depends on the time of the run */
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

/* What is checked; everything is borrowed. */
struct checks_subject {
    const struct etl_collector *collector;
    const struct etl_dataset *dataset;
    const struct etl_config *config;
    const char *const *names; /* of the sources */
    int64_t now;
    long long last_rows; /* of train.csv in the last report; -1: none */
};

void checks_run(struct checks *checks, const struct checks_subject *subject, const struct checks_limits *limits);

/* The first failed check that is an error, or NULL. */
const struct check *checks_find_error(const struct checks *checks);

#endif
