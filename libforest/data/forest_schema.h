/* forest_schema.h - names and kinds of features and classes: checking, copying, and codes of values. */
#ifndef LF_FOREST_SCHEMA_H
#define LF_FOREST_SCHEMA_H

#include "libforest/forest.h"

enum forest_status lf_schema_check(const struct forest_schema *schema, struct forest_error *err);

/* A copy in one block, to be freed with free(); NULL when memory ran out. */
struct forest_schema *lf_schema_copy(const struct forest_schema *schema);

bool lf_schema_equal(const struct forest_schema *a, const struct forest_schema *b);

/* rank[i] becomes the place of names[i] in the order of their bytes.  Returns false when memory ran out.
 * duplicate (may be NULL) becomes one of two equal names, or NULL. */
bool lf_schema_rank(const char *const *names, size_t n, uint32_t *rank /* [n] */, const char **duplicate);

/*
 * How many combinations of levels there are, counting missing and unseen as two levels more of each
 * feature; 0 when a feature is numeric or there are more than limit.
 */
size_t lf_schema_domain(const struct forest_schema *schema, size_t limit);

/* The code of a categorical value: its level, `levels` when missing, `levels` + 1 when unseen. */
static inline uint32_t lf_level_code(float value, uint32_t levels) {
    if (value >= 0 && value < (float)levels) {
        uint32_t level = (uint32_t)(int32_t)value;
        if ((float)(int32_t)level == value)
            return level;
    }
    return value != value ? levels : levels + 1;
}

#endif
