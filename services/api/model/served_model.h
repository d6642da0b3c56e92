/*
 * served_model.h - a verified champion made ready to serve: names to numbers, numbers to finished JSON.
 *
 * Where all inputs are categories the domain is finite and every answer is written once, when the model
 * is loaded; otherwise the forest is walked per request.  Both give the same bytes.  A model never
 * changes after it is made, but for its counters, each of which one loop alone writes.
 */
#ifndef API_SERVED_MODEL_H
#define API_SERVED_MODEL_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "libetl/config.h"
#include "libetl/forms/normalizer.h"
#include "services/api/io/strbuf.h"
#include "services/api/model/category_index.h"
#include "services/common/registry/champion.h"

enum {
    SERVED_MODEL_MAX_FEATURES = ETL_CONFIG_MAX_FEATURES, /* a model with more is not served */
    SERVED_MODEL_MAX_CELLS = 1 << 16                     /* a larger domain is not written in advance */
};

/* The answer to one input: pieces of finished JSON. */
struct prediction {
    uint32_t best;    /* class */
    const char *body; /* {"predicted_package":"MVP","probability":0.82} */
    size_t body_size;
    const char *log_json; /* "inputs":{...},"probabilities":{...}; its inputs hold only where no category was unseen */
    size_t log_json_size;
    const char *probabilities_json; /* the end of that: {"Business":0.1,...} */
    size_t probabilities_json_size;
};

struct served_model_cell {
    uint32_t best;
    size_t body, log_json, probabilities_json, end; /* places in `written` */
};

/* What models are read with; shared by all of them, and outlives them. */
struct model_context {
    const struct etl_config *config;
    struct etl_normalizer *vocabulary; /* of config */
    size_t loops;                      /* that will serve */
};

struct served_model {
    struct champion champion;
    const struct model_context *model_context;
    char version[24];
    const struct forest_schema *schema; /* the forest's */
    size_t features, classes;
    struct category_index levels[SERVED_MODEL_MAX_FEATURES]; /* of categorical features */
    size_t configured[SERVED_MODEL_MAX_FEATURES];            /* each feature's number in the configuration, or
                                                                SERVED_MODEL_MAX_FEATURES */
    int64_t price[FOREST_MAX_CLASSES];                       /* a month, minor unit; -1: unknown to the configuration */
    size_t cells;                                            /* 0: answers are not written in advance */
    struct served_model_cell *cell;                          /* [cells], the last feature's code runs fastest */
    struct strbuf prerendered;
    _Atomic uint64_t *count;      /* [loops][classes + features]: predictions of each package, unseen categories */
    _Atomic unsigned references;  /* by requests that take longer than one step of their loop */
    struct served_model *retired; /* by model_watcher.c: the next of those that were replaced while they were held */
};

/*
 * Make a champion ready; on success *champion is taken over (and left zeroed), on failure it stays the
 * caller's.
 */
MUST_CHECK struct served_model *served_model_new(struct champion *champion, const struct model_context *model_context,
                                                 struct error *err);
void served_model_free(struct served_model *model); /* NULL is fine */

/* Keep the served model beyond this step of the loop: it is not freed before it is let go, by any thread. */
void served_model_ref(const struct served_model *model);
void served_model_unref(const struct served_model *model);

/* Whether anyone holds it; once it is replaced nobody can begin to. */
bool served_model_is_referenced(const struct served_model *model);

/* A feature's number by its name; model->features where there is none. */
size_t served_model_find_feature(const struct served_model *model, const char *name, size_t size);

/* The level that a text means: by its exact name, else as the ETL would read it, else FOREST_UNSEEN. */
float served_model_level(const struct served_model *model, size_t feature, const char *text, size_t size);

/* Answer one row.  What answer points to lives as long as the model and, where the answer had to be
 * written now, as long as scratch is not touched; false: no memory for that. */
bool served_model_predict(const struct served_model *model, const float *row, struct prediction *prediction,
                          struct strbuf *scratch);

/* Count a prediction that a loop gave; unseen has a bit for each feature whose category was unknown. */
void served_model_count(const struct served_model *model, size_t loop, uint32_t best, uint64_t unseen);

/* How often so far, over all loops: a package predicted, a feature's category unseen. */
uint64_t served_model_predicted(const struct served_model *model, size_t package);
uint64_t served_model_unseen(const struct served_model *model, size_t feature);

#endif
