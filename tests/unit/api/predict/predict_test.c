/* predict_test.c - one lead in, one package out; and everything that can be wrong with a lead. */
#include "tests/unit/api/fixture.h"

static const char dental[] = "{\"business_type\":\"Dental\",\"business_size\":\"10-25\"}";

static void a_prediction_is_two_keys_and_nothing_else(void **state) {
    struct fixture *fixture = *state;
    assert_int_equal(fixture_post(fixture, "/predict", dental), 200);
    fixture_assert_body(fixture, "{\"predicted_package\":\"MVP\",\"probability\":0.82}");
    assert_string_equal(fixture->response.type, "application/json");
}

static void a_prediction_names_its_model_and_itself(void **state) {
    struct fixture *fixture = *state;
    fixture_header(fixture, HEADER_REQUEST_ID, "my-request.1");
    fixture_post(fixture, "/predict", dental);
    assert_string_equal(response_find_header(&fixture->response, "X-Model-Version"), "7");
    assert_string_equal(response_find_header(&fixture->response, "X-Request-Id"), "my-request.1");
    assert_null(response_find_header(&fixture->response, "X-Prediction-Warning"));
}

static void requests_without_an_id_get_one_of_their_own(void **state) {
    struct fixture *fixture = *state;
    char first[REQUEST_ID];
    fixture_post(fixture, "/predict", dental);
    snprintf(first, sizeof first, "%s", response_find_header(&fixture->response, "X-Request-Id"));
    fixture_post(fixture, "/predict", dental);
    assert_int_equal(strlen(first), 32);
    assert_string_not_equal(first, response_find_header(&fixture->response, "X-Request-Id"));
}

static void an_id_that_could_break_a_log_is_replaced(void **state) {
    struct fixture *fixture = *state;
    fixture_header(fixture, HEADER_REQUEST_ID, "a\"b");
    fixture_post(fixture, "/predict", dental);
    assert_null(strchr(response_find_header(&fixture->response, "X-Request-Id"), '"'));
}

static void spaces_escapes_and_further_keys_change_nothing(void **state) {
    static const char *const bodies[] = {
        " {\t\"business_size\" : \"10-25\" ,\r\n \"business_type\" : \"Dental\" } \n",
        "{\"business_type\":\"\\u0044ental\",\"business_size\":\"10-25\"}",
        "{\"business_type\":\"Dental\",\"business_size\":\"10-25\",\"comment\":{\"deep\":[1,2,null]}}",
        "{\"business_type\":\"Dental\",\"business_size\":\"10-25\",\"lead_id\":\"5b1c\",\"source\":\"website\"}",
        "{\"business_type\":\"Dental\",\"business_size\":\"10-25\",\"lead_id\":null}",
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        assert_int_equal(fixture_post(fixture, "/predict", bodies[i]), 200);
        fixture_assert_body(fixture, "{\"predicted_package\":\"MVP\",\"probability\":0.82}");
    }
}

static void all_errors_are_reported_at_once(void **state) {
    struct fixture *fixture = *state;
    assert_int_equal(fixture_post(fixture, "/predict", "{\"business_size\":12,\"lead_id\":\"ann@example.org\"}"), 422);
    assert_string_equal(fixture->response.type, "application/problem+json");
    json_t *problem = json_loadb(fixture->response.body, fixture->response.size, 0, NULL);
    const json_t *errors = json_object_get(problem, "errors");
    assert_int_equal(json_array_size(errors), 3);
    const char *part, *name, *type, *message;
    assert_int_equal(json_unpack(json_array_get(errors, 0), "{s:[s,s],s:s,s:s}", "loc", &part, &name, "type", &type,
                                 "msg", &message),
                     0);
    assert_string_equal(part, "body");
    assert_string_equal(name, "business_type");
    assert_string_equal(type, "missing");
    assert_string_equal(message, "required");
    assert_true(fixture_body_has(
        fixture, "\"loc\":[\"body\",\"business_size\"],\"msg\":\"must be a string\",\"type\":\"string_type\""));
    assert_true(fixture_body_has(fixture, "\"loc\":[\"body\",\"lead_id\"]"));
    assert_false(fixture_body_has(fixture, "ann@example.org"));
    json_decref(problem);
}

