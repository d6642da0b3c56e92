/*
 * lead_input.h - reads one lead from JSON into a row of numbers.
 *
 * Every feature of the model is required; services/common/table/feature_codec.h says how it is read.  lead_id and
 * source are optional; they are short and cannot be an e-mail address.  Other keys are ignored.
 */
#ifndef API_LEAD_INPUT_H
#define API_LEAD_INPUT_H

#include <jansson.h>

#include "services/api/http/problem.h"
#include "services/api/model/served_model.h"

enum { LEAD_INPUT_MAX_ID = 128 }; /* largest size of a lead_id or source in bytes */

/*
 * How leads are parsed: a key that occurs twice is ambiguous and rejected; numbers in unknown keys may have any size.
 */
#define LEAD_INPUT_JSON_FLAGS (JSON_REJECT_DUPLICATES | JSON_DECODE_INT_AS_REAL)

/* Bytes borrowed from the request. */
struct text_span {
    const char *at; /* NULL: not in the request */
    size_t size;
};

struct lead_input {
    float row[SERVED_MODEL_MAX_FEATURES];
    struct text_span sent[SERVED_MODEL_MAX_FEATURES]; /* of categorical features: the text that was sent */
    uint64_t unseen; /* a bit for each feature whose category is unknown, or whose number is empty text */
    struct text_span lead_id, source;
};

/*
 * Read the usual form, a flat object of plain strings, in one pass.  False for any other form, which lead_input_parse
 * must then read.  Where both accept an input, their results are the same.
 */
bool lead_input_parse_fast(struct lead_input *input, const struct served_model *model, const char *json, size_t size);

/* Read an object, from which the inputs then borrow. Errors are added to problem. */
bool lead_input_parse(struct lead_input *input, const struct served_model *model, const json_t *object,
                      struct problem *problem);

/* Start a new lead. The caller sets every feature. */
void lead_input_clear(struct lead_input *input, const struct served_model *model);

/* Set one feature; false if the value is absent, null or unreadable. */
bool lead_input_set(struct lead_input *input, const struct served_model *model, size_t feature, const json_t *value);

/* Add an error for each feature of unseen, if such inputs are rejected. */
void lead_input_reject_unseen(const struct lead_input *input, const struct served_model *model,
                              struct problem *problem);

#endif
