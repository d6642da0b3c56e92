/*
 * text.h - what people type, made comparable: bytes to clean UTF-8, e-mail addresses, spellings.
 */
#ifndef LIBETL_TEXT_H
#define LIBETL_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* Some bytes that belong to someone else; not ended by a zero. */
struct etl_text {
    const char *at;
    size_t size;
};

enum { ETL_TEXT_EMAIL = 255 }; /* bytes for an address and the end */

/* The very same bytes. */
static inline bool text_equals(struct etl_text a, struct etl_text b) {
    return a.size == b.size && (a.size == 0 || memcmp(a.at, b.at, a.size) == 0);
}

/* The same of a word. Inline, for words that the compiler knows. */
static inline bool etl_text_is(struct etl_text text, const char *word) {
    size_t length = strlen(word);
    return length == text.size && memcmp(text.at, word, length) == 0;
}
bool etl_text_is_word(struct etl_text text, const char *word); /* the same but for the case of ASCII letters */
struct etl_text etl_text_trim(struct etl_text text); /* without white space (also no-break spaces) around it */

bool etl_text_is_utf8(struct etl_text text);

/*
 * Clean UTF-8: bytes that are none are taken as Latin-1 (as Windows writes it, with dashes and quotes), control
 * characters and runs of white space become one space, none is left around it.  At most `room` - 1 bytes and a zero are
 * written; the answer is the length it has, or `room` where it does not fit.
 */
size_t etl_text_clean(struct etl_text text, char *out, size_t room);

/*
 * The bare spelling: clean, lower case (ASCII), without apostrophes, every run of anything else but letters and
 * digits one space, a plus after a digit kept.  "Dental-Clinic " and "dental  clinic" are one, so are "10–25" and
 * "10 - 25", "Doctor's" and "doctors".
 */
size_t etl_text_fold(struct etl_text text, char *out, size_t room);

/* The same without spaces, for names of columns: "Business Type", "business_type" and "businessType" are one. */
size_t etl_text_fold_name(struct etl_text text, char *out, size_t room);

/* Bytes of the dash at the start of a text that ends with a zero: ASCII's, Unicode's, a minus sign; 0 where there is
 * none. */
size_t etl_text_dash(const char *at);

/* A trimmed, lower-case e-mail address; 0 where the text is none. */
size_t etl_text_email(struct etl_text text, char out[ETL_TEXT_EMAIL]);

#endif
