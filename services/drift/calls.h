/*
 * calls.h - the prediction log in memory: who asked for what when, and what was answered.
 *
 * Calls whose source is demo or batch are passed by.  Left out of the traffic, though their answers still
 * meet purchases: all but a lead's last call of a day (a form asks again with every change); and of one
 * kind in one hour more than a usual hour brings of all kinds together, so that a burst of equal rows is
 * no drift.  All of them are counted.
 */
#ifndef DRIFT_CALLS_H
#define DRIFT_CALLS_H

#include "services/common/clock.h"
#include "services/common/publish.h"
#include "services/drift/inputs.h"

struct call {
    moment at;
    uint32_t kind;
    uint32_t lead; /* 1 + its number in leads; 0: none */
    int64_t version;
    bool counts; /* in the traffic */
};

struct calls {
    struct inputs *inputs; /* borrowed */
    struct dictionary leads;
    size_t count, room;
    struct call *call;                      /* [count] in order of time */
    float *probability;                     /* [count][packages] */
    size_t unread;                          /* lines that are no calls */
    size_t other_sources, repeated, capped; /* what was passed by or left out */
};

struct calls_limits {
    moment from, until; /* [from, until) */
    unsigned burst;     /* calls of one kind in one hour that always count */
};

/* Read predictions/ below the data folder; one that is not there is no calls. On failure *out is left alone. */
bool calls_read(struct calls *out, const char *data, struct inputs *inputs, const struct calls_limits *limits,
                struct file_error *err);
void calls_done(struct calls *calls); /* fine on zeroes */

/* Take out of the traffic what is none, of calls in order of time; calls_read does it. false: out of memory. */
bool calls_leave_out(struct calls *calls, unsigned burst);

/* The log files of these days in order of their names: *names is an array that the caller frees with
 * calls_free_files. A folder that is not there holds none. */
bool calls_files(char ***names, size_t *count, const char *data, moment from, moment until, struct file_error *err);
void calls_free_files(char **names, size_t count);

#endif
