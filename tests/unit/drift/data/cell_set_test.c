/* cell_set_test.c - awkward values in the prediction log and in train.csv, as the drift detector reads them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "services/common/store/atomic_file.h"
#include "services/common/table/csv_table.h"
#include "services/drift/data/purchase_log.h"
#include "services/drift/data/request_log.h"
#include "tests/helpers/awkward_values.h"
#include "tests/helpers/scratch.h"
#include "tests/helpers/volume.h"

enum { DAY = 86400, START = 1767225600 /* 2026-01-01 */ };

static const char configuration[] = "{\"currency\":\"usd\",\"setup_fee\":0,\"packages\":[{\"name\":\"Small\",\"price\":"
                                    "1},{\"name\":\"Large\",\"price\":2}],"
                                    "\"features\":[{\"name\":\"trade\",\"kind\":\"categorical\"},{\"name\":\"age\","
                                    "\"kind\":\"numeric\"}],\"offers\":[]}";

struct sample {
    struct etl_config *config;
    struct cell_set cells;
};

static int open_sample(void **state) {
    static struct sample sample;
    struct etl_config_error problem;
    sample.config = etl_config_parse(configuration, sizeof configuration - 1, &problem);
    *state = &sample;
    return sample.config == NULL || !cell_set_init(&sample.cells, sample.config);
}

static int close_sample(void **state) {
    struct sample *sample = *state;
    cell_set_done(&sample->cells);
    etl_config_free(sample->config);
    return 0;
}

static void check_cell(const struct cell_set *cells, uint32_t cell, const struct awkward_value *value) {
    const char *trade = value->category == VALUE ? value->text : "", *found = cell_set_text(cells, cell, 0);
    char age[32] = "";
    if (value->number == VALUE)
        snprintf(age, sizeof age, "%.9g", (double)((float)value->value + 0.0F));
    if (strcmp(found, trade) != 0 || strcmp(cell_set_text(cells, cell, 1), age) != 0)
        fail_msg("%s%s is trade \"%s\" and age \"%s\"", value->text != NULL ? value->text : "",
                 value->json != NULL ? value->json : "", found, cell_set_text(cells, cell, 1));
}

static long long counted(const struct cell_set *cells, const char *name) {
    return json_integer_value(json_object_get(cells->unreadable, name));
}

/* ---- the prediction log ---- */

static void write_log(void) {
    struct error err;
    assert_true(atomic_file_write(scratch_path("predictions/api-2026-01-01.ndjson"), "", 0, &err));
    FILE *file = fopen(scratch_path("predictions/api-2026-01-01.ndjson"), "w");
    for (size_t i = 0; i < AWKWARD_VALUES; i++) {
        char *trade = awkward_member("trade", &awkward_values[i]), *age = awkward_member("age", &awkward_values[i]);
        fprintf(file,
                "{\"time\":\"2026-01-01T09:00:00Z\",\"model_version\":3,\"inputs\":{%s%s%s},"
                "\"probabilities\":{\"Small\":0.25,\"Large\":0.75}}\n",
                trade, *trade != '\0' ? "," : "", age);
        free(trade);
        free(age);
    }
    fclose(file);
}

static void awkward_requests_are_what_the_table_says(void **state) {
    struct sample *sample = *state;
    struct request_log requests;
    struct request_log_limits limits = {START, START + DAY, 2};
    struct error err;
    size_t request = 0, broken = 0, ages = 0, trades = 0;
    write_log();
    if (!request_log_read(&requests, open_volume(scratch), &sample->cells, &limits, &err))
        fail_msg("%s", err.text);
    for (size_t i = 0; i < AWKWARD_VALUES; i++) {
        broken += awkward_values[i].number == NO_JSON;
        ages += awkward_values[i].number == UNREADABLE;
        trades += awkward_values[i].category == UNREADABLE;
        if (awkward_values[i].number != NO_JSON)
            check_cell(&sample->cells, requests.request[request++].cell, &awkward_values[i]);
    }
    assert_int_equal(request, requests.count);
    assert_int_equal(requests.malformed, broken);
    assert_int_equal(counted(&sample->cells, "age"), ages);
    assert_int_equal(counted(&sample->cells, "trade"), trades);
    request_log_done(&requests);
}

/* ---- train.csv ---- */

static void write_purchases(void) {
    FILE *file = fopen(scratch_path("train.csv"), "w");
    fputs("customer_id,purchased_at,package,trade,age\n", file);
    for (size_t i = 0; i < AWKWARD_VALUES; i++) {
        if (!awkward_is_cell(&awkward_values[i]))
            continue;
        fputs("lead,2026-01-01,Small,", file);
        csv_write_text(file, awkward_values[i].text, false);
        csv_write_text(file, awkward_values[i].text, true);
    }
    fclose(file);
}

static void awkward_purchases_are_what_the_table_says(void **state) {
    struct sample *sample = *state;
    struct purchase_log purchases;
    struct string_intern leads = {0};
    struct error err;
    size_t purchase = 0, ages = 0;
    write_purchases();
    if (!purchase_log_read(&purchases, &volume_none, scratch_path("train.csv"), &sample->cells, &leads, START + DAY,
                           &err))
        fail_msg("%s", err.text);
    for (size_t i = 0; i < AWKWARD_VALUES; i++) {
        if (!awkward_is_cell(&awkward_values[i]))
            continue;
        ages += awkward_values[i].number == UNREADABLE;
        check_cell(&sample->cells, purchases.purchase[purchase++].cell, &awkward_values[i]);
    }
    assert_int_equal(purchase, purchases.count);
    assert_int_equal(counted(&sample->cells, "age"), ages);
    assert_int_equal(counted(&sample->cells, "trade"), 0);
    purchase_log_done(&purchases);
    string_intern_done(&leads);
}

/* A call and a purchase with the same inputs are one cell, however the number is written. */
static void a_number_is_one_cell_in_log_and_purchases(void **state) {
    struct sample *sample = *state;
    json_t *logged = json_pack("{s:s,s:f}", "trade", "Dental", "age", (double)0.1F);
    static const char *const bought[] = {"Dental", "0.10"};
    uint32_t call, purchase;
    assert_true(cell_set_add_json(&sample->cells, logged, &call));
    assert_true(cell_set_add(&sample->cells, bought, &purchase));
    assert_int_equal(call, purchase);
    json_decref(logged);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(awkward_requests_are_what_the_table_says, open_sample, close_sample),
        cmocka_unit_test_setup_teardown(awkward_purchases_are_what_the_table_says, open_sample, close_sample),
        cmocka_unit_test_setup_teardown(a_number_is_one_cell_in_log_and_purchases, open_sample, close_sample),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
