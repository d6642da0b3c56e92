/* card.h - card.json: the data, settings and metrics of a candidate. Its bytes depend only on data and seed. */
#ifndef TRAIN_CARD_H
#define TRAIN_CARD_H

#include <jansson.h>

#include "libetl/config.h"
#include "services/train/baselines.h"
#include "services/train/window.h"

/* The contents of the card; all borrowed. */
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
