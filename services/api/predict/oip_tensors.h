/*
 * oip_tensors.h - what the Open Inference Protocol calls tensors: columns of values, written as JSON or, by its
 * extension for binary tensor data, as bytes that follow the JSON in the order of their tensors.
 *
 * As bytes a text is its length (32 bits) and itself, a number its IEEE 754 form; both little-endian.
 */
#ifndef API_OIP_TENSORS_H
#define API_OIP_TENSORS_H

#include <jansson.h>

#include "services/api/io/strbuf.h"

/* The bytes that follow a request's JSON, as far as no tensor has taken them. */
struct oip_tensor_bytes {
    const char *at;
    size_t size;
};

/*
 * The data of an input as an array, which the caller decrefs: those in the JSON, or as many of the bytes as the input
 * says.  NULL where there are none or they are not of its type, or of one that is not known here.
 */
json_t *oip_tensor_input(const json_t *input, struct oip_tensor_bytes *bytes);

/* An output in the making. */
struct oip_tensor_output {
    const char *name, *type; /* "BYTES" or "FP64" */
    size_t columns;
    bool wanted, binary;
    struct strbuf data;
};

void oip_tensor_add_text(struct oip_tensor_output *output, const char *text);
void oip_tensor_add_probability(struct oip_tensor_output *output, double probability); /* to four decimals */

/* The output's part of the JSON. */
void oip_tensor_write(const struct oip_tensor_output *output, size_t rows, struct strbuf *out);

#endif
