/* training_rows_test.c - train.csv is read by column names; a row that cannot be used is rejected with its line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/unit/features/fixture.h"

static void refuses(const char *rows, const char *why) {
    struct etl_config *config = test_config();
    struct training_rows p;
    struct error err;
    assert_false(test_purchases(&p, config, rows, &err));
    if (strstr(err.text, why) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", err.text, why);
    assert_false(err.retryable);
    etl_config_free(config);
}

static void values_are_texts_numbers_or_missing(void **state) {
    (void)state;
    struct etl_config *config = test_config();
    struct training_rows p;
    struct error err;
    assert_true(test_purchases(&p, config,
                               "a,Dental,-2.5,2026-01-02T00:00:00Z,MVP\nb,,,2026-01-01T00:00:00Z,Business\n", &err));
    assert_int_equal(p.count, 2);
    assert_int_equal(p.row[0].class, 1);
    assert_string_equal(training_rows_customer(&p, 1), "b");
    assert_string_equal(string_intern_text(&p.texts[0], p.value[0] - 1), "Dental");
    assert_true(training_rows_number(p.value[1]) < -2.4F && training_rows_number(p.value[1]) > -2.6F);
    assert_int_equal(p.value[2], 0);
    assert_int_equal(p.value[3], 0);
    training_rows_done(&p);
    etl_config_free(config);
}

static void bits_of_numbers_sort_as_the_numbers_do(void **state) {
    (void)state;
    struct etl_config *config = test_config();
    struct training_rows p;
    struct error err;
    const char *rows = "a,Dental,-1e30,2026-01-01,MVP\nb,Dental,-2,2026-01-01,MVP\nc,Dental,-0,2026-01-01,MVP\n"
                       "d,Dental,1e-30,2026-01-01,MVP\ne,Dental,7,2026-01-01,MVP\n";
    assert_true(test_purchases(&p, config, rows, &err));
    for (size_t i = 1; i < p.count; i++)
        assert_true(p.value[2 * i - 1] < p.value[2 * i + 1]);
    training_rows_done(&p);
    etl_config_free(config);
}

static void what_cannot_be_is_rejected_with_its_line(void **state) {
    (void)state;
    refuses("a,Dental,1,2026-01-01,MVP\nb,Dental,1,2026-01-01,Gold\n",
            "line 3: the configuration has no package \"Gold\"");
    refuses("a,Dental,1,yesterday,MVP\n", "line 2: invalid time in purchased_at: \"yesterday\"");
    refuses("a,Dental,1,2026-01-01\n", "line 2: 4 fields where the header has 5");
}

static void a_missing_column_is_named(void **state) {
    (void)state;
    struct etl_config *config = test_config();
    struct training_rows p;
    struct error err;
    scratch_write("train.csv", "customer_id,type,purchased_at,package\n");
    assert_false(training_rows_read(&p, &volume_none, scratch_path("train.csv"), config, &err));
    assert_non_null(strstr(err.text, "no column age"));
    etl_config_free(config);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_texts_numbers_or_missing),
        cmocka_unit_test(bits_of_numbers_sort_as_the_numbers_do),
        cmocka_unit_test(what_cannot_be_is_rejected_with_its_line),
        cmocka_unit_test(a_missing_column_is_named),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
