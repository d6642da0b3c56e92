/* card.h - card.json: what a candidate was made of and how good it is. Its bytes depend on data and seed alone. */
#ifndef TRAIN_CARD_H
#define TRAIN_CARD_H

#include <jansson.h>

#include "libetl/config.h"
#include "services/train/baselines.h"
#include "services/train/window.h"

/* Everything the card tells; all borrowed. */
struct card {
    const struct feature_table *table;
    const struct etl_config *config;
    const struct forest_params *params; /* as asked for */
    const struct window_choice *window;
    const struct forest *forest;
    const struct forest_metrics *holdout;
    const uint64_t *confusion; /* [classes actual][classes predicted], on the hold-out */
    const struct baselines *baselines;
    uint64_t trained_rows;
    const char *window_setting; /* "auto" or the days */
};

/* The document; the caller decrefs it. */
json_t *card_describe(const struct card *card);

#endif
