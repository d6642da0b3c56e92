/* forest_schema.c - names and kinds of features and classes: checking, copying, and codes of values. */
#include "libforest/data/forest_schema.h"

#include "libforest/base/forest_error.h"

#include <stdlib.h>
#include <string.h>

/* Bytes that continue a UTF-8 sequence begun by `lead`, or -1. */
static int continuation_bytes(unsigned char lead) {
    if (lead < 0x80)
        return 0;
    if (lead >= 0xc2 && lead < 0xe0)
        return 1;
    if (lead >= 0xe0 && lead < 0xf0)
        return 2;
    return lead >= 0xf0 && lead < 0xf5 ? 3 : -1;
}

/* Overlong forms, surrogates and numbers past U+10FFFF show in the second byte. */
static bool second_byte_is_valid(unsigned char lead, unsigned char second) {
    switch (lead) {
    case 0xe0:
        return second >= 0xa0;
    case 0xed:
        return second < 0xa0;
    case 0xf0:
        return second >= 0x90;
    case 0xf4:
        return second < 0x90;
    default:
        return true;
    }
}

static bool is_name(const char *name) {
    if (name == NULL || *name == '\0' || strnlen(name, FOREST_MAX_NAME + 1) > FOREST_MAX_NAME)
        return false;
    const unsigned char *c = (const unsigned char *)name;
    while (*c != '\0') {
        int more = continuation_bytes(*c);
        if (more < 0 || (more > 0 && !second_byte_is_valid(c[0], c[1])))
            return false;
        for (c++; more > 0; more--, c++)
            if ((*c & 0xc0) != 0x80)
                return false;
    }
    return true;
}

static int by_name(const void *a, const void *b, void *names) {
    const char *const *name = names;
    return strcmp(name[*(const uint32_t *)a], name[*(const uint32_t *)b]);
}

bool lf_schema_rank(const char *const *names, size_t n, uint32_t *rank, const char **duplicate) {
    uint32_t *order = calloc(n, sizeof *order);
    if (order == NULL)
        return false;
    for (uint32_t i = 0; i < n; i++)
        order[i] = i;
    qsort_r(order, n, sizeof *order, by_name, (void *)(uintptr_t)names);
    for (uint32_t i = 0; i < n; i++)
        rank[order[i]] = i;
    if (duplicate != NULL) {
        *duplicate = NULL;
        for (size_t i = 1; i < n; i++)
            if (strcmp(names[order[i - 1]], names[order[i]]) == 0)
                *duplicate = names[order[i]];
    }
    free(order);
    return true;
}

/* what and of_what say whose names they are, for the error. */
static enum forest_status check_names(const char *const *names, size_t n, const char *what, const char *of_what,
                                      struct forest_error *err) {
    for (size_t i = 0; i < n; i++)
        if (!is_name(names[i]))
            return lf_fail(err, FOREST_INVALID, "the name of %s %zu%s is empty, longer than %d bytes or not UTF-8",
                           what, i, of_what, FOREST_MAX_NAME);
    const char *duplicate;
    uint32_t *rank = calloc(n, sizeof *rank);
    bool ranked = rank != NULL && lf_schema_rank(names, n, rank, &duplicate);
    free(rank);
    if (!ranked)
        return lf_no_memory(err);
    if (duplicate != NULL)
        return lf_fail(err, FOREST_INVALID, "two %s%s%s are called %.60s", what, *what == 'c' ? "es" : "s", of_what,
                       duplicate);
    return FOREST_OK;
}

static enum forest_status check_feature(const struct forest_feature *feature, struct forest_error *err) {
    if (feature->kind == FOREST_NUMERIC) {
        if (feature->levels != 0)
            return lf_fail(err, FOREST_INVALID, "numeric feature %.60s has levels", feature->name);
        return FOREST_OK;
    }
    if (feature->kind != FOREST_CATEGORICAL)
        return lf_fail(err, FOREST_INVALID, "feature %.60s is neither categorical nor numeric", feature->name);
    if (feature->levels < 1 || feature->levels > FOREST_MAX_LEVELS || feature->level == NULL)
        return lf_fail(err, FOREST_INVALID, "feature %.60s has %zu levels, not 1 to %d", feature->name, feature->levels,
                       FOREST_MAX_LEVELS);
    char of_what[80] = " of ";
    strncat(of_what, feature->name, 60);
    return check_names(feature->level, feature->levels, "level", of_what, err);
}

