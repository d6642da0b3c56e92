/*
 * normalizer.h - what people wrote in a form, in the words of the configuration.
 *
 * A categorical value becomes the level that it spells: by the level's own name or an alias, whatever the
 * case, spaces, punctuation and kind of dash.  Where levels are ranges of whole numbers, so do "12",
 * "12 employees", "10–25", "10 to 25" and "300+".  What is no level stays as it is, cleaned.  A numeric value
 * loses its thousands' commas; what is no number becomes empty.
 */
#ifndef LIBETL_NORMALIZER_H
#define LIBETL_NORMALIZER_H

#include "libetl/base/text.h"
#include "libetl/config.h"

enum { ETL_NORMALIZER_VALUE = ETL_CONFIG_MAX_NAME + 1 }; /* bytes for a value and the end */

struct etl_normalizer; /* threads may share one */

/* The config is borrowed. NULL where memory ends. */
struct etl_normalizer *etl_normalizer_new(const struct etl_config *config);
void etl_normalizer_free(struct etl_normalizer *normalizer);

/* The value of feature number `feature` in its canonical spelling; false where it is longer than 255 bytes. */
bool etl_normalizer_apply(const struct etl_normalizer *normalizer, size_t feature, struct etl_text written,
                          char out[ETL_NORMALIZER_VALUE]);

#endif
