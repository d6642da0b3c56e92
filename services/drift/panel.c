/* panel.c - counting kinds in all streams at once. */
#include "services/drift/panel.h"

void panel_count(const struct panel *panel, uint32_t *cells, uint32_t kind, uint32_t by) {
    const uint32_t *category = panel->category + (size_t)kind * panel->streams;
    for (size_t i = 0; i < panel->streams; i++)
        cells[panel->offset[i] + category[i]] += by;
}
