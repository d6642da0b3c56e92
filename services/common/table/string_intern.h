/*
 * string_intern.h - texts and their numbers: the first text is 0, a text seen before keeps its number.
 *
 * Memory grows with the distinct texts.  One thread at a time.
 */
#ifndef COMMON_STRING_INTERN_H
#define COMMON_STRING_INTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct string_intern {
    size_t count;   /* distinct texts */
    size_t *offset; /* [count], of each text in bytes */
    char *bytes;    /* all texts, each with its end */
    uint32_t *slot; /* [slots], a power of two: number + 1, or 0 where free */
    size_t offset_capacity, used, capacity, slots;
};

/* The number of a text, which is added where it is new; false where memory ran out. */
bool string_intern_add(struct string_intern *d, const char *text, uint32_t *number);

/* Borrowed until the next text is added. */
const char *string_intern_text(const struct string_intern *d, uint32_t number);

void string_intern_done(struct string_intern *d); /* fine on zeroes, which are an empty dictionary */

#endif
