/* describe.c - the properties of a forest (struct forest_info). */
#include "libforest/format/forest_impl.h"

void forest_describe(const struct forest *f, struct forest_info *info) {
    const struct lf_format_info *of = f->info;
    *info = (struct forest_info){.trees = of->trees,
                                 .depth = of->depth,
                                 .mtry = of->mtry,
                                 .min_leaf = of->min_leaf,
                                 .nodes = of->nodes,
                                 .bytes = f->size,
                                 .rows = of->rows,
                                 .cells = of->cells,
                                 .seed = of->seed,
                                 .smoothing = of->smoothing,
                                 .temperature = of->temperature,
                                 .table = f->table != NULL,
                                 .oob = of->oob,
                                 .impurity_importance = f->importance,
                                 .permutation_importance = f->importance + f->features};
}

const struct forest_schema *forest_schema_of(const struct forest *f) {
    return f->schema;
}

uint32_t lf_forest_largest_tree(const struct forest *f) {
    uint32_t largest = 0;
    for (uint32_t t = 0; t < f->trees; t++) {
        uint32_t nodes = lf_forest_walk(f, t).nodes;
        largest = nodes > largest ? nodes : largest;
    }
    return largest;
}
