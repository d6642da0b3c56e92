/* feature_layout.c - counting kinds in all streams at once. */
#include "services/drift/detect/feature_layout.h"

void feature_layout_count(const struct feature_layout *layout, uint32_t *counts, uint32_t cell, uint32_t by) {
    const uint32_t *category = layout->category + (size_t)cell * layout->features;
    for (size_t i = 0; i < layout->features; i++)
        counts[layout->offset[i] + category[i]] += by;
}
