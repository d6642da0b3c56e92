/* lead_table_test.c - awkward values in leads.csv: a row is never refused, what is unreadable counts as missing. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "services/common/table/csv_table.h"
#include "services/score/lead_table.h"
#include "tests/helpers/awkward_values.h"
#include "tests/helpers/scratch.h"

static const char *const types[] = {"Dental", "42"};
static const char *const packages[] = {"Business", "Now"};
static const struct forest_feature features[] = {{"type", FOREST_CATEGORICAL, 2, types},
                                                 {"age", FOREST_NUMERIC, 0, NULL}};
static const struct forest_schema schema = {2, features, 2, packages};

/* A lead for each text, in both columns. */
static size_t write_leads(void) {
    FILE *file = fopen(scratch_path("leads.csv"), "w");
    size_t unreadable = 0;
    fputs("customer_id,type,age\n", file);
    for (size_t i = 0; i < AWKWARD_VALUES; i++) {
        if (!awkward_is_cell(&awkward_values[i]))
            continue;
        csv_write_text(file, "lead", false);
        csv_write_text(file, awkward_values[i].text, false);
        csv_write_text(file, awkward_values[i].text, true);
        unreadable += awkward_values[i].number == UNREADABLE;
    }
    fclose(file);
    return unreadable;
}

static void check_row(const float *x, const struct awkward_value *value) {
    bool type = value->category == MISSING ? isnan(x[0]) : x[0] == forest_level(&features[0], value->text);
    bool age = value->number == VALUE ? x[1] == (float)value->value : isnan(x[1]);
    if (!type || !age)
        fail_msg("\"%s\" is %g as a type and %g as an age", value->text, (double)x[0], (double)x[1]);
}

static void awkward_cells_are_what_the_table_says(void **state) {
    (void)state;
    struct lead_table leads;
    struct error err;
    size_t unreadable = write_leads(), lead = 0;
    if (!lead_table_read(&leads, &volume_none, scratch_path("leads.csv"), &schema, &err))
        fail_msg("%s", err.text);
    for (size_t i = 0; i < AWKWARD_VALUES; i++)
        if (awkward_is_cell(&awkward_values[i]))
            check_row(leads.x + leads.lead[lead++].cell * 2, &awkward_values[i]);
    assert_int_equal(lead, leads.count);
    assert_int_equal(json_object_size(leads.unreadable), 1);
    assert_int_equal(json_integer_value(json_object_get(leads.unreadable, "age")), unreadable);
    lead_table_done(&leads);
}

static void leads_that_can_be_read_have_no_count(void **state) {
    (void)state;
    struct lead_table leads;
    struct error err;
    scratch_write("leads.csv", "customer_id,type,age\na,Dental,42\nb,,\n");
    assert_true(lead_table_read(&leads, &volume_none, scratch_path("leads.csv"), &schema, &err));
    assert_null(leads.unreadable);
    lead_table_done(&leads);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(awkward_cells_are_what_the_table_says),
        cmocka_unit_test(leads_that_can_be_read_have_no_count),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
