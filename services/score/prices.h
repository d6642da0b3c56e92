/* prices.h - the monthly price of each package of the model: the configuration's price, else the card's. */
#ifndef SCORE_PRICES_H
#define SCORE_PRICES_H

#include <jansson.h>

#include "libetl/config.h"
#include "libforest/forest.h"

struct prices {
    double monthly[FOREST_MAX_CLASSES]; /* by class of the model; 0: not known */
    size_t package[FOREST_MAX_CLASSES]; /* in the configuration, or ETL_CONFIG_ANY_PACKAGE */
};

void prices_find(struct prices *out, const struct forest_schema *schema, const struct etl_config *config,
                 const json_t *card);

#endif
