/* volume_test.h - whether the number of calls a week has changed. */
#ifndef DRIFT_VOLUME_TEST_H
#define DRIFT_VOLUME_TEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct volume_test {
    double before, now; /* calls a week */
    double p;           /* 1 where too little is known */
    bool changed;       /* surely, and by half or more */
};

/* Weeks differ more than chance alone has it; how much more is learnt from the reference's own weeks. */
struct volume_test volume_test(const uint32_t *before, size_t weeks_before, const uint32_t *now, size_t weeks_now);

#endif
