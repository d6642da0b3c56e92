/* volume_test.h - whether the number of requests a week has changed. */
#ifndef DRIFT_VOLUME_TEST_H
#define DRIFT_VOLUME_TEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct volume_test {
    double before, now; /* calls a week */
    double p;           /* 1 where too little is known */
    bool changed;       /* significantly, and by half or more */
};

/* Weeks differ more than independent events would; the dispersion is estimated from the weeks of the reference. */
struct volume_test volume_test(const uint32_t *before, size_t weeks_before, const uint32_t *now, size_t weeks_now);

#endif
