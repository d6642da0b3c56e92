/*
 * request_log.h - the prediction log in memory: who asked for what when, and what was answered.
 *
 * Calls whose source is demo or batch are passed by.  Left out of the traffic, though their answers still
 * meet purchases: all but a lead's last call of a day (a form asks again with every change); and of one
 * kind in one hour more than a usual hour brings of all kinds together, so that a burst of equal rows is
 * no drift.  All of them are counted.
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
    size_t malformed;                       /* lines that are no calls */
    size_t other_sources, repeated, capped; /* what was passed by or left out */
};

struct request_log_limits {
    unix_time from, until; /* [from, until) */
    unsigned burst;        /* calls of one kind in one hour that always count */
};

/* Read predictions/ below the data folder; one that is not there is no calls. On failure *out is left alone. */
MUST_CHECK bool request_log_read(struct request_log *out, const struct volume *volume, struct cell_set *cell_set,
                                 const struct request_log_limits *limits, struct error *err);
void request_log_done(struct request_log *requests); /* fine on zeroes */

/* Take out of the traffic what is none, of calls in order of time; request_log_read does it. false: out of memory. */
bool request_log_filter(struct request_log *requests, unsigned burst);

/* The log files of these days in order of their names: *names is an array that the caller frees with
 * request_log_free_files. A folder that is not there holds none. */
MUST_CHECK bool request_log_files(char ***names, size_t *count, const struct volume *volume, unix_time from,
                                  unix_time until, struct error *err);
void request_log_free_files(char **names, size_t count);

#endif
