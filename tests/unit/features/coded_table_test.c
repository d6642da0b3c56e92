/* coded_table_test.c - who is held out, which values become levels, and what the table says of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "services/features/coded_table.h"
#include "services/features/schema_json.h"
#include "tests/unit/features/fixture.h"

/* All that the room makes of some rows. */
struct made {
    struct etl_config *config;
    struct training_rows p;
    struct split split;
    struct encoding encoding;
    struct coded_table table;
};

static void make(struct made *m, const char *rows, size_t holdout, size_t level_rows, size_t vocabulary) {
    struct error err = {.text = ""};
    struct split_limits split = {holdout, 5000};
    struct vocabulary_limits limits = {level_rows, vocabulary};
    *m = (struct made){.config = test_config()};
    if (!test_purchases(&m->p, m->config, rows, &err) || !split_by_time(&m->split, &m->p, &split, &err) ||
        !encoding_choose(&m->encoding, &m->p, &m->split, &limits, &err) ||
        !coded_table_make(&m->table, &m->p, &m->split, &m->encoding, &err))
        fail_msg("%s", err.text);
}

static void made_done(struct made *m) {
    coded_table_done(&m->table);
    encoding_done(&m->encoding);
    split_done(&m->split);
    training_rows_done(&m->p);
    etl_config_free(m->config);
}

static void table_is(const struct made *m, const char *expected) {
    char text[8192] = "";
    FILE *file = fmemopen(text, sizeof text, "w");
    coded_table_write(&m->table, &m->encoding, m->config, file);
    fclose(file);
    assert_string_equal(text, expected);
}

static void the_newest_rows_are_held_out_and_the_newest_fifth_before_validates(void **state) {
    (void)state;
    struct made m;
    char rows[4096] = "";
    for (int day = 1; day <= 30; day++) /* the file is not in the order of time */
        snprintf(rows + strlen(rows), sizeof rows - strlen(rows), "c%02d,Dental,1,2026-01-%02d,MVP\n", day, 31 - day);
    make(&m, rows, 2, 1, 10);
    assert_int_equal(m.split.count - m.split.holdout, 6);
    assert_int_equal(m.split.holdout - m.split.validation, 5);
    assert_string_equal(training_rows_customer(&m.p, m.split.order[29]), "c01");
    assert_int_equal(split_of(&m.split, 18), SPLIT_TRAIN);
    assert_int_equal(split_of(&m.split, 19), SPLIT_VALIDATION);
    assert_int_equal(split_of(&m.split, 24), SPLIT_HOLDOUT);
    made_done(&m);
}

static void of_purchases_at_one_time_the_customer_id_decides(void **state) {
    (void)state;
    struct made m;
    make(&m,
         "d,Dental,1,2026-01-01,MVP\nb,Dental,1,2026-01-01,MVP\na,Dental,1,2026-01-01,MVP\nc,Dental,1,2026-01-01,MVP\n",
         1, 1, 10);
    assert_string_equal(training_rows_customer(&m.p, m.split.order[0]), "a");
    assert_string_equal(training_rows_customer(&m.p, m.split.order[3]), "d");
    made_done(&m);
}

static void too_few_purchases_are_reported_with_the_number_needed(void **state) {
    (void)state;
    struct etl_config *config = test_config();
    struct training_rows p;
    struct split split;
    struct error err;
    struct split_limits limits = {200, 5000};
    assert_true(test_purchases(&p, config, "a,Dental,1,2026-01-01,MVP\n", &err));
    assert_false(split_by_time(&split, &p, &limits, &err));
    assert_non_null(strstr(err.text, "too few purchases with a known package: 1, but 400 are needed"));
    assert_false(err.retryable);
    training_rows_done(&p);
    etl_config_free(config);
}

static void levels_are_the_configurations_in_its_order_then_others_bytewise(void **state) {
    (void)state;
    struct made m;
    make(&m,
         "a,Zoo,1,2026-01-01,MVP\nb,Dental,1,2026-01-02,MVP\nc,Medical,1,2026-01-03,MVP\nd,Bank,1,2026-01-04,MVP\n"
         "e,Legal,1,2026-01-05,MVP\n",
         1, 1, 10);
    const struct vocabulary *vocabulary = &m.encoding.feature[0].vocabulary;
    assert_int_equal(vocabulary->count, 4); /* Legal occurs in the hold-out alone */
    assert_string_equal(vocabulary->name[0], "Medical");
    assert_string_equal(vocabulary->name[1], "Dental");
    assert_string_equal(vocabulary->name[2], "Bank");
    assert_string_equal(vocabulary->name[3], "Zoo");
    made_done(&m);
}

