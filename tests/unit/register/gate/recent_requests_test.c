/* recent_requests_test.c - awkward values in the prediction log and in leads.csv, as the gate reads them. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "services/common/store/paths.h"
#include "services/common/table/csv_table.h"
#include "services/register/gate/recent_requests.h"
#include "tests/helpers/awkward_values.h"
#include "tests/helpers/scratch.h"
#include "tests/helpers/volume.h"

#define LOG VOLUME_PREDICTIONS "/a-2026-01-31.ndjson"

static const char *const types[] = {"Dental", "42"}, *const classes[] = {"Business", "MVP"};
static const struct forest_feature features[] = {{"type", FOREST_CATEGORICAL, 2, types},
                                                 {"age", FOREST_NUMERIC, 0, NULL}};
static const struct forest_schema schema = {2, features, 2, classes};

static int make_folders(void **state) {
    return scratch_make(state) || mkdir(scratch_path("processed"), 0700) || mkdir(scratch_path("predictions"), 0700);
}

static void check_row(const float *x, const struct awkward_value *value) {
    bool type = value->category == VALUE ? x[0] == forest_level(&features[0], value->text) : isnan(x[0]);
    bool age = value->number == VALUE ? x[1] == (float)value->value : isnan(x[1]);
    if (!type || !age)
        fail_msg("%s%s is %g as a type and %g as an age", value->text != NULL ? value->text : "",
                 value->json != NULL ? value->json : "", (double)x[0], (double)x[1]);
}

static long long counted(const struct recent_requests *requests, const char *name) {
    return json_integer_value(json_object_get(requests->unreadable, name));
}

static void awkward_requests_are_what_the_table_says(void **state) {
    (void)state;
    struct recent_requests requests;
    struct error err;
    size_t row = 0, ages = 0, types_unreadable = 0;
    FILE *file = fopen(scratch_path(LOG), "w");
    for (size_t i = 0; i < AWKWARD_VALUES; i++) {
        char *type = awkward_member("type", &awkward_values[i]), *age = awkward_member("age", &awkward_values[i]);
        fprintf(file, "{\"inputs\":{%s%s%s}}\n", type, *type != '\0' ? "," : "", age);
        free(type);
        free(age);
    }
    fclose(file);
    assert_true(recent_requests_read(&requests, open_volume(scratch), &schema, &err));
    for (size_t i = 0; i < AWKWARD_VALUES; i++) {
        ages += awkward_values[i].number == UNREADABLE;
        types_unreadable += awkward_values[i].category == UNREADABLE;
        if (awkward_values[i].number != NO_JSON)
            check_row(requests.x + 2 * row++, &awkward_values[i]);
    }
    assert_int_equal(row, requests.rows);
    assert_int_equal(counted(&requests, "age"), ages);
    assert_int_equal(counted(&requests, "type"), types_unreadable);
    recent_requests_done(&requests);
    unlink(scratch_path(LOG));
}

static void awkward_leads_are_what_the_table_says(void **state) {
    (void)state;
    struct recent_requests requests;
    struct error err;
    size_t row = 0, ages = 0;
    FILE *file = fopen(scratch_path(VOLUME_LEADS), "w");
    fputs("customer_id,type,age\n", file);
    for (size_t i = 0; i < AWKWARD_VALUES; i++) {
        if (!awkward_is_cell(&awkward_values[i]))
            continue;
        csv_write_text(file, "lead", false);
        csv_write_text(file, awkward_values[i].text, false);
        csv_write_text(file, awkward_values[i].text, true);
    }
    fclose(file);
    assert_true(recent_requests_read(&requests, open_volume(scratch), &schema, &err));
    for (size_t i = 0; i < AWKWARD_VALUES; i++) {
        if (!awkward_is_cell(&awkward_values[i]))
            continue;
        ages += awkward_values[i].number == UNREADABLE;
        check_row(requests.x + 2 * row++, &awkward_values[i]);
    }
    assert_int_equal(row, requests.rows);
    assert_int_equal(counted(&requests, "age"), ages);
    assert_int_equal(counted(&requests, "type"), 0);
    recent_requests_done(&requests);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(awkward_requests_are_what_the_table_says),
        cmocka_unit_test(awkward_leads_are_what_the_table_says),
    };
    return cmocka_run_group_tests(tests, make_folders, scratch_remove);
}
