/*
 * oip_tensors.h - tensors of the Open Inference Protocol: columns of values, written as JSON or, with the binary
 * tensor data extension, as bytes after the JSON in the order of their tensors.
 *
 * In binary, a text is its length (32 bits) followed by its bytes, and a number is IEEE 754. Both are little-endian.
 */
#ifndef API_OIP_TENSORS_H
#define API_OIP_TENSORS_H

#include <jansson.h>

#include "services/common/util/strbuf.h"

/* The bytes after a request's JSON that no tensor has used yet. */
struct oip_tensor_bytes {
    const char *at;
    size_t size;
};

/*
 * The data of an input as an array, which the caller decrefs: either from the JSON, or the number of bytes that the
 * input gives.  NULL if there are none, or if they do not match the datatype, or if it is unknown.
 */
json_t *oip_tensor_input(const json_t *input, struct oip_tensor_bytes *bytes);

/* An output while it is built. */
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
