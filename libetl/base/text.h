/* text.h - makes typed text comparable: bytes to clean UTF-8, e-mail addresses, spellings. */
#ifndef LIBETL_TEXT_H
#define LIBETL_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* Borrowed bytes, without a final zero. */
struct etl_text {
    const char *at;
    size_t size;
};

enum { ETL_TEXT_EMAIL = 255 }; /* bytes for an address and its final zero */

/* Whether both have the same bytes. */
static inline bool text_equals(struct etl_text a, struct etl_text b) {
    return a.size == b.size && (a.size == 0 || memcmp(a.at, b.at, a.size) == 0);
}

/* Whether a text equals a word. Inline, because the compiler knows the word. */
static inline bool etl_text_is(struct etl_text text, const char *word) {
    size_t length = strlen(word);
    return length == text.size && memcmp(text.at, word, length) == 0;
}
bool etl_text_is_word(struct etl_text text, const char *word); /* the same but for the case of ASCII letters */
struct etl_text etl_text_trim(struct etl_text text); /* without white space (also no-break spaces) around it */

bool etl_text_is_utf8(struct etl_text text);

/*
 * Clean UTF-8: invalid bytes are read as Windows-1252, control characters and runs of white space become one space,
 * and white space around the text is removed.  At most `room` - 1 bytes and a zero are written.  Returns the length,
 * or `room` if the text does not fit.
 */
size_t etl_text_clean(struct etl_text text, char *out, size_t room);

/*
 * The folded spelling: clean, lower case (ASCII), without apostrophes; each run of characters other than letters and
 * digits becomes one space, but a plus after a digit is kept.  "Dental-Clinic " and "dental clinic" are equal, so are
 * "10–25" and "10 - 25", "Doctor's" and "doctors".
 */
size_t etl_text_fold(struct etl_text text, char *out, size_t room);

/* The same without spaces, for names of columns: "Business Type", "business_type" and "businessType" are equal. */
size_t etl_text_fold_name(struct etl_text text, char *out, size_t room);

/* Bytes of the dash (ASCII, Unicode, minus sign) at the start of a text that ends with a zero; 0 if there is none. */
size_t etl_text_dash(const char *at);

/* A trimmed, lower-case e-mail address. Returns 0 if the text is not an address. */
size_t etl_text_email(struct etl_text text, char out[ETL_TEXT_EMAIL]);

#endif
