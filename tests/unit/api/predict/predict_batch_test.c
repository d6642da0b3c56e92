/* predict_batch_test.c - many leads at once, and what ?details=1 adds to one. */
#include "tests/unit/api/fixture.h"

#define DENTAL "{\"business_type\":\"Dental\",\"business_size\":\"10-25\"}"
#define MVP "{\"predicted_package\":\"MVP\",\"probability\":0.82}"

static int post_lines(struct fixture *fixture, const char *body) {
    fixture_header(fixture, HEADER_CONTENT_TYPE, "application/x-ndjson");
    return fixture_request(fixture, METHOD_POST, "/predict/batch", body);
}

static void an_array_is_answered_by_an_array_in_its_order(void **state) {
    struct fixture *fixture = *state;
    assert_int_equal(fixture_post(fixture, "/predict/batch", "[" DENTAL "," DENTAL "]"), 200);
    fixture_assert_body(fixture, "[" MVP "," MVP "]");
    assert_int_equal(fixture_post(fixture, "/predict/batch", "[]"), 200);
    fixture_assert_body(fixture, "[]");
}

static void a_bad_lead_does_not_spoil_the_others(void **state) {
    struct fixture *fixture = *state;
    assert_int_equal(fixture_post(fixture, "/predict/batch",
                                  "[" DENTAL ",{\"business_type\":1,\"business_size\":\"1-9\"},[7]," DENTAL "]"),
                     200);
    fixture_assert_body(
        fixture,
        "[" MVP ",{\"errors\":[{\"loc\":[\"body\",1,\"business_type\"],\"msg\":\"must be a string\","
        "\"type\":\"string_type\"}]},{\"errors\":[{\"loc\":[\"body\",2],\"msg\":\"a lead must be a JSON object\","
        "\"type\":\"object_type\"}]}," MVP "]");
}

static void lines_are_answered_by_lines(void **state) {
    struct fixture *fixture = *state;
    assert_int_equal(post_lines(fixture, DENTAL "\n\n{\"cut\n" DENTAL), 200);
    assert_string_equal(fixture->response.type, "application/x-ndjson");
    fixture_assert_body(fixture,
                        MVP "\n{\"errors\":[{\"loc\":[\"body\",1],\"msg\":\"invalid JSON at line 1, column 5\","
                            "\"type\":\"json\"}]}\n" MVP "\n");
}

static void no_lines_are_answered_by_none(void **state) {
    struct fixture *fixture = *state;
    assert_int_equal(post_lines(fixture, ""), 200);
    fixture_assert_body(fixture, "");
    assert_int_equal(post_lines(fixture, "\n\r\n \n"), 200);
    fixture_assert_body(fixture, "");
}

static void an_unseen_category_warns_in_its_element(void **state) {
    struct fixture *fixture = *state;
    assert_int_equal(
        fixture_post(fixture, "/predict/batch", "[{\"business_type\":\"Vet\",\"business_size\":\"10-25\"}]"), 200);
    assert_true(fixture_body_has(fixture, ",\"warning\":\"unseen business_type\"}]"));
}

static void too_many_leads_are_413(void **state) {
    struct fixture *fixture = *state;
    fixture->options.max_batch = 2;
    assert_int_equal(fixture_post(fixture, "/predict/batch", "[" DENTAL "," DENTAL "]"), 200);
    assert_int_equal(fixture_post(fixture, "/predict/batch", "[" DENTAL "," DENTAL "," DENTAL "]"), 413);
    assert_int_equal(post_lines(fixture, DENTAL "\n" DENTAL "\n"), 200);
    assert_int_equal(post_lines(fixture, DENTAL "\n" DENTAL "\n" DENTAL "\n"), 413);
}

static void what_is_no_array_is_an_error(void **state) {
    struct fixture *fixture = *state;
    static const char *const failed[] = {DENTAL, "", "[", "[" DENTAL, "[" DENTAL ",]", "[,]", "[" DENTAL "]]", "[\"]"};
    for (size_t i = 0; i < sizeof failed / sizeof *failed; i++)
        assert_int_equal(fixture_post(fixture, "/predict/batch", failed[i]), 400);
    assert_true(fixture_body_has(fixture, "the JSON array is not complete at byte 3"));
    assert_int_equal(fixture->context.batches, 0);
    fixture_header(fixture, HEADER_CONTENT_TYPE, "text/csv");
    assert_int_equal(fixture_request(fixture, METHOD_POST, "/predict/batch", "[]"), 415);
    fixture_serve(fixture, NULL);
    assert_int_equal(fixture_post(fixture, "/predict/batch", "[]"), 503);
}

