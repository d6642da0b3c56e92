/* schema_json.h - schema.json: what the numbers in features.csv mean. */
#ifndef FEATURES_SCHEMA_JSON_H
#define FEATURES_SCHEMA_JSON_H

#include <jansson.h>

#include "services/features/encoding.h"

/* The document; the caller decrefs it. The hashes are those of features.csv and of train.csv. */
json_t *schema_json_make(const struct training_rows *p, const struct split *split, const struct encoding *encoding,
                         const char *features_sha256, const char *train_sha256);

#endif
