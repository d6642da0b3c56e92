/* feature_codec_test.c - a cell, a JSON string or other JSON is missing, a value or unreadable. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "services/common/table/feature_codec.h"
#include "tests/helpers/awkward_values.h"

static enum feature_status expected(enum awkward_class class) {
    return class == MISSING ? FEATURE_MISSING : class == VALUE ? FEATURE_VALUE : FEATURE_UNREADABLE;
}

static void check(struct feature_reading reading, enum forest_kind kind, const struct awkward_value *value) {
    enum awkward_class class = kind == FOREST_NUMERIC ? value->number : value->category;
    const char *name = value->text != NULL ? value->text : value->json != NULL ? value->json : "(absent)";
    if (reading.status != expected(class))
        fail_msg("%s as %s is read as %d", name, feature_kind_of(kind)->name, (int)reading.status);
    bool number = class == VALUE && kind == FOREST_NUMERIC, text = class == VALUE && !number;
    if (number ? !(reading.number == (float)value->value) : !isnan(reading.number))
        fail_msg("%s is %g", name, (double)reading.number);
    assert_int_equal(reading.text.size, text ? strlen(value->text) : 0);
}

static void there_are_200(void **state) {
    (void)state;
    assert_true(AWKWARD_VALUES == 200);
}

static void a_cell_is_text(void **state) {
    (void)state;
    for (size_t i = 0; i < AWKWARD_VALUES; i++)
        for (enum forest_kind kind = FOREST_CATEGORICAL; kind <= FOREST_NUMERIC && awkward_values[i].text; kind++)
            check(feature_read_cell(kind, awkward_values[i].text), kind, &awkward_values[i]);
}

static void json_is_read_as_its_type(void **state) {
    (void)state;
    for (size_t i = 0; i < AWKWARD_VALUES; i++) {
        char *text = awkward_json(&awkward_values[i]);
        json_t *json = *text != '\0' ? json_loads(text, JSON_DECODE_ANY, NULL) : NULL;
        bool broken = *text != '\0' && json == NULL;
        if (broken != (awkward_values[i].number == NO_JSON))
            fail_msg("%s is%s JSON", text, broken ? " no" : "");
        for (enum forest_kind kind = FOREST_CATEGORICAL; kind <= FOREST_NUMERIC && !broken; kind++)
            check(feature_read_json(kind, json), kind, &awkward_values[i]);
        json_decref(json);
        free(text);
    }
}

static void a_number_is_rounded_once_from_double(void **state) {
    (void)state;
    static const char text[] = "1.00000005960464477540"; /* strtof would give the next float */
    json_t *json = json_loads(text, JSON_DECODE_ANY, NULL);
    float number = feature_read_cell(FOREST_NUMERIC, text).number;
    assert_true(number == (float)1.00000005960464477540);
    assert_true(number == feature_read_json(FOREST_NUMERIC, json).number);
    json_decref(json);
}

static void a_number_of_256_bytes_is_unreadable(void **state) {
    (void)state;
    char digits[257] = "";
    memset(digits, '1', 255);
    assert_int_equal(feature_read_cell(FOREST_NUMERIC, digits).status, FEATURE_VALUE);
    digits[255] = '1';
    assert_int_equal(feature_read_cell(FOREST_NUMERIC, digits).status, FEATURE_UNREADABLE);
}

static void a_schema_gives_categories_their_numbers(void **state) {
    (void)state;
    static const char *const levels[] = {"Dental", "Legal"}, *const classes[] = {"A", "B"};
    const struct forest_feature features[] = {{"type", FOREST_CATEGORICAL, 2, levels},
                                              {"age", FOREST_NUMERIC, 0, NULL}};
    const struct forest_schema schema = {2, features, 2, classes};
    struct feature_codec codec;
    assert_true(feature_codec_open(&codec, &schema));
    assert_true(feature_codec_encode(&codec, 0, feature_read_cell(FOREST_CATEGORICAL, "Legal")) == 1);
    assert_true(feature_codec_encode(&codec, 0, feature_read_cell(FOREST_CATEGORICAL, "7")) == FOREST_UNSEEN);
    assert_true(isnan(feature_codec_encode(&codec, 0, feature_read_cell(FOREST_CATEGORICAL, ""))));
    assert_true(feature_codec_encode(&codec, 1, feature_read_cell(FOREST_NUMERIC, "7")) == 7);
    assert_true(isnan(feature_codec_encode(&codec, 1, feature_read_cell(FOREST_NUMERIC, "old"))));
    feature_codec_done(&codec);
}

static void a_number_and_its_text_determine_each_other(void **state) {
    (void)state;
    char text[FEATURE_NUMBER_TEXT];
    for (float number = -FLT_MAX; number < -1e-30F; number /= 3) {
        feature_write_number(number, text);
        assert_true(feature_read_cell(FOREST_NUMERIC, text).number == number);
    }
}

static void kinds_have_names(void **state) {
    (void)state;
    enum forest_kind kind;
    assert_true(feature_kind_find("numeric", &kind) && kind == FOREST_NUMERIC);
    assert_true(feature_kind_find("categorical", &kind) && kind == FOREST_CATEGORICAL);
    assert_false(feature_kind_find("text", &kind));
}

static void unreadable_values_are_counted_by_name(void **state) {
    (void)state;
    json_t *counts = NULL, *expected_counts = json_pack("{s:i,s:i}", "age", 2, "size", 1);
    feature_count_unreadable(&counts, "age");
    feature_count_unreadable(&counts, "size");
    feature_count_unreadable(&counts, "age");
    assert_true(json_equal(counts, expected_counts));
    json_decref(counts);
    json_decref(expected_counts);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(there_are_200),
        cmocka_unit_test(a_cell_is_text),
        cmocka_unit_test(json_is_read_as_its_type),
        cmocka_unit_test(a_number_is_rounded_once_from_double),
        cmocka_unit_test(a_number_of_256_bytes_is_unreadable),
        cmocka_unit_test(a_schema_gives_categories_their_numbers),
        cmocka_unit_test(a_number_and_its_text_determine_each_other),
        cmocka_unit_test(kinds_have_names),
        cmocka_unit_test(unreadable_values_are_counted_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
