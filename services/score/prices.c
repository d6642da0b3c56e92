/* prices.c - matches the model's packages with the configuration's by name. */
#include "services/score/prices.h"

#include "services/common/worker/log.h"

void prices_find(struct prices *out, const struct forest_schema *schema, const struct etl_config *config,
                 const json_t *card) {
    for (size_t c = 0; c < schema->classes; c++) {
        const char *name = schema->class_name[c];
        const json_t *class_package = json_object_get(json_object_get(card, "prices"), name);
        out->package[c] = etl_config_find_package(config, name);
        out->monthly[c] = json_number_value(class_package);
        if (out->package[c] != ETL_CONFIG_ANY_PACKAGE)
            out->monthly[c] = (double)config->packages[out->package[c]].price / 100;
        else
            log_event(LOG_WARN, "package unknown", "the configuration has no package %s, which the model can predict",
                      name);
    }
}
