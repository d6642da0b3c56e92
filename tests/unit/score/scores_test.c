/* scores_test.c - leads are ranked by the price to expect, and what they typed cannot run in a spreadsheet. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "services/common/worker/configuration.h"
#include "services/score/scores.h"
#include "tests/helpers/scratch.h"

static const char *const types[] = {"Dental", "Legal"};
static const char *const packages[] = {"Business", "Now"};
static const struct forest_feature features[] = {{"business_type", FOREST_CATEGORICAL, 2, types},
                                                 {"age", FOREST_NUMERIC, 0, NULL}};
static const struct forest_schema schema = {2, features, 2, packages};

/* Dental buys Business, Legal buys Now. */
static struct forest *make_model(void) {
    struct forest_dataset *ds;
    struct forest_params params;
    struct forest_error err;
    struct forest *forest = NULL;
    const float rows[] = {0, 30, 1, 30};
    forest_params_init(&params);
    params.trees = 10;
    params.smoothing = 0;
    params.bootstrap = FOREST_ALL_ROWS;
    params.mtry = 2;
    assert_int_equal(forest_dataset_new(&ds, &schema, &err), FOREST_OK);
    assert_int_equal(forest_dataset_add(ds, rows, (const uint16_t[]){0, 1}, (const uint32_t[]){100, 100}, 2, &err),
                     FOREST_OK);
    if (forest_train(&forest, ds, &params, &err) != FOREST_OK)
        fail_msg("%s", err.text);
    forest_dataset_free(ds);
    return forest;
}

/* scores/leads.csv of some leads, by the built-in configuration. */
static char *score(const char *leads_csv) {
    struct error err;
    struct lead_table leads;
    struct scores scores;
    struct prices prices;
    char *text = NULL;
    size_t size;
    struct forest *model = make_model();
    struct etl_config *config = configuration_read(NULL, NULL, &err);
    scratch_write("leads.csv", leads_csv);
    prices_find(&prices, &schema, config, NULL);
    if (!lead_table_read(&leads, &volume_none, scratch_path("leads.csv"), &schema, &err) ||
        !scores_make(&scores, &leads, model, &prices, config, &err))
        fail_msg("%s", err.text);
    FILE *file = open_memstream(&text, &size);
    scores_write(&scores, file);
    fclose(file);
    scores_done(&scores);
    lead_table_done(&leads);
    etl_config_free(config);
    forest_free(model);
    return text;
}

static void the_dearest_are_first_and_equals_go_by_customer_id(void **state) {
    (void)state;
    char *text = score("customer_id,age,business_type,signup_at\n"
                       "c,30,Dental,2026-01-01\nb,30,Legal,2026-01-01\na,30,Dental,2026-01-01\n");
    assert_string_equal(text,
                        "customer_id,business_type,age,package,probability,p_Business,p_Now,expected_price,offer\n"
                        "b,Legal,30,Now,1.0000,0.0000,1.0000,500.00,call within the hour\n"
                        "a,Dental,30,Business,1.0000,1.0000,0.0000,150.00,send the price list\n"
                        "c,Dental,30,Business,1.0000,1.0000,0.0000,150.00,send the price list\n");
    free(text);
}

static void customer_ids_of_any_length_are_in_order(void **state) {
    (void)state;
    char *text = score("customer_id,age,business_type\nlead-00000002,30,Dental\nlead-0000,30,Dental\n"
                       "lead-00000001,30,Dental\nlead,30,Dental\n");
    const char *first = strstr(text, "lead,"), *second = strstr(text, "lead-0000,"),
               *third = strstr(text, "lead-00000001"), *fourth = strstr(text, "lead-00000002");
    assert_true(first < second && second < third && third < fourth);
    free(text);
}

static void a_formula_typed_into_a_form_is_made_harmless(void **state) {
    (void)state;
    char *text = score("customer_id,age,business_type\na,-1,\"=HYPERLINK(\"\"http://x\"\",1)\"\n");
    assert_non_null(strstr(text, "\na,\"'=HYPERLINK(\"\"http://x\"\",1)\",-1,"));
    free(text);
}

/* What spreadsheets take for the beginning of a formula, or skip before one. */
static void a_formula_begins_with_any_of_six_characters(void **state) {
    (void)state;
    static const char firsts[] = "=+-@\t\r";
    for (size_t i = 0; firsts[i] != '\0'; i++) {
        char leads[80], cell[20];
        snprintf(leads, sizeof leads, "customer_id,age,business_type\na,30,\"%cSUM(1;1)\"\n", firsts[i]);
        snprintf(cell, sizeof cell, "'%cSUM(1;1)", firsts[i]);
        char *text = score(leads);
        if (strstr(text, cell) == NULL)
            fail_msg("no ' before %d in:\n%s", firsts[i], text);
        free(text);
    }
    char *plain = score("customer_id,age,business_type\na,30,SUM @ 1-9\n");
    assert_non_null(strstr(plain, "\na,SUM @ 1-9,"));
    free(plain);
}

static void a_missing_input_or_column_is_scored_as_missing(void **state) {
    (void)state;
    char *text = score("customer_id,business_type\na,\nb,Legal\n");
    assert_non_null(strstr(text, "\nb,Legal,,Now,"));
    assert_non_null(strstr(text, "\na,,,"));
    free(text);
}

static void a_number_that_is_none_is_scored_as_missing(void **state) {
    (void)state;
    char *text = score("customer_id,business_type,age\na,Legal,30\nb,Legal,=1+1\n");
    assert_non_null(strstr(text, "\nb,Legal,,Now,"));
    free(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_dearest_are_first_and_equals_go_by_customer_id),
        cmocka_unit_test(customer_ids_of_any_length_are_in_order),
        cmocka_unit_test(a_formula_typed_into_a_form_is_made_harmless),
        cmocka_unit_test(a_formula_begins_with_any_of_six_characters),
        cmocka_unit_test(a_missing_input_or_column_is_scored_as_missing),
        cmocka_unit_test(a_number_that_is_none_is_scored_as_missing),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
