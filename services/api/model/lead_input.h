/*
 * lead_input.h - what a caller tells of one lead, read from JSON into a row of numbers.
 *
 * Every feature of the model is required: a category is a string, a number a number.  lead_id and
 * source are optional, short and plain (no e-mail address can be one); other keys are ignored.
 */
#ifndef API_LEAD_INPUT_H
#define API_LEAD_INPUT_H

#include <jansson.h>

#include "services/api/http/problem.h"
#include "services/api/model/served_model.h"

enum { LEAD_INPUT_MAX_ID = 128 }; /* bytes a lead_id or source may have */

/* How leads are parsed: a key twice could mean two things; of numbers that nobody asked for the size does not matter.
 */
#define LEAD_INPUT_JSON_FLAGS (JSON_REJECT_DUPLICATES | JSON_DECODE_INT_AS_REAL)

/* Bytes borrowed from the request. */
struct text_span {
    const char *at; /* NULL: not given */
    size_t size;
};

struct lead_input {
    float row[SERVED_MODEL_MAX_FEATURES];
    struct text_span sent[SERVED_MODEL_MAX_FEATURES]; /* of categories: the text that was sent */
    uint64_t unseen;                                  /* a bit for each feature whose category is unknown */
    struct text_span lead_id, source;
};

/*
 * Read the usual shape, a flat object of plain strings, in one pass.  false where it is anything else
 * (then nothing is known of it yet, and lead_input_parse must look): both agree wherever this one answers.
 */
bool lead_input_parse_fast(struct lead_input *input, const struct served_model *model, const char *json, size_t size);

/* Read an object, which the inputs then borrow from; what is wrong goes to problem. */
bool lead_input_parse(struct lead_input *input, const struct served_model *model, const json_t *object,
                      struct problem *problem);

/* Nothing is known of the lead yet; its row is to be set whole. */
void lead_input_clear(struct lead_input *input, const struct served_model *model);

/* One category or number, given by its feature; false where the value has the wrong type. */
bool lead_input_set(struct lead_input *input, const struct served_model *model, size_t feature, const json_t *value);

/* Add an error for each unseen category, where those are not to be answered. */
void lead_input_reject_unseen(const struct lead_input *input, const struct served_model *model,
                              struct problem *problem);

#endif
