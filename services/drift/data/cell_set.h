/*
 * cell_set.h - the distinct sets of inputs, numbered; requests, purchases and the reference refer to them by number.
 *
 * A value is a text, as it was sent; a number is its shortest text; what is missing or unreadable is empty
 * (services/common/table/feature_codec.h).
 */
#ifndef DRIFT_CELL_SET_H
#define DRIFT_CELL_SET_H

#include <jansson.h>

#include "libetl/config.h"
#include "services/common/table/string_intern.h"

struct cell_set {
    const struct etl_config *config; /* borrowed */
    struct string_intern cells;      /* the values, one after the other */
    struct string_intern *texts;     /* [features] of one feature; number 0 is the empty text */
    uint32_t *value;                 /* [kinds.count][features], a number of texts */
    size_t value_capacity;           /* kinds */
    char *key;                       /* room for a kind as text */
    json_t *unreadable;              /* how many values of each feature were, by name; NULL: none */
};

bool cell_set_init(struct cell_set *in, const struct etl_config *config); /* false: out of memory */
void cell_set_done(struct cell_set *in);                                  /* fine on zeroes */

/* The kind of these cells of a CSV file; false: out of memory, or a value is longer than ETL_CONFIG_MAX_NAME. */
bool cell_set_add(struct cell_set *in, const char *const *values /* [features] */, uint32_t *cell);

/* The same from a JSON object by the features' names; other keys are skipped. */
bool cell_set_add_json(struct cell_set *in, const json_t *object, uint32_t *cell);

/* A value of a kind; borrowed until the next kind is added. */
const char *cell_set_text(const struct cell_set *in, uint32_t cell, size_t feature);

/* A kind as a JSON object, without what is missing. */
json_t *cell_set_describe(const struct cell_set *in, uint32_t cell);

#endif
