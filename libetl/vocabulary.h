/*
 * vocabulary.h - what people wrote in a form, in the words of the configuration.
 *
 * A categorical value becomes the level that it spells: by the level's own name or an alias, whatever the
 * case, spaces, punctuation and kind of dash.  Where levels are ranges of whole numbers, so do "12",
 * "12 employees", "10–25", "10 to 25" and "300+".  What is no level stays as it is, cleaned.  A numeric value
 * loses its thousands' commas; what is no number becomes empty.
 */
#ifndef LIBETL_VOCABULARY_H
#define LIBETL_VOCABULARY_H

#include "libetl/config.h"
#include "libetl/text.h"

enum { VOCABULARY_VALUE = CONFIG_MAX_NAME + 1 }; /* bytes for a value and the end */

struct vocabulary; /* threads may share one */

/* The config is borrowed. NULL where memory ends. */
struct vocabulary *vocabulary_new(const struct config *config);
void vocabulary_free(struct vocabulary *vocabulary);

/* The value of feature number `feature` in its canonical spelling; false where it is longer than 255 bytes. */
bool vocabulary_clean(const struct vocabulary *vocabulary, size_t feature, struct text written,
                      char out[VOCABULARY_VALUE]);

#endif
