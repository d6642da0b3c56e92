/*
 * windows.h - the last 7, 14 and 28 days of traffic, sliding by a day.
 *
 * Complete weeks, so that every weekday is in each window equally often.
 */
#ifndef DRIFT_WINDOWS_H
#define DRIFT_WINDOWS_H

#include "services/drift/detect/feature_layout.h"

enum { WINDOWS = 3, WINDOWS_LONGEST = 28 };
extern const unsigned windows_days[WINDOWS];

struct windows {
    const struct feature_layout *layout; /* borrowed */
    unsigned long days;                  /* begun since the reference ended; the last one may still be filling */
    uint32_t *ring;                      /* [WINDOWS_LONGEST][cells] */
    uint32_t *counts;                    /* [WINDOWS][cells] */
    uint32_t ring_rows[WINDOWS_LONGEST];
    uint32_t rows[WINDOWS];
};

bool windows_init(struct windows *w, const struct feature_layout *layout); /* false: out of memory */
void windows_done(struct windows *w);                                      /* fine on zeroes */
void windows_clear(struct windows *w);                                     /* as after windows_init */

void windows_next_day(struct windows *w); /* before the first row of each day */
void windows_add(struct windows *w, uint32_t cell);

/* Whether all days of a window are after the reference. */
bool windows_full(const struct windows *w, size_t window);
const uint32_t *windows_counts(const struct windows *w, size_t window);

#endif
