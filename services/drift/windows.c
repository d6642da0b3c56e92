/* windows.c - a ring of days, and their sums. */
#include "services/drift/windows.h"

#include <stdlib.h>
#include <string.h>

const unsigned windows_days[WINDOWS] = {7, 14, 28};

bool windows_init(struct windows *w, const struct panel *panel) {
    size_t cells = panel_cells(panel);
    *w = (struct windows){.panel = panel,
                          .ring = calloc(WINDOWS_LONGEST * cells, sizeof *w->ring),
                          .cells = calloc(WINDOWS * cells, sizeof *w->cells)};
    bool done = w->ring != NULL && w->cells != NULL;
    if (!done)
        windows_done(w);
    return done;
}

void windows_done(struct windows *w) {
    free(w->ring);
    free(w->cells);
    *w = (struct windows){0};
}

void windows_clear(struct windows *w) {
    size_t cells = panel_cells(w->panel);
    memset(w->ring, 0, WINDOWS_LONGEST * cells * sizeof *w->ring);
    memset(w->cells, 0, WINDOWS * cells * sizeof *w->cells);
    memset(w->ring_rows, 0, sizeof w->ring_rows);
    memset(w->rows, 0, sizeof w->rows);
    w->days = 0;
}

/* Take out of a window the day that has become too old for it. */
static void forget(struct windows *w, size_t window) {
    size_t cells = panel_cells(w->panel);
    size_t place = (w->days - windows_days[window]) % WINDOWS_LONGEST;
    const uint32_t *old = w->ring + place * cells;
    uint32_t *sum = w->cells + window * cells;
    for (size_t i = 0; i < cells; i++)
        sum[i] -= old[i];
    w->rows[window] -= w->ring_rows[place];
}

void windows_next_day(struct windows *w) {
    size_t cells = panel_cells(w->panel), place = w->days % WINDOWS_LONGEST;
    for (size_t i = 0; i < WINDOWS; i++)
        if (w->days >= windows_days[i])
            forget(w, i);
    memset(w->ring + place * cells, 0, cells * sizeof *w->ring);
    w->ring_rows[place] = 0;
    w->days++;
}

void windows_add(struct windows *w, uint32_t kind) {
    size_t cells = panel_cells(w->panel), place = (w->days - 1) % WINDOWS_LONGEST;
    panel_count(w->panel, w->ring + place * cells, kind, 1);
    w->ring_rows[place]++;
    for (size_t i = 0; i < WINDOWS; i++) {
        panel_count(w->panel, w->cells + i * cells, kind, 1);
        w->rows[i]++;
    }
}

bool windows_whole(const struct windows *w, size_t window) {
    return w->days >= windows_days[window];
}

const uint32_t *windows_cells(const struct windows *w, size_t window) {
    return w->cells + window * panel_cells(w->panel);
}
