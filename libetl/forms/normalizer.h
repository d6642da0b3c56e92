/*
 * normalizer.h - maps what people wrote in a form to the spellings of the configuration.
 *
 * A categorical value becomes the level with this name or alias, ignoring case, spaces, punctuation and the kind of
 * dash.  If levels are ranges of whole numbers, "12", "12 employees", "10–25", "10 to 25" and "300+" become the level
 * that contains them.  Any other value is only cleaned.  A numeric value loses its thousands commas; text that is not
 * a number becomes empty.
 */
#ifndef LIBETL_NORMALIZER_H
#define LIBETL_NORMALIZER_H

#include "libetl/base/text.h"
#include "libetl/config.h"

enum { ETL_NORMALIZER_VALUE = ETL_CONFIG_MAX_NAME + 1 }; /* bytes for a value and its final zero */

struct etl_normalizer; /* threads may share one */

/* The config is borrowed. NULL if memory runs out. */
struct etl_normalizer *etl_normalizer_new(const struct etl_config *config);
void etl_normalizer_free(struct etl_normalizer *normalizer);

/* The value of feature number `feature` in its canonical spelling; false if it is longer than 255 bytes. */
bool etl_normalizer_apply(const struct etl_normalizer *normalizer, size_t feature, struct etl_text written,
                          char out[ETL_NORMALIZER_VALUE]);

#endif
