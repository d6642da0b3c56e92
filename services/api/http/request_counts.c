/* request_counts.c - counts requests by route and status, and their durations. */
#include "services/api/http/request_counts.h"

const int request_counts_codes[REQUEST_COUNTS_CODES] = {200, 202, 204, 400, 401, 403, 404, 405, 413,
                                                        414, 415, 422, 429, 431, 500, 501, 503, 0};
const double request_counts_bounds[REQUEST_COUNTS_BUCKETS - 1] = {50e-6, 100e-6, 250e-6, 500e-6, 1e-3, 2.5e-3, 5e-3,
                                                                  10e-3, 25e-3,  50e-3,  0.1,    0.5,  1.0};

static void add(_Atomic uint64_t *counter, uint64_t more) {
    atomic_store_explicit(counter, atomic_load_explicit(counter, memory_order_relaxed) + more, memory_order_relaxed);
}

void request_counts_add(struct request_counts *metrics, size_t route, int status, uint64_t nanoseconds) {
    struct route_counts *counts = &metrics->route[route < REQUEST_COUNTS_ROUTES ? route : REQUEST_COUNTS_ROUTES - 1];
    size_t code = 0, bucket = 0;
    while (code < REQUEST_COUNTS_CODES - 1 && request_counts_codes[code] != status)
        code++;
    while (bucket < REQUEST_COUNTS_BUCKETS - 1 && (double)nanoseconds > request_counts_bounds[bucket] * 1e9)
        bucket++;
    add(&counts->code[code], 1);
    add(&counts->bucket[bucket], 1);
    add(&counts->nanoseconds, nanoseconds);
}
