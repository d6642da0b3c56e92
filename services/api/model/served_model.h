/*
 * served_model.h - a verified champion, prepared for serving: maps names to numbers, and inputs to finished JSON.
 *
 * If all inputs are categorical, the domain is finite, and every answer is rendered once when the model is loaded.
 * Otherwise the forest is evaluated for each request.  Both give the same bytes.  A model never changes after it is
 * made, except its counters, each of which is written by one loop.
 */
#ifndef API_SERVED_MODEL_H
#define API_SERVED_MODEL_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "libetl/config.h"
#include "libetl/forms/normalizer.h"
#include "services/common/registry/champion.h"
#include "services/common/table/feature_codec.h"
#include "services/common/util/strbuf.h"

enum {
    SERVED_MODEL_MAX_FEATURES = ETL_CONFIG_MAX_FEATURES, /* a model with more is not served */
    SERVED_MODEL_MAX_CELLS = 1 << 16                     /* a larger domain is not precomputed */
};

/* The answer to one input: pieces of finished JSON. */
struct prediction {
    uint32_t best;    /* class */
    const char *body; /* {"predicted_package":"MVP","probability":0.82} */
    size_t body_size;
    const char
        *log_json; /* "inputs":{...},"probabilities":{...}; the inputs are valid only if no category was unseen */
    size_t log_json_size;
    const char *probabilities_json; /* the end of that: {"Business":0.1,...} */
    size_t probabilities_json_size;
};

struct served_model_cell {
    uint32_t best;
    size_t body, log_json, probabilities_json, end; /* offsets into `written` */
};

/* What all models share: it must outlive them. */
struct model_context {
    const struct etl_config *config;
    struct etl_normalizer *vocabulary; /* of config */
    size_t loops;                      /* that serve the model */
};

struct served_model {
    struct champion champion;
    const struct model_context *model_context;
    char version[24];
    const struct forest_schema *schema; /* the forest's */
    size_t features, classes;
    struct feature_codec codec;
    size_t configured[SERVED_MODEL_MAX_FEATURES]; /* each feature's number in the configuration, or
                                                     SERVED_MODEL_MAX_FEATURES */
    int64_t price[FOREST_MAX_CLASSES];            /* per month, in minor units; -1: not in the configuration */
    size_t cells;                                 /* 0: answers are not precomputed */
    struct served_model_cell *cell;               /* [cells], the last feature's code varies fastest */
    struct strbuf prerendered;
    _Atomic uint64_t *count;      /* [loops][classes + features]: predictions of each package, unseen categories */
    _Atomic unsigned references;  /* by requests that take more than one step of their loop */
    struct served_model *retired; /* used by model_watcher.c: the next replaced model that is still in use */
};

/* Prepare a champion. On success the model takes over *champion (and zeroes it); on failure the caller keeps it. */
MUST_CHECK struct served_model *served_model_new(struct champion *champion, const struct model_context *model_context,
                                                 struct error *err);
void served_model_free(struct served_model *model); /* NULL is fine */

/* Keep the served model after this step of the loop: it is not freed before served_model_unref, by any thread. */
void served_model_ref(const struct served_model *model);
void served_model_unref(const struct served_model *model);

/* Whether a request uses it. Once it is replaced, no new request can. */
bool served_model_is_referenced(const struct served_model *model);

/* A feature's number by its name; model->features if there is none. */
size_t served_model_find_feature(const struct served_model *model, const char *name, size_t size);

/* A category by the ETL's normalization of its text, or FOREST_UNSEEN. */
float served_model_encode_normalized(const struct served_model *model, size_t feature, struct etl_text text);

/* The row's value: a category by its exact name, else by the ETL's normalization, else (also of empty text)
 * FOREST_UNSEEN; a number, or NaN if it is missing. */
static inline float served_model_encode(const struct served_model *model, size_t feature,
                                        struct feature_reading reading) {
    float value = feature_codec_encode(&model->codec, feature, reading);
    if (value >= 0 || model->schema->feature[feature].levels == 0)
        return value;
    return served_model_encode_normalized(model, feature, reading.text);
}

/* False if a row's value is an unseen category or a missing number. */
static inline bool served_model_knows(const struct served_model *model, size_t feature, float value) {
    return value >= 0 || (model->schema->feature[feature].levels == 0 && !isnan(value));
}

/* Write a row's value as JSON. */
void served_model_write_value(const struct forest_feature *feature, float value, struct strbuf *out);

/*
 * Predict one row.  The prediction's pointers are valid as long as the model and, if the answer is not precomputed,
 * until scratch is changed.  False: no memory.
 */
bool served_model_predict(const struct served_model *model, const float *row, struct prediction *prediction,
                          struct strbuf *scratch);

/* Count a prediction of a loop; unseen has a bit for each feature with an unseen category. */
void served_model_count(const struct served_model *model, size_t loop, uint32_t best, uint64_t unseen);

/* Counts over all loops: predictions of a package, unseen categories of a feature. */
uint64_t served_model_predicted(const struct served_model *model, size_t package);
uint64_t served_model_unseen(const struct served_model *model, size_t feature);

#endif
