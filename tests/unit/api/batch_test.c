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
                                "[" DENTAL ",{\"business_type\":1,\"business_size\":\"1-9\"},[7]," DENTAL "]"),
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

static void no_lines_are_answered_by_none(void **state) {
    struct house *house = *state;
    assert_int_equal(post_lines(house, ""), 200);
    house_assert_body(house, "");
    assert_int_equal(post_lines(house, "\n\r\n \n"), 200);
    house_assert_body(house, "");
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
    static const char *const bad[] = {DENTAL, "", "[", "[" DENTAL, "[" DENTAL ",]", "[,]", "[" DENTAL "]]", "[\"]"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(house_post(house, "/predict/batch", bad[i]), 400);
    assert_true(house_said(house, "ends within the array: byte 3"));
    assert_int_equal(house->worker.batches, 0);
    house_header(house, HEADER_CONTENT_TYPE, "text/csv");
    assert_int_equal(house_ask(house, METHOD_POST, "/predict/batch", "[]"), 415);
    house_serve(house, NULL);
    assert_int_equal(house_post(house, "/predict/batch", "[]"), 503);
}

static void a_lead_that_is_too_long_is_refused_by_itself(void **state) {
    struct house *house = *state;
    char body[2000];
    house->options.max_body = 1024;
    snprintf(body, sizeof body, "[" DENTAL ",{\"business_type\":\"%01100d\"}," DENTAL "]", 0);
    assert_int_equal(house_post(house, "/predict/batch", body), 200);
    house_assert_body(house, "[" MVP ",{\"errors\":[{\"loc\":[\"body\",1],\"msg\":\"is longer than 1024 bytes\","
                             "\"type\":\"too_long\"}]}," MVP "]");
}

/* The header names one version, so all answers are to be that one's. */
static void a_batch_keeps_the_model_that_it_began_with(void **state) {
    struct house *house = *state;
    struct request *request = &house->request;
    static const char first[] = "[" DENTAL, second[] = "," DENTAL "]";
    struct model *old = (struct model *)(uintptr_t)served_model(&house->service.served);
    request->method = METHOD_POST;
    request_set_target(request, "/predict/batch");
    service_admit(&house->worker, request);
    assert_true(service_take(&house->worker, request, first, sizeof first - 1));
    served_swap(&house->service.served, house_model(house, 8, false));
    assert_true(model_is_held(old));
    assert_true(service_take(&house->worker, request, second, sizeof second - 1));
    service_answer(&house->worker, request, &house->reply);
    assert_string_equal(reply_find_header(&house->reply, "X-Model-Version"), "7");
    house_assert_body(house, "[" MVP "," MVP "]");
    service_finish(&house->worker, request, 200, 75000);
    assert_false(model_is_held(old));
    model_free(old);
}

static void a_loop_has_only_so_many_batches_in_hand(void **state) {
    struct house *house = *state;
    house->worker.batches = 64;
    assert_int_equal(house_post(house, "/predict/batch", "[" DENTAL "]"), 503);
    assert_string_equal(reply_find_header(&house->reply, "Retry-After"), "1");
    house->worker.batches = 63;
    assert_int_equal(house_post(house, "/predict/batch", "[" DENTAL "]"), 200);
    house->worker.batches = 0;
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
        WITH_MODEL(no_lines_are_answered_by_none),
        WITH_MODEL(an_unseen_category_warns_in_its_element),
        WITH_MODEL(too_many_leads_are_413),
        WITH_MODEL(what_is_no_array_is_an_error),
        WITH_MODEL(a_lead_that_is_too_long_is_refused_by_itself),
        WITH_MODEL(a_batch_keeps_the_model_that_it_began_with),
        WITH_MODEL(a_loop_has_only_so_many_batches_in_hand),
        WITH_MODEL(details_tell_all_probabilities_the_price_and_why),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
