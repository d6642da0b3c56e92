/* windows.c - a ring of days, and their sums. */
#include "services/drift/detect/windows.h"

#include <stdlib.h>
#include <string.h>

const unsigned windows_days[WINDOWS] = {7, 14, 28};

bool windows_init(struct windows *w, const struct feature_layout *layout) {
    size_t size = feature_layout_size(layout);
    *w = (struct windows){.layout = layout,
                          .ring = calloc(WINDOWS_LONGEST * size, sizeof *w->ring),
                          .counts = calloc(WINDOWS * size, sizeof *w->counts)};
    bool done = w->ring != NULL && w->counts != NULL;
    if (!done)
        windows_done(w);
    return done;
}

void windows_done(struct windows *w) {
    free(w->ring);
    free(w->counts);
    *w = (struct windows){0};
}

void windows_clear(struct windows *w) {
    size_t size = feature_layout_size(w->layout);
    memset(w->ring, 0, WINDOWS_LONGEST * size * sizeof *w->ring);
    memset(w->counts, 0, WINDOWS * size * sizeof *w->counts);
    memset(w->ring_rows, 0, sizeof w->ring_rows);
    memset(w->rows, 0, sizeof w->rows);
    w->days = 0;
}

/* Take out of a window the day that has become too old for it. */
static void forget(struct windows *w, size_t window) {
    size_t size = feature_layout_size(w->layout);
    size_t place = (w->days - windows_days[window]) % WINDOWS_LONGEST;
    const uint32_t *old = w->ring + place * size;
    uint32_t *sum = w->counts + window * size;
    for (size_t i = 0; i < size; i++)
        sum[i] -= old[i];
    w->rows[window] -= w->ring_rows[place];
}

void windows_next_day(struct windows *w) {
    size_t size = feature_layout_size(w->layout), place = w->days % WINDOWS_LONGEST;
    for (size_t i = 0; i < WINDOWS; i++)
        if (w->days >= windows_days[i])
            forget(w, i);
    memset(w->ring + place * size, 0, size * sizeof *w->ring);
    w->ring_rows[place] = 0;
    w->days++;
}

void windows_add(struct windows *w, uint32_t cell) {
    size_t size = feature_layout_size(w->layout), place = (w->days - 1) % WINDOWS_LONGEST;
    feature_layout_count(w->layout, w->ring + place * size, cell, 1);
    w->ring_rows[place]++;
    for (size_t i = 0; i < WINDOWS; i++) {
        feature_layout_count(w->layout, w->counts + i * size, cell, 1);
        w->rows[i]++;
    }
}

bool windows_full(const struct windows *w, size_t window) {
    return w->days >= windows_days[window];
}

const uint32_t *windows_counts(const struct windows *w, size_t window) {
    return w->counts + window * feature_layout_size(w->layout);
}