enum forest_status lf_schema_check(const struct forest_schema *schema, struct forest_error *err) {
    if (schema->features < 1 || schema->features > FOREST_MAX_FEATURES || schema->feature == NULL)
        return lf_fail(err, FOREST_INVALID, "%zu features, not 1 to %d", schema->features, FOREST_MAX_FEATURES);
    if (schema->classes < 2 || schema->classes > FOREST_MAX_CLASSES || schema->class_name == NULL)
        return lf_fail(err, FOREST_INVALID, "%zu classes, not 2 to %d", schema->classes, FOREST_MAX_CLASSES);
    const char *names[FOREST_MAX_FEATURES];
    for (size_t f = 0; f < schema->features; f++)
        names[f] = schema->feature[f].name;
    enum forest_status status = check_names(names, schema->features, "feature", "", err);
    for (size_t f = 0; status == FOREST_OK && f < schema->features; f++)
        status = check_feature(&schema->feature[f], err);
    return status == FOREST_OK ? check_names(schema->class_name, schema->classes, "class", "", err) : status;
}

/* Names are stored in sequence at *text, which moves to the end of the name. */
static const char *place(char **text, const char *name) {
    char *at = *text;
    *text = stpcpy(at, name) + 1;
    return at;
}

struct forest_schema *lf_schema_copy(const struct forest_schema *schema) {
    size_t pointers = schema->classes, bytes = 0;
    for (size_t f = 0; f < schema->features; f++) {
        const struct forest_feature *feature = &schema->feature[f];
        pointers += feature->levels;
        bytes += strlen(feature->name) + 1;
        for (size_t l = 0; l < feature->levels; l++)
            bytes += strlen(feature->level[l]) + 1;
    }
    for (size_t k = 0; k < schema->classes; k++)
        bytes += strlen(schema->class_name[k]) + 1;

    size_t features_size = schema->features * sizeof(struct forest_feature);
    struct forest_schema *copy = malloc(sizeof *copy + features_size + pointers * sizeof(char *) + bytes);
    if (copy == NULL)
        return NULL;
    struct forest_feature *feature = (struct forest_feature *)(copy + 1);
    const char **name = (const char **)(feature + schema->features);
    char *text = (char *)(name + pointers);
    *copy = (struct forest_schema){schema->features, feature, schema->classes, name};
    for (size_t k = 0; k < schema->classes; k++)
        *name++ = place(&text, schema->class_name[k]);
    for (size_t f = 0; f < schema->features; f++) {
        feature[f] = schema->feature[f];
        feature[f].name = place(&text, schema->feature[f].name);
        feature[f].level = name;
        for (size_t l = 0; l < feature[f].levels; l++)
            *name++ = place(&text, schema->feature[f].level[l]);
    }
    return copy;
}

static bool names_equal(const char *const *a, const char *const *b, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (strcmp(a[i], b[i]) != 0)
            return false;
    return true;
}

bool lf_schema_equal(const struct forest_schema *a, const struct forest_schema *b) {
    if (a->features != b->features || a->classes != b->classes ||
        !names_equal(a->class_name, b->class_name, a->classes))
        return false;
    for (size_t f = 0; f < a->features; f++) {
        const struct forest_feature *x = &a->feature[f], *y = &b->feature[f];
        if (x->kind != y->kind || x->levels != y->levels || strcmp(x->name, y->name) != 0 ||
            !names_equal(x->level, y->level, x->levels))
            return false;
    }
    return true;
}

size_t lf_schema_domain(const struct forest_schema *schema, size_t limit) {
    size_t domain = 1;
    for (size_t f = 0; f < schema->features; f++) {
        if (schema->feature[f].kind != FOREST_CATEGORICAL || domain > limit / (schema->feature[f].levels + 2))
            return 0;
        domain *= schema->feature[f].levels + 2;
    }
    return domain;
}

float forest_level(const struct forest_feature *feature, const char *name) {
    for (size_t l = 0; l < feature->levels; l++)
        if (strcmp(feature->level[l], name) == 0)
            return (float)l;
    return FOREST_UNSEEN;
}