static void what_is_no_json_object_is_400_or_422(void **state) {
    static const struct {
        const char *body;
        int status;
    } cases[] = {
        {"", 400},
        {"{", 400},
        {"{\"business_type\":\"Dental\",\"business_size\":\"10-25\"", 400},
        {"{\"business_type\":\"Dental\",\"business_size\":\"10-25\"}}", 400},
        {"{\"business_type\":\"Dental\",\"business_size\":\"10-25\",}", 400},
        {"{'business_type':'Dental'}", 400},
        {"{\"business_type\":\"Dental\",\"business_type\":\"Legal\",\"business_size\":\"10-25\"}", 400},
        {"{\"business_type\":\"\xff\",\"business_size\":\"10-25\"}", 400},
        {"{\"business_type\":\"\\u0000\",\"business_size\":\"10-25\"}", 400},
        {"\"Dental\"", 400},
        {"[]", 422},
        {"{}", 422},
        {"{\"business_type\":null,\"business_size\":\"10-25\"}", 422},
        {"{\"business_type\":[\"Dental\"],\"business_size\":\"10-25\"}", 422},
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (fixture_post(fixture, "/predict", cases[i].body) != cases[i].status)
            fail_msg("%s was answered %d", cases[i].body, fixture->response.status);
}

static void numbers_that_nobody_requested_may_be_of_any_size(void **state) {
    assert_int_equal(
        fixture_post(*state, "/predict",
                     "{\"business_type\":\"Dental\",\"business_size\":\"10-25\",\"x\":-99999999999999999999}"),
        200);
}

static void details_are_requested_by_0_or_1(void **state) {
    assert_int_equal(fixture_post(*state, "/predict?details=0", dental), 200);
    assert_int_equal(fixture_post(*state, "/predict?detail=x&details=1", dental), 200);
    assert_int_equal(fixture_post(*state, "/predict?details=yes", dental), 422);
    assert_int_equal(fixture_post(*state, "/predict?details", dental), 422);
}

static void what_the_reasons_add_is_the_probability(void **state) {
    struct fixture *fixture = *state;
    assert_int_equal(fixture_post(fixture, "/predict?details=1", dental), 200);
    json_t *answer = json_loadb(fixture->response.body, fixture->response.size, 0, NULL), *added;
    const json_t *reason = json_object_get(answer, "why"), *calibration = json_object_get(reason, "calibration");
    double sum = json_number_value(json_object_get(reason, "base")) + json_number_value(calibration);
    const char *name;
    assert_true(json_is_number(calibration));
    json_object_foreach(json_object_get(reason, "inputs"), name, added)
        sum += json_number_value(added);
    assert_true(fabs(sum - json_number_value(json_object_get(answer, "probability"))) < 3e-4);
    json_decref(answer);
}

static void deep_nesting_is_rejected_without_a_crash(void **state) {
    struct fixture *fixture = *state;
    char *deep = malloc(60001);
    memset(deep, '[', 60000);
    deep[60000] = '\0';
    assert_int_equal(fixture_post(fixture, "/predict", deep), 400);
    free(deep);
}

static void an_unseen_category_is_answered_and_flagged(void **state) {
    struct fixture *fixture = *state;
    assert_int_equal(fixture_post(fixture, "/predict", "{\"business_type\":\"Veterinary\",\"business_size\":\"huge\"}"),
                     200);
    assert_string_equal(response_find_header(&fixture->response, "X-Prediction-Warning"),
                        "unseen business_type, unseen business_size");
}

static void an_unseen_category_can_be_rejected(void **state) {
    struct fixture *fixture = *state;
    fixture->options.unknown_category = "reject";
    assert_int_equal(
        fixture_post(fixture, "/predict", "{\"business_type\":\"Veterinary\",\"business_size\":\"10-25\"}"), 422);
    assert_true(fixture_body_has(fixture, "[\"body\",\"business_type\"]"));
    assert_false(fixture_body_has(fixture, "business_size"));
}

static void another_media_type_is_415(void **state) {
    struct fixture *fixture = *state;
    static const char *const others[] = {"application/x-www-form-urlencoded", "application/jsonp", "application/jso"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        fixture_header(fixture, HEADER_CONTENT_TYPE, others[i]);
        assert_int_equal(fixture_request(fixture, METHOD_POST, "/predict", dental), 415);
    }
    fixture_header(fixture, HEADER_CONTENT_TYPE, "Application/JSON; charset=utf-8");
    assert_int_equal(fixture_request(fixture, METHOD_POST, "/predict", dental), 200);
    assert_int_equal(fixture_request(fixture, METHOD_POST, "/predict", dental), 200);
}

static void without_a_model_there_is_a_time_to_come_back(void **state) {
    struct fixture *fixture = *state;
    fixture_serve(fixture, NULL);
    assert_int_equal(fixture_post(fixture, "/predict", dental), 503);
    assert_string_equal(response_find_header(&fixture->response, "Retry-After"), "5");
}

static void a_number_is_read_as_a_number(void **state) {
    struct fixture *fixture = *state;
    fixture_serve(fixture, fixture_model(fixture, 8, true));
    assert_int_equal(
        fixture_post(fixture, "/predict", "{\"business_type\":\"Dental\",\"business_size\":\"10-25\",\"age\":41.5}"),
        200);
    fixture_assert_body(fixture, "{\"predicted_package\":\"MVP\",\"probability\":0.82}");
    assert_int_equal(
        fixture_post(fixture, "/predict", "{\"business_type\":\"Dental\",\"business_size\":\"10-25\",\"age\":\"41\"}"),
        200);
    assert_int_equal(
        fixture_post(fixture, "/predict", "{\"business_type\":\"Dental\",\"business_size\":\"10-25\",\"age\":\"old\"}"),
        422);
    assert_true(fixture_body_has(fixture, "must be a number"));
    assert_int_equal(
        fixture_post(fixture, "/predict", "{\"business_type\":\"Dental\",\"business_size\":\"10-25\",\"age\":1e300}"),
        200);
}

/* The table written in advance against the forest, over the whole domain. */
static void every_answer_is_the_forests(void **state) {
    struct fixture *fixture = *state;
    const struct served_model *model = model_slot_get(&fixture->app.slot);
    for (float a = -1; a < 10; a++)
        for (float b = -1; b < 6; b++) {
            const float row[] = {a, b};
            float prob[4];
            struct prediction answer;
            forest_predict(model->champion.forest, row, prob);
            assert_true(served_model_predict(model, row, &answer, &fixture->context.scratch));
            assert_int_equal(answer.best, forest_classify(model->champion.forest, row));
            json_t *probabilities_json = json_loadb(answer.probabilities_json, answer.probabilities_json_size, 0, NULL);
            for (size_t i = 0; i < 4; i++) {
                double share = json_number_value(json_object_get(probabilities_json, model->schema->class_name[i]));
                assert_true(share - (double)prob[i] < 0.0000501 && (double)prob[i] - share < 0.0000501);
            }
            json_decref(probabilities_json);
        }
}

int main(void) {
#define WITH_MODEL(test) cmocka_unit_test_setup_teardown(test, fixture_with_model, fixture_done)
    const struct CMUnitTest tests[] = {
        WITH_MODEL(a_prediction_is_two_keys_and_nothing_else),
        WITH_MODEL(a_prediction_names_its_model_and_itself),
        WITH_MODEL(requests_without_an_id_get_one_of_their_own),
        WITH_MODEL(an_id_that_could_break_a_log_is_replaced),
        WITH_MODEL(spaces_escapes_and_further_keys_change_nothing),
        WITH_MODEL(all_errors_are_reported_at_once),
        WITH_MODEL(what_is_no_json_object_is_400_or_422),
        WITH_MODEL(numbers_that_nobody_requested_may_be_of_any_size),
        WITH_MODEL(details_are_requested_by_0_or_1),
        WITH_MODEL(what_the_reasons_add_is_the_probability),
        WITH_MODEL(deep_nesting_is_rejected_without_a_crash),
        WITH_MODEL(an_unseen_category_is_answered_and_flagged),
        WITH_MODEL(an_unseen_category_can_be_rejected),
        WITH_MODEL(another_media_type_is_415),
        WITH_MODEL(without_a_model_there_is_a_time_to_come_back),
        WITH_MODEL(a_number_is_read_as_a_number),
        WITH_MODEL(every_answer_is_the_forests),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
