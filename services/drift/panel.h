/*
 * panel.h - the streams that are watched, as categories of kinds.
 *
 * A kind is one distinct set of inputs.  It falls into one category of each stream: its business_type, its
 * size, its joint cell, the package the champion gives it, and so on.  Traffic is counts of kinds; counts
 * of categories of all streams stand one after the other in one vector of `cells` numbers.
 */
#ifndef DRIFT_PANEL_H
#define DRIFT_PANEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PANEL_STREAMS = 80 };

struct panel {
    size_t streams;
    size_t offset[PANEL_STREAMS + 1]; /* of a stream's first cell; the last one is `cells` */
    double floor[PANEL_STREAMS];      /* total variation below which a stream's change does not count */
    size_t kinds;
    uint32_t *category; /* [kinds][streams] */
};

static inline size_t panel_cells(const struct panel *panel) {
    return panel->offset[panel->streams];
}

static inline size_t panel_categories(const struct panel *panel, size_t stream) {
    return panel->offset[stream + 1] - panel->offset[stream];
}

/* Count a kind `by` times in a vector of cells. */
void panel_count(const struct panel *panel, uint32_t *cells, uint32_t kind, uint32_t by);

#endif
