/*
 * request_counts.h - how many requests each route answered, with which status, and how long that took.
 *
 * Every loop counts for itself, in memory that it alone writes; whoever shows the counts adds them up.
 */
#ifndef API_REQUEST_COUNTS_H
#define API_REQUEST_COUNTS_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

enum { METRICS_ROUTES = 32, METRICS_CODES = 18, METRICS_BUCKETS = 14 };

/* The status codes that are counted; the last, 0, counts all others and clients that left. */
extern const int request_codes[METRICS_CODES];
/* Upper bounds of the buckets, in seconds; the last bucket has none. */
extern const double request_bounds[METRICS_BUCKETS - 1];

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

#endif
