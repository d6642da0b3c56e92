/*
 * inputs.h - distinct sets of inputs, each a kind with a number: what calls, purchases and the reference share.
 *
 * A value is a text, as it was sent; a number is its shortest text; what is missing is empty.
 */
#ifndef DRIFT_INPUTS_H
#define DRIFT_INPUTS_H

#include <jansson.h>

#include "libetl/config.h"
#include "services/common/dictionary.h"

struct inputs {
    const struct config *config; /* borrowed */
    struct dictionary kinds;     /* the values, one after the other */
    struct dictionary *texts;    /* [features] of one feature; number 0 is the empty text */
    uint32_t *value;             /* [kinds.count][features], a number of texts */
    size_t value_room;           /* kinds */
    char *key;                   /* room for a kind as text */
    size_t key_room;
};

bool inputs_init(struct inputs *in, const struct config *config); /* false: out of memory */
void inputs_done(struct inputs *in);                              /* fine on zeroes */

/* The kind of these values (NULL is missing); false: out of memory, or a value is longer than CONFIG_MAX_NAME. */
bool inputs_kind(struct inputs *in, const char *const *values /* [features] */, uint32_t *kind);

/* The same from a JSON object by the features' names; other keys are passed by. */
bool inputs_kind_of_json(struct inputs *in, const json_t *object, uint32_t *kind);

/* A value of a kind; borrowed until the next kind is added. */
const char *inputs_text(const struct inputs *in, uint32_t kind, size_t feature);

/* A kind as a JSON object, without what is missing. */
json_t *inputs_describe(const struct inputs *in, uint32_t kind);

#endif
