/* feature_table_test.c - the features folder is read whole or refused, with the place of what is wrong. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <cmocka.h>

#include "services/common/table/feature_table.h"
#include "tests/helpers/scratch.h"
#include "tests/helpers/volume.h"

static const char rows[] = "type,age,class,weight,split,period\n"
                           "0,31.5,1,4,0,20\n"
                           "1,,0,2,1,3\n"
                           "-1,40,1,1,2,0\n";

/* A features folder whose schema names the hash of its table. */
static void make_folder(const char *table) {
    char schema[1024], sha256[SHA256_HEX];
    bytes_sha256(table, strlen(table), sha256);
    snprintf(
        schema, sizeof schema,
        "{\"features\":[{\"name\":\"type\",\"kind\":\"categorical\",\"levels\":[\"Dental\",\"Legal\"]},"
        "{\"name\":\"age\",\"kind\":\"numeric\"}],\"classes\":[\"Business\",\"MVP\"],"
        "\"holdout_from\":\"2026-03-01T00:00:00Z\",\"validation_from\":\"2026-02-01T00:00:00Z\","
        "\"trained_until\":\"2026-02-28T23:00:00Z\",\"data\":{\"features_sha256\":\"%s\",\"train_sha256\":\"%s\"}}",
        sha256, sha256);
    mkdir(scratch_path("features"), 0755);
    scratch_write("features/features.csv", table);
    scratch_write("features/schema.json", schema);
}

static void a_table_is_read_with_its_meaning(void **state) {
    (void)state;
    struct feature_table t;
    struct error err;
    make_folder(rows);
    assert_true(feature_table_read_at(&t, open_volume(scratch), &err));
    assert_int_equal(t.rows, 3);
    assert_int_equal(t.total, 7);
    assert_string_equal(t.schema.feature[0].level[1], "Legal");
    assert_true(t.x[1] > 31.4F && t.x[1] < 31.6F);
    assert_true(isnan(t.x[3]));
    assert_true(t.x[4] <= FOREST_UNSEEN && t.x[4] >= FOREST_UNSEEN);
    assert_int_equal(t.label[0], 1);
    assert_int_equal(t.split[2], SPLIT_HOLDOUT);
    assert_int_equal(t.holdout_from - t.validation_from, 28 * 86400);
    feature_table_done(&t);
}

static void rejects(const char *table, const char *why) {
    struct feature_table t;
    struct error err;
    make_folder(table);
    assert_false(feature_table_read_at(&t, open_volume(scratch), &err));
    if (strstr(err.text, why) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", err.text, why);
}

static void what_is_wrong_is_named_with_its_line(void **state) {
    (void)state;
    rejects("type,age,class,weight,split,period\n2,1,0,1,0,0\n", "line 2: \"2\" is not a value of type");
    rejects("type,age,class,weight,split,period\n0,old,0,1,0,0\n", "\"old\" is not a value of age");
    rejects("type,age,class,weight,split,period\n0,1,2,1,0,0\n", "out of range");
    rejects("type,age,class,weight,split,period\n0,1,0,1,3,0\n", "out of range");
    rejects("age,type,class,weight,split,period\n0,1,0,1,0,0\n", "the columns are not those of schema.json");
    rejects("type,age,class,weight,split,period\n", "no rows");
}

static void a_table_of_another_schema_is_to_be_tried_later(void **state) {
    (void)state;
    struct feature_table t;
    struct error err;
    make_folder(rows);
    scratch_write("features/features.csv", "type,age,class,weight,split,period\n0,1,0,1,0,0\n");
    assert_false(feature_table_read_at(&t, open_volume(scratch), &err));
    assert_true(err.retryable);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_is_read_with_its_meaning),
        cmocka_unit_test(what_is_wrong_is_named_with_its_line),
        cmocka_unit_test(a_table_of_another_schema_is_to_be_tried_later),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
