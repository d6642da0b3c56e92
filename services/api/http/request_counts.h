/*
 * request_counts.h - counts requests by route and status, and their durations.
 *
 * Every loop has its own counts, which no other thread writes. The reader adds them up.
 */
#ifndef API_REQUEST_COUNTS_H
#define API_REQUEST_COUNTS_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

enum { REQUEST_COUNTS_ROUTES = 32, REQUEST_COUNTS_CODES = 18, REQUEST_COUNTS_BUCKETS = 14 };

/* The status codes that are counted. The last, 0, counts all others and clients that left. */
extern const int request_counts_codes[REQUEST_COUNTS_CODES];
/* Upper bounds of the buckets in seconds; the last bucket has no bound. */
extern const double request_counts_bounds[REQUEST_COUNTS_BUCKETS - 1];

/* One loop's counts. */
struct request_counts {
    struct route_counts {
        _Atomic uint64_t code[REQUEST_COUNTS_CODES];
        _Atomic uint64_t bucket[REQUEST_COUNTS_BUCKETS]; /* not cumulative; the last is beyond all bounds */
        _Atomic uint64_t nanoseconds;
    } route[REQUEST_COUNTS_ROUTES]; /* the last is for requests without a route */
};

/* Count an answered request; route is its index in the table of routes, or any larger number for none. */
void request_counts_add(struct request_counts *metrics, size_t route, int status, uint64_t nanoseconds);

#endif
