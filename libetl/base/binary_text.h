/* binary_text.h - bytes as text: hexadecimal and base64. What is read is read strictly, since keys and sums are. */
#ifndef LIBETL_BINARY_TEXT_H
#define LIBETL_BINARY_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "libetl/base/text.h"

enum { ETL_BASE64_MAX_DECODED = 64 };

/* 0 to 15, or -1. */
static inline int etl_hex_digit(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Lower case, with a final zero. */
void etl_hex_encode(char *out /* [2 * size + 1] */, const void *bytes, size_t size);

/* Exactly `size` bytes and nothing else, in either case; false leaves out undefined. */
bool etl_hex_decode(struct etl_text hex, unsigned char *out, size_t size);

/* With padding and a final zero. */
void etl_base64_encode(char *out /* [4 * ((size + 2) / 3) + 1] */, const void *bytes, size_t size);

/* The same; size at most ETL_BASE64_MAX_DECODED. Padding must be there, and nothing that is not base64. */
bool etl_base64_decode(struct etl_text text, unsigned char *out, size_t size);

#endif
