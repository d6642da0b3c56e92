/* batch_test.c - many leads at once, and what ?details=1 adds to one. */
#include "tests/unit/api/house.h"

#define DENTAL "{\"business_type\":\"Dental\",\"business_size\":\"10-25\"}"
#define MVP "{\"predicted_package\":\"MVP\",\"probability\":0.82}"

static int post_lines(struct house *house, const char *body) {
    house_header(house, HEADER_CONTENT_TYPE, "application/x-ndjson");
    return house_ask(house, METHOD_POST, "/predict/batch", body);
}

static void an_array_is_answered_by_an_array_in_its_order(void **state) {
    struct house *house = *state;
    assert_int_equal(house_post(house, "/predict/batch", "[" DENTAL "," DENTAL "]"), 200);
    house_assert_body(house, "[" MVP "," MVP "]");
    assert_int_equal(house_post(house, "/predict/batch", "[]"), 200);
    house_assert_body(house, "[]");
}

static void a_bad_lead_does_not_spoil_the_others(void **state) {
    struct house *house = *state;
    assert_int_equal(house_post(house, "/predict/batch",
                                "[" DENTAL ",{\"business_type\":1,\"business_size\":\"1-9\"},7," DENTAL "]"),
                     200);
    house_assert_body(
        house, "[" MVP ",{\"errors\":[{\"loc\":[\"body\",1,\"business_type\"],\"msg\":\"must be a string\","
               "\"type\":\"string_type\"}]},{\"errors\":[{\"loc\":[\"body\",2],\"msg\":\"must be a JSON object\","
               "\"type\":\"object_type\"}]}," MVP "]");
}

static void lines_are_answered_by_lines(void **state) {
    struct house *house = *state;
    assert_int_equal(post_lines(house, DENTAL "\n\n{\"cut\n" DENTAL), 200);
    assert_string_equal(house->reply.type, "application/x-ndjson");
    house_assert_body(house, MVP "\n{\"errors\":[{\"loc\":[\"body\",1],\"msg\":\"is no JSON object: line 1, column 5\","
                                 "\"type\":\"json\"}]}\n" MVP "\n");
}

static void an_unseen_category_warns_in_its_element(void **state) {
    struct house *house = *state;
    assert_int_equal(house_post(house, "/predict/batch", "[{\"business_type\":\"Vet\",\"business_size\":\"10-25\"}]"),
                     200);
    assert_true(house_said(house, ",\"warning\":\"unseen business_type\"}]"));
}

static void too_many_leads_are_413(void **state) {
    struct house *house = *state;
    house->options.max_batch = 2;
    assert_int_equal(house_post(house, "/predict/batch", "[" DENTAL "," DENTAL "]"), 200);
    assert_int_equal(house_post(house, "/predict/batch", "[" DENTAL "," DENTAL "," DENTAL "]"), 413);
    assert_int_equal(post_lines(house, DENTAL "\n" DENTAL "\n"), 200);
    assert_int_equal(post_lines(house, DENTAL "\n" DENTAL "\n" DENTAL "\n"), 413);
}

static void what_is_no_array_is_an_error(void **state) {
    struct house *house = *state;
    assert_int_equal(house_post(house, "/predict/batch", DENTAL), 422);
    assert_int_equal(house_post(house, "/predict/batch", "["), 400);
    house_header(house, HEADER_CONTENT_TYPE, "text/csv");
    assert_int_equal(house_ask(house, METHOD_POST, "/predict/batch", "[]"), 415);
    house_serve(house, NULL);
    assert_int_equal(house_post(house, "/predict/batch", "[]"), 503);
}

static double number_at(const json_t *object, const char *key) {
    return json_number_value(json_object_get(object, key));
}

static void details_tell_all_probabilities_the_price_and_why(void **state) {
    struct house *house = *state;
    assert_int_equal(house_post(house, "/predict?details=1", DENTAL), 200);
    json_t *body = json_loadb(house->reply.body, house->reply.size, 0, NULL);
    assert_non_null(body);
    assert_true(fabs(number_at(json_object_get(body, "probabilities"), "MVP") - 0.82) < 1e-9);
    assert_true(fabs(number_at(body, "expected_price") - (0.06 * 150 + 0.06 * 250 + 0.82 * 350 + 0.06 * 500)) < 0.006);
    const json_t *why = json_object_get(body, "why"), *inputs = json_object_get(why, "inputs");
    double sum = number_at(why, "base") + number_at(inputs, "business_type") + number_at(inputs, "business_size");
    assert_true(fabs(sum - 0.82) < 0.0003);
    assert_int_equal(json_object_size(inputs), 2);
    json_decref(body);
}

int main(void) {
#define WITH_MODEL(test) cmocka_unit_test_setup_teardown(test, house_with_model, house_done)
    const struct CMUnitTest tests[] = {
        WITH_MODEL(an_array_is_answered_by_an_array_in_its_order),
        WITH_MODEL(a_bad_lead_does_not_spoil_the_others),
        WITH_MODEL(lines_are_answered_by_lines),
        WITH_MODEL(an_unseen_category_warns_in_its_element),
        WITH_MODEL(too_many_leads_are_413),
        WITH_MODEL(what_is_no_array_is_an_error),
        WITH_MODEL(details_tell_all_probabilities_the_price_and_why),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
