/* fixture.h - a train.csv for tests: rows as text, and what the room makes of them. */
#ifndef TEST_FEATURES_FIXTURE_H
#define TEST_FEATURES_FIXTURE_H

#include "services/common/worker/configuration.h"
#include "services/features/training_rows.h"
#include "tests/helpers/scratch.h"

static const char test_configuration[] =
    "{\"currency\":\"usd\",\"setup_fee\":0,\"label\":\"first\",\"packages\":["
    "{\"name\":\"Business\",\"price\":150,\"lookup_keys\":[],\"nicknames\":[],\"price_ids\":[],\"product_ids\":[]},"
    "{\"name\":\"MVP\",\"price\":350,\"lookup_keys\":[],\"nicknames\":[],\"price_ids\":[],\"product_ids\":[]}],"
    "\"features\":[{\"name\":\"type\",\"kind\":\"categorical\",\"columns\":[],\"levels\":[\"Medical\",\"Dental\","
    "\"Legal\"]},"
    "{\"name\":\"age\",\"kind\":\"numeric\",\"columns\":[]}],\"offers\":[]}";

static inline struct etl_config *test_config(void) {
    struct etl_config_error problem;
    struct etl_config *config = etl_config_parse(test_configuration, sizeof test_configuration - 1, &problem);
    if (config == NULL)
        fail_msg("%s", problem.text);
    return config;
}

/* "customer,type,age,purchased_at,package" lines after the header. */
static inline bool test_purchases(struct training_rows *out, const struct etl_config *config, const char *rows,
                                  struct error *err) {
    char text[8192];
    snprintf(text, sizeof text, "customer_id,type,age,purchased_at,package\n%s", rows);
    scratch_write("train.csv", text);
    return training_rows_read(out, &volume_none, scratch_path("train.csv"), config, err);
}

#endif
