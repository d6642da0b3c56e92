/*
 * metrics.h - what the server did, in the text format of Prometheus.
 *
 * Every loop counts for itself, in memory that it alone writes; a scrape adds them up.
 */
#ifndef API_METRICS_H
#define API_METRICS_H

#include <stdatomic.h>
#include <stdint.h>

#include "services/api/buffer.h"
#include "services/api/reply.h"
#include "services/api/request.h"

enum { METRICS_ROUTES = 32, METRICS_CODES = 18, METRICS_BUCKETS = 14 };

struct service;
struct worker;

/* One loop's counts. */
struct metrics {
    struct metrics_route {
        _Atomic uint64_t code[METRICS_CODES];
        _Atomic uint64_t bucket[METRICS_BUCKETS]; /* not yet cumulated; the last is beyond all bounds */
        _Atomic uint64_t nanoseconds;
    } route[METRICS_ROUTES]; /* the last is what found no route */
};

/* A request has been answered; route is its number in the table of routes, or any number beyond. */
void metrics_count(struct metrics *metrics, size_t route, int status, uint64_t nanoseconds);

/* GET /metrics */
void metrics_scrape(struct worker *worker, struct request *request, struct reply *reply);

#endif
