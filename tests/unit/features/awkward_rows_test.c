/* awkward_rows_test.c - awkward values in train.csv: a row is never refused, what is unreadable counts as missing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "services/common/table/csv_table.h"
#include "tests/helpers/awkward_values.h"
#include "tests/unit/features/fixture.h"

/* A purchase for each text, in both columns. */
static size_t write_purchases(void) {
    FILE *file = fopen(scratch_path("train.csv"), "w");
    size_t unreadable = 0;
    fputs("customer_id,type,age,purchased_at,package\n", file);
    for (size_t i = 0; i < AWKWARD_VALUES; i++) {
        if (!awkward_is_cell(&awkward_values[i]))
            continue;
        csv_write_text(file, "lead", false);
        csv_write_text(file, awkward_values[i].text, false);
        csv_write_text(file, awkward_values[i].text, false);
        fputs("2026-01-01,MVP\n", file);
        unreadable += awkward_values[i].number == UNREADABLE;
    }
    fclose(file);
    return unreadable;
}

static void check_row(const struct training_rows *rows, const feature_value *value, const struct awkward_value *wrote) {
    bool type = wrote->category == MISSING
                    ? value[0] == 0
                    : strcmp(string_intern_text(&rows->texts[0], value[0] - 1), wrote->text) == 0;
    bool age = wrote->number == VALUE ? training_rows_number(value[1]) == (float)wrote->value : value[1] == 0;
    if (!type || !age)
        fail_msg("\"%s\" is %u as a type and %u as an age", wrote->text, value[0], value[1]);
}

static void awkward_cells_are_what_the_table_says(void **state) {
    (void)state;
    struct etl_config *config = test_config();
    struct training_rows rows;
    struct error err;
    size_t unreadable = write_purchases(), row = 0;
    if (!training_rows_read(&rows, &volume_none, scratch_path("train.csv"), config, &err))
        fail_msg("%s", err.text);
    for (size_t i = 0; i < AWKWARD_VALUES; i++)
        if (awkward_is_cell(&awkward_values[i]))
            check_row(&rows, rows.value + 2 * row++, &awkward_values[i]);
    assert_int_equal(row, rows.count);
    assert_int_equal(json_object_size(rows.unreadable), 1);
    assert_int_equal(json_integer_value(json_object_get(rows.unreadable, "age")), unreadable);
    training_rows_done(&rows);
    etl_config_free(config);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(awkward_cells_are_what_the_table_says),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
