/*
 * reference.h - the usual traffic: the first weeks of live requests, then frozen.
 *
 * It consists of complete weeks, from the first request or from the last rebase or promotion after an alarm, until
 * there are enough weeks and rows, or the maximum of weeks is over.  Once complete it is stored in
 * monitoring/reference.json, so that old logs may be deleted and a routine promotion changes nothing.
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
    unix_time since, until; /* [since, until); until is 0 while it is incomplete */
    uint32_t rows;
    size_t cells;    /* room of count */
    uint32_t *count; /* [kinds] */
    unsigned weeks;
    uint32_t week[REFERENCE_MAX_WEEKS]; /* rows of each week */
};

/* Whether so many complete weeks with so many rows are enough. */
bool reference_enough(const struct reference_rule *rule, unsigned weeks, uint32_t rows);

/* Count the requests of [since, until); an incomplete reference has its weeks and rows so far. false: out of memory. */
bool reference_build(struct reference *out, const struct request_log *requests, unix_time since, unix_time until,
                     const struct reference_rule *rule);

/* Read reference.json.  Where it is missing or has another beginning than `since`, *out is unchanged; that is not an
 * error. */
MUST_CHECK bool reference_read(struct reference *out, const struct volume *volume, unix_time since,
                               struct cell_set *cell_set, struct error *err);
MUST_CHECK bool reference_publish(const struct reference *reference, const struct volume *volume,
                                  const struct cell_set *cell_set, struct error *err);

void reference_done(struct reference *reference); /* fine on zeroes */

#endif