static void a_lead_that_is_too_long_is_rejected_by_itself(void **state) {
    struct fixture *fixture = *state;
    char body[2000];
    fixture->options.max_body = 1024;
    snprintf(body, sizeof body, "[" DENTAL ",{\"business_type\":\"%01100d\"}," DENTAL "]", 0);
    assert_int_equal(fixture_post(fixture, "/predict/batch", body), 200);
    fixture_assert_body(fixture,
                        "[" MVP ",{\"errors\":[{\"loc\":[\"body\",1],\"msg\":\"a lead may have at most 1024 bytes\","
                        "\"type\":\"too_long\"}]}," MVP "]");
}

/* The header names one version, so all answers are to be that one's. */
static void a_batch_keeps_the_model_that_it_began_with(void **state) {
    struct fixture *fixture = *state;
    struct request *request = &fixture->request;
    static const char first[] = "[" DENTAL, second[] = "," DENTAL "]";
    struct served_model *old = (struct served_model *)(uintptr_t)model_slot_get(&fixture->app.slot);
    request->method = METHOD_POST;
    request_set_target(request, "/predict/batch");
    dispatch_headers(&fixture->context, request);
    assert_true(dispatch_body(&fixture->context, request, first, sizeof first - 1));
    model_slot_swap(&fixture->app.slot, fixture_model(fixture, 8, false));
    assert_true(served_model_is_referenced(old));
    assert_true(dispatch_body(&fixture->context, request, second, sizeof second - 1));
    dispatch_request(&fixture->context, request, &fixture->response);
    assert_string_equal(response_find_header(&fixture->response, "X-Model-Version"), "7");
    fixture_assert_body(fixture, "[" MVP "," MVP "]");
    dispatch_finished(&fixture->context, request, 200, 75000);
    assert_false(served_model_is_referenced(old));
    served_model_free(old);
}

static void a_loop_has_only_so_many_batches_in_hand(void **state) {
    struct fixture *fixture = *state;
    fixture->context.batches = 64;
    assert_int_equal(fixture_post(fixture, "/predict/batch", "[" DENTAL "]"), 503);
    assert_string_equal(response_find_header(&fixture->response, "Retry-After"), "1");
    fixture->context.batches = 63;
    assert_int_equal(fixture_post(fixture, "/predict/batch", "[" DENTAL "]"), 200);
    fixture->context.batches = 0;
}

static double number_at(const json_t *object, const char *key) {
    return json_number_value(json_object_get(object, key));
}

static void details_report_all_probabilities_the_price_and_why(void **state) {
    struct fixture *fixture = *state;
    assert_int_equal(fixture_post(fixture, "/predict?details=1", DENTAL), 200);
    json_t *body = json_loadb(fixture->response.body, fixture->response.size, 0, NULL);
    assert_non_null(body);
    assert_true(fabs(number_at(json_object_get(body, "probabilities"), "MVP") - 0.82) < 1e-9);
    assert_true(fabs(number_at(body, "expected_price") - (0.06 * 150 + 0.06 * 250 + 0.82 * 350 + 0.06 * 500)) < 0.006);
    const json_t *reason = json_object_get(body, "why"), *input = json_object_get(reason, "inputs");
    double sum = number_at(reason, "base") + number_at(input, "business_type") + number_at(input, "business_size");
    assert_true(fabs(sum - 0.82) < 0.0003);
    assert_int_equal(json_object_size(input), 2);
    json_decref(body);
}

int main(void) {
#define WITH_MODEL(test) cmocka_unit_test_setup_teardown(test, fixture_with_model, fixture_done)
    const struct CMUnitTest tests[] = {
        WITH_MODEL(an_array_is_answered_by_an_array_in_its_order),
        WITH_MODEL(a_bad_lead_does_not_spoil_the_others),
        WITH_MODEL(lines_are_answered_by_lines),
        WITH_MODEL(no_lines_are_answered_by_none),
        WITH_MODEL(an_unseen_category_warns_in_its_element),
        WITH_MODEL(too_many_leads_are_413),
        WITH_MODEL(what_is_no_array_is_an_error),
        WITH_MODEL(a_lead_that_is_too_long_is_rejected_by_itself),
        WITH_MODEL(a_batch_keeps_the_model_that_it_began_with),
        WITH_MODEL(a_loop_has_only_so_many_batches_in_hand),
        WITH_MODEL(details_report_all_probabilities_the_price_and_why),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