static void rare_values_and_those_beyond_the_cap_are_no_levels_but_known_ones_are(void **state) {
    (void)state;
    struct made m;
    const char *rows =
        "a,Rare,1,2026-01-01,MVP\nb,Zoo,1,2026-01-02,MVP\nc,Zoo,1,2026-01-03,MVP\nd,Zoo,1,2026-01-03,MVP\n"
        "e,Bank,1,2026-01-04,MVP\nf,Bank,1,2026-01-04,MVP\ng,Dental,1,2026-01-05,MVP\nh,Zoo,1,2026-01-06,MVP\n";
    make(&m, rows, 1, 2, 10);
    assert_int_equal(m.encoding.feature[0].vocabulary.count, 3); /* Dental once, Bank twice, Zoo thrice */
    made_done(&m);
    make(&m, rows, 1, 1, 1);
    assert_int_equal(m.encoding.feature[0].vocabulary.count, 2);
    assert_string_equal(m.encoding.feature[0].vocabulary.name[1], "Zoo");
    made_done(&m);
}

static void equal_rows_are_one_with_a_weight_and_unseen_is_minus_1(void **state) {
    (void)state;
    struct made m;
    make(&m,
         "a,Dental,1.5,2026-01-01,MVP\nb,Dental,1.5,2026-01-02,MVP\nc,,,2026-01-03,Business\n"
         "d,Dental,1.5,2026-01-01,Business\ne,Dental,1.5,2026-01-03,MVP\nf,Legal,-3,2026-01-10T00:00:00Z,MVP\n",
         1, 1, 10);
    table_is(&m, "type,age,class,weight,split,period\n"
                 ",,0,1,0,1\n"
                 "-1,-3,1,1,2,0\n"
                 "0,1.5,0,1,0,1\n"
                 "0,1.5,1,2,0,1\n"
                 "0,1.5,1,1,1,1\n");
    made_done(&m);
}

static void a_feature_without_a_value_before_the_hold_out_is_left_out(void **state) {
    (void)state;
    struct made m;
    make(&m, "a,Dental,,2026-01-01,MVP\nb,Dental,,2026-01-02,MVP\nc,Dental,4,2026-01-03,MVP\n", 1, 1, 10);
    assert_int_equal(m.encoding.features, 1);
    table_is(&m, "type,class,weight,split,period\n0,1,1,0,0\n0,1,1,1,0\n0,1,1,2,0\n");
    made_done(&m);
}

static void the_schema_names_levels_classes_and_times(void **state) {
    (void)state;
    struct made m;
    make(&m, "a,Dental,1,2026-01-01,MVP\nb,Zoo,1,2026-01-02,MVP\nc,Dental,1,2026-01-03T10:00:00+02:00,MVP\n", 1, 1, 10);
    json_t *schema = schema_json_make(&m.p, &m.split, &m.encoding, "f", "t");
    char *text = json_dumps(schema, JSON_COMPACT);
    assert_string_equal(text,
                        "{\"features\":[{\"name\":\"type\",\"kind\":\"categorical\",\"levels\":[\"Dental\",\"Zoo\"]},"
                        "{\"name\":\"age\",\"kind\":\"numeric\"}],\"classes\":[\"Business\",\"MVP\"],"
                        "\"validation_from\":\"2026-01-02T00:00:00Z\",\"trained_until\":\"2026-01-02T00:00:00Z\","
                        "\"holdout_from\":\"2026-01-03T08:00:00Z\",\"period_days\":5,"
                        "\"rows\":{\"train\":1,\"validation\":1,\"holdout\":1},"
                        "\"data\":{\"features_sha256\":\"f\",\"train_sha256\":\"t\"}}");
    free(text);
    json_decref(schema);
    made_done(&m);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_newest_rows_are_held_out_and_the_newest_fifth_before_validates),
        cmocka_unit_test(of_purchases_at_one_time_the_customer_id_decides),
        cmocka_unit_test(too_few_purchases_are_reported_with_the_number_needed),
        cmocka_unit_test(levels_are_the_configurations_in_its_order_then_others_bytewise),
        cmocka_unit_test(rare_values_and_those_beyond_the_cap_are_no_levels_but_known_ones_are),
        cmocka_unit_test(equal_rows_are_one_with_a_weight_and_unseen_is_minus_1),
        cmocka_unit_test(a_feature_without_a_value_before_the_hold_out_is_left_out),
        cmocka_unit_test(the_schema_names_levels_classes_and_times),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
