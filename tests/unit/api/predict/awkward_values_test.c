/* awkward_values_test.c - awkward values at the doors of the server: what is answered, and what is refused where. */
#include "tests/unit/api/fixture.h"

#include "services/api/predict/prediction_log.h"
#include "tests/helpers/awkward_values.h"

static const struct awkward_value dental = {"Dental", NULL, UNREADABLE, VALUE, 0},
                                  small = {"10-25", NULL, UNREADABLE, VALUE, 0},
                                  forty = {NULL, "40", VALUE, UNREADABLE, 40};

static int open_fixture(void **state) {
    struct fixture *fixture = fixture_open();
    fixture_serve(fixture, fixture_model(fixture, 7, true));
    *state = fixture;
    return 0;
}

/* {"business_type":...,"business_size":"10-25","age":...}, to be freed. */
static char *make_lead(const struct awkward_value *type, const struct awkward_value *age) {
    char *members[] = {awkward_member("business_size", &small), awkward_member("business_type", type),
                       awkward_member("age", age)};
    char *lead = NULL;
    size_t size;
    FILE *file = open_memstream(&lead, &size);
    fprintf(file, "{%s", members[0]);
    for (size_t i = 1; i < 3; i++)
        fprintf(file, "%s%s", *members[i] != '\0' ? "," : "", members[i]);
    fputs("}", file);
    fclose(file);
    for (size_t i = 0; i < 3; i++)
        free(members[i]);
    return lead;
}

static bool is_answered(const struct awkward_value *value, enum awkward_class class) {
    return class == VALUE || (class == MISSING && value->text != NULL);
}

static int expected_status(const struct awkward_value *value, enum awkward_class class) {
    return class == NO_JSON ? 400 : is_answered(value, class) ? 200 : 422;
}

static const char *warning_of(const struct fixture *fixture) {
    const char *warning = response_find_header(&fixture->response, "X-Prediction-Warning");
    return warning != NULL ? warning : "";
}

static void check_place(struct fixture *fixture, const char *name, const char *lead) {
    char place[64];
    snprintf(place, sizeof place, "\"loc\":[\"body\",\"%s\"]", name);
    if (fixture->response.status == 422 && !fixture_body_has(fixture, place))
        fail_msg("%s: no place in %.*s", lead, (int)fixture->response.size, fixture->response.body);
}

static void an_awkward_number_is_what_the_table_says(void **state) {
    struct fixture *fixture = *state;
    for (size_t i = 0; i < AWKWARD_VALUES; i++) {
        const struct awkward_value *value = &awkward_values[i];
        char *lead = make_lead(&dental, value);
        float age = (float)value->value;
        if (fixture_post(fixture, "/predict", lead) != expected_status(value, value->number))
            fail_msg("%s was answered %d", lead, fixture->response.status);
        check_place(fixture, "age", lead);
        if (fixture->response.status == 200 && value->number == MISSING)
            assert_true(isnan(fixture->context.input.row[2]) && strcmp(warning_of(fixture), "missing age") == 0);
        else if (fixture->response.status == 200)
            assert_true(fixture->context.input.row[2] == age && *warning_of(fixture) == '\0');
        free(lead);
    }
}

static void an_awkward_category_is_what_the_table_says(void **state) {
    struct fixture *fixture = *state;
    for (size_t i = 0; i < AWKWARD_VALUES; i++) {
        const struct awkward_value *value = &awkward_values[i];
        char *lead = make_lead(value, &forty);
        bool known = value->text != NULL && strcmp(value->text, "Dental") == 0;
        if (fixture_post(fixture, "/predict", lead) != expected_status(value, value->category))
            fail_msg("%s was answered %d", lead, fixture->response.status);
        check_place(fixture, "business_type", lead);
        if (fixture->response.status == 200)
            assert_string_equal(warning_of(fixture), known ? "" : "unseen business_type");
        free(lead);
    }
}

/* Element by element, as a tensor of one lead. */
static void tensors_are_read_by_the_same_rule(void **state) {
    struct fixture *fixture = *state;
    for (size_t i = 0; i < AWKWARD_VALUES; i++) {
        const struct awkward_value *value = &awkward_values[i];
        char *json = awkward_json(value), *body = NULL;
        bool list = *json == '[' && value->text == NULL; /* may be nested as a tensor is */
        assert_true(
            asprintf(&body,
                     "{\"inputs\":[{\"name\":\"business_type\",\"datatype\":\"BYTES\",\"shape\":[1],"
                     "\"data\":[\"Dental\"]},{\"name\":\"business_size\",\"datatype\":\"BYTES\",\"shape\":[1],"
                     "\"data\":[\"10-25\"]},{\"name\":\"age\",\"datatype\":\"FP32\",\"shape\":[1],\"data\":[%s]}]}",
                     json) > 0);
        int status = fixture_post(fixture, "/v2/models/leadforest/infer", body);
        if (!list && status != (is_answered(value, value->number) ? 200 : 400))
            fail_msg("%s was answered %d", body, status);
        free(json);
        free(body);
    }
}

/* The log must be JSON that drift and the gate can read. */
static void a_missing_number_is_logged_as_null(void **state) {
    struct fixture *fixture = *state;
    const struct awkward_value empty = {"", NULL, MISSING, MISSING, 0};
    struct prediction prediction = {.probabilities_json = "{}}", .probabilities_json_size = 2};
    struct strbuf line = {0};
    char *lead = make_lead(&dental, &empty);
    assert_int_equal(fixture_post(fixture, "/predict", lead), 200);
    prediction_log_line(&line, &fixture->context.clock, model_slot_get(&fixture->app.slot), &fixture->context.input,
                        &prediction, "r", NULL);
    json_t *log = json_loadb(line.at, line.size, 0, NULL);
    assert_true(json_is_null(json_object_get(json_object_get(log, "inputs"), "age")));
    assert_string_equal(json_string_value(json_array_get(json_object_get(log, "unseen"), 0)), "age");
    json_decref(log);
    strbuf_done(&line);
    free(lead);
}

static void an_empty_number_may_be_rejected_as_an_unseen_category_is(void **state) {
    struct fixture *fixture = *state;
    const struct awkward_value empty = {"", NULL, MISSING, MISSING, 0};
    char *lead = make_lead(&dental, &empty);
    fixture->options.unknown_category = "reject";
    assert_int_equal(fixture_post(fixture, "/predict", lead), 422);
    assert_true(
        fixture_body_has(fixture, "\"loc\":[\"body\",\"age\"],\"msg\":\"must not be empty\",\"type\":\"missing\""));
    free(lead);
}

static int close_fixture(void **state) {
    return fixture_done(state);
}

#define AT_THE_DOOR(test) cmocka_unit_test_setup_teardown(test, open_fixture, close_fixture)

int main(void) {
    const struct CMUnitTest tests[] = {
        AT_THE_DOOR(an_awkward_number_is_what_the_table_says),
        AT_THE_DOOR(an_awkward_category_is_what_the_table_says),
        AT_THE_DOOR(tensors_are_read_by_the_same_rule),
        AT_THE_DOOR(a_missing_number_is_logged_as_null),
        AT_THE_DOOR(an_empty_number_may_be_rejected_as_an_unseen_category_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
