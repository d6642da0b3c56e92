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

enum { REQUEST_COUNTS_ROUTES = 32, REQUEST_COUNTS_CODES = 18, REQUEST_COUNTS_BUCKETS = 14 };

/* The status codes that are counted; the last, 0, counts all others and clients that left. */
extern const int request_counts_codes[REQUEST_COUNTS_CODES];
/* Upper bounds of the buckets, in seconds; the last bucket has none. */
extern const double request_counts_bounds[REQUEST_COUNTS_BUCKETS - 1];

/* One loop's counts. */
struct request_counts {
    struct route_counts {
        _Atomic uint64_t code[REQUEST_COUNTS_CODES];
        _Atomic uint64_t bucket[REQUEST_COUNTS_BUCKETS]; /* not yet cumulated; the last is beyond all bounds */
        _Atomic uint64_t nanoseconds;
    } route[REQUEST_COUNTS_ROUTES]; /* the last is what found no route */
};

/* A request has been answered; route is its number in the table of routes, or any number beyond. */
void request_counts_add(struct request_counts *metrics, size_t route, int status, uint64_t nanoseconds);

#endif
