/*
 * reference.h - what usual traffic is: the first weeks of live calls, then frozen.
 *
 * Whole weeks, from the first call or from the last alarm-caused promotion or rebase on, until there are
 * enough of both weeks and rows, or more will not come.  Once whole it stands in monitoring/reference.json,
 * so that old logs may be deleted and a routine promotion changes nothing.
 */
#ifndef DRIFT_REFERENCE_H
#define DRIFT_REFERENCE_H

#include "services/common/store/volume.h"
#include "services/drift/data/request_log.h"

enum { REFERENCE_MAX_WEEKS = 26 };

struct reference_rule {
    unsigned weeks; /* at least */
    uint32_t rows;  /* wanted; after REFERENCE_MAX_WEEKS weeks min_rows do */
    uint32_t min_rows;
};

struct reference {
    bool complete;
    unix_time since, until; /* [since, until); until is 0 while it is not whole */
    uint32_t rows;
    size_t cells;    /* room of count */
    uint32_t *count; /* [kinds] */
    unsigned weeks;
    uint32_t week[REFERENCE_MAX_WEEKS]; /* rows of each week */
};

/* Whether so many whole weeks of so many rows are enough. */
bool reference_enough(const struct reference_rule *rule, unsigned weeks, uint32_t rows);

/* From the calls of [since, until); a reference that is not whole says how far it is. false: out of memory. */
bool reference_build(struct reference *out, const struct request_log *requests, unix_time since, unix_time until,
                     const struct reference_rule *rule);

/* reference.json; one of another beginning than `since`, or none, leaves *out as it is and is no error. */
MUST_CHECK bool reference_read(struct reference *out, const struct volume *volume, unix_time since,
                               struct cell_set *cell_set, struct error *err);
MUST_CHECK bool reference_publish(const struct reference *reference, const struct volume *volume,
                                  const struct cell_set *cell_set, struct error *err);

void reference_done(struct reference *reference); /* fine on zeroes */

#endif
