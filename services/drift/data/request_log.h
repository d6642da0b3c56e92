/*
 * request_log.h - the prediction log in memory: for each request its time, lead, inputs and answer.
 *
 * Requests whose source is demo or batch are skipped.  Two sorts do not count as traffic, but are still compared with
 * purchases: all but a lead's last request of a day (a form sends one with every change), and identical requests in
 * one hour beyond the total of a usual hour, so that a burst of equal rows does not look like drift.  The report has
 * the number of each sort.
 */
#ifndef DRIFT_REQUEST_LOG_H
#define DRIFT_REQUEST_LOG_H

#include "services/common/store/volume.h"
#include "services/common/util/error.h"
#include "services/common/util/unix_time.h"
#include "services/drift/data/cell_set.h"

struct logged_request {
    unix_time at;
    uint32_t cell;
    uint32_t lead; /* 1 + its number in leads; 0: none */
    int64_t version;
    bool counts; /* in the traffic */
};

struct request_log {
    struct cell_set *cell_set; /* borrowed */
    struct string_intern leads;
    size_t count, capacity;
    struct logged_request *request;         /* [count] in order of time */
    float *probability;                     /* [count][packages] */
    size_t malformed;                       /* lines that are not requests */
    size_t other_sources, repeated, capped; /* skipped, or not counted as traffic */
};

struct request_log_limits {
    unix_time from, until; /* [from, until) */
    unsigned burst;        /* calls of one kind in one hour that always count */
};

/* Read predictions/ in the data folder; a missing folder has no requests. On failure *out is unchanged. */
MUST_CHECK bool request_log_read(struct request_log *out, const struct volume *volume, struct cell_set *cell_set,
                                 const struct request_log_limits *limits, struct error *err);
void request_log_done(struct request_log *requests); /* fine on zeroes */

/* Mark the requests that are not traffic; they must be in the order of time.  request_log_read calls this.  false: out
 * of memory. */
bool request_log_filter(struct request_log *requests, unsigned burst);

/* The log files of these days in order of their names: *names is an array that the caller frees with
 * request_log_free_files. A missing folder has none. */
MUST_CHECK bool request_log_files(char ***names, size_t *count, const struct volume *volume, unix_time from,
                                  unix_time until, struct error *err);
void request_log_free_files(char **names, size_t count);

#endif
