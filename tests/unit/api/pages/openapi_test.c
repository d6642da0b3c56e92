/* openapi_test.c - the contract agrees with the routes, and Open Inference Protocol clients are understood. */
#include "tests/unit/api/fixture.h"

static json_t *request_json(struct fixture *fixture, enum request_method method, const char *target, const char *body,
                            int status) {
    assert_int_equal(method == METHOD_POST ? fixture_post(fixture, target, body)
                                           : fixture_request(fixture, method, target, body),
                     status);
    json_t *value = json_loadb(fixture->response.body, fixture->response.size, 0, NULL);
    assert_non_null(value);
    return value;
}

/* ---- the contract ---- */

static json_t *operation_of(const json_t *contract, const struct route *route) {
    const json_t *path = json_object_get(json_object_get(contract, "paths"), route->path);
    json_t *operation = json_object_get(path, route->method == METHOD_POST ? "post" : "get");
    if (operation == NULL)
        fail_msg("%s is missing", route->path);
    return operation;
}

static bool has_answer(const json_t *operation, const char *status) {
    return json_object_get(json_object_get(operation, "responses"), status) != NULL;
}

static void every_route_is_in_the_contract(void **state) {
    struct fixture *fixture = *state;
    json_t *contract = request_json(fixture, METHOD_GET, "/openapi.json", NULL, 200);
    for (size_t i = 0; i < routes.count; i++)
        assert_non_null(json_object_get(operation_of(contract, &routes.route[i]), "summary"));
    json_decref(contract);
}

static void the_contract_has_no_other_routes(void **state) {
    json_t *contract = request_json(*state, METHOD_GET, "/openapi.json", NULL, 200);
    const char *path, *method;
    json_t *methods, *operation;
    size_t operations = 0;
    json_object_foreach(json_object_get(contract, "paths"), path, methods)
        json_object_foreach(methods, method, operation)
            operations++;
    assert_int_equal(operations, routes.count);
    json_decref(contract);
}

/* What the table of routes knows, the template says again; here they are compared. */
static void the_contract_agrees_with_the_table_of_routes(void **state) {
    struct fixture *fixture = *state;
    api_keys_parse(&fixture->app.access.keys, "secret");
    fixture->options.rate_limit = 5;
    json_t *contract = request_json(fixture, METHOD_GET, "/openapi.json", NULL, 200);
    for (size_t i = 0; i < routes.count; i++) {
        const struct route *route = &routes.route[i];
        const json_t *operation = operation_of(contract, route);
        bool has_body = route->body != BODY_NONE, keyed = route->access != ACCESS_OPEN;
        assert_int_equal(json_object_get(operation, "requestBody") != NULL, has_body);
        assert_int_equal(has_answer(operation, "400") && has_answer(operation, "413"), has_body);
        assert_int_equal(json_object_get(operation, "security") != NULL, keyed);
        assert_int_equal(has_answer(operation, "401"), keyed || route->body == BODY_DELIVERY);
        assert_int_equal(has_answer(operation, "429"), route->access == ACCESS_KEY);
        assert_int_equal(has_answer(operation, "422"), route->body == BODY_LEAD || route->body == BODY_LEADS);
        assert_int_equal(has_answer(operation, "404"), strchr(route->path, '{') != NULL);
    }
    json_decref(contract);
}

/* Every "$ref" below a value names a component of the contract. */
static void assert_references(const json_t *components, const json_t *value) {
    static const char place[] = "#/components/";
    const char *key;
    json_t *inner;
    size_t i;
    json_array_foreach(value, i, inner)
        assert_references(components, inner);
    json_object_foreach((json_t *)value, key, inner) {
        if (strcmp(key, "$ref") == 0) {
            char kind[40], name[80];
            assert_memory_equal(json_string_value(inner), place, sizeof place - 1);
            assert_int_equal(sscanf(json_string_value(inner) + sizeof place - 1, "%39[^/]/%79s", kind, name), 2);
            assert_non_null(json_object_get(json_object_get(components, kind), name));
        }
        assert_references(components, inner);
    }
}

static void every_reference_leads_somewhere(void **state) {
    json_t *contract = request_json(*state, METHOD_GET, "/openapi.json", NULL, 200);
    assert_references(json_object_get(contract, "components"), contract);
    json_decref(contract);
}

static void a_lead_has_the_models_inputs_and_their_values(void **state) {
    struct fixture *fixture = *state;
    for (int with_model = 1; with_model >= 0; with_model--) {
        json_t *contract = request_json(fixture, METHOD_GET, "/openapi.json", NULL, 200);
        const json_t *lead =
            json_object_get(json_object_get(json_object_get(contract, "components"), "schemas"), "Lead");
        const json_t *type = json_object_get(json_object_get(lead, "properties"), "business_type");
        assert_string_equal(json_string_value(json_array_get(json_object_get(type, "examples"), 1)), "Dental");
        assert_int_equal(json_array_size(json_object_get(lead, "required")), 2);
        json_decref(contract);
        fixture_serve(fixture, NULL);
    }
}

static void a_server_without_keys_and_rates_does_not_mention_them(void **state) {
    json_t *contract = request_json(*state, METHOD_GET, "/openapi.json", NULL, 200);
    for (size_t i = 0; i < routes.count; i++) {
        const json_t *operation = operation_of(contract, &routes.route[i]);
        bool admin = routes.route[i].access == ACCESS_ADMIN, signature = routes.route[i].body == BODY_DELIVERY;
        assert_int_equal(json_object_get(operation, "security") != NULL, admin);
        assert_int_equal(has_answer(operation, "401"), admin || signature);
        assert_false(has_answer(operation, "429"));
    }
    json_decref(contract);
}

/* components.examples.<name>.value */
static json_t *example_of(const json_t *contract, const char *name) {
    const json_t *examples = json_object_get(json_object_get(contract, "components"), "examples");
    json_t *value = json_object_get(json_object_get(examples, name), "value");
    assert_non_null(value);
    return value;
}

/* Sending the example of a request brings the example of its answer. */
static void assert_answers(struct fixture *fixture, const json_t *contract, const char *target, const char *request,
                           const char *answer) {
    char *body = json_dumps(example_of(contract, request), 0);
    json_t *real = request_json(fixture, METHOD_POST, target, body, 200);
    char *expected = json_dumps(example_of(contract, answer), JSON_REAL_PRECISION(6));
    char *got = json_dumps(real, JSON_REAL_PRECISION(6));
    assert_string_equal(got, expected);
    free(body);
    free(expected);
    free(got);
    json_decref(real);
}

static void the_examples_are_what_the_model_answers(void **state) {
    struct fixture *fixture = *state;
    for (int with_number = 0; with_number <= 1; with_number++) {
        json_t *contract = request_json(fixture, METHOD_GET, "/openapi.json", NULL, 200);
        assert_answers(fixture, contract, "/predict", "Lead", "Prediction");
        assert_answers(fixture, contract, "/predict?details=1", "Lead", "Details");
        assert_answers(fixture, contract, "/predict/batch", "Leads", "Predictions");
        assert_answers(fixture, contract, "/v2/models/leadforest/infer", "Inference", "Inferred");
        json_decref(contract);
        fixture_serve(fixture, fixture_model(fixture, 8, true)); /* the contract follows the model */
    }
}

static void every_route_with_a_body_has_examples(void **state) {
    json_t *contract = request_json(*state, METHOD_GET, "/openapi.json", NULL, 200);
    for (size_t i = 0; i < routes.count; i++) {
        json_t *request, *answer;
        if (routes.route[i].body == BODY_NONE)
            continue;
        json_t *operation = operation_of(contract, &routes.route[i]);
        assert_int_equal(json_unpack(operation, "{s:{s:{s:{s:o}}},s:{s:{s:{s:{s:o}}}}}", "requestBody", "content",
                                     "application/json", "examples", &request, "responses", "200", "content",
                                     "application/json", "examples", &answer),
                         0);
    }
    json_decref(contract);
}

static void binary_tensors_are_in_the_contract(void **state) {
    json_t *contract = request_json(*state, METHOD_GET, "/openapi.json", NULL, 200);
    json_t *operation = NULL, *taken = NULL, *answered = NULL, *tensor = NULL;
    const char *header = NULL;
    assert_int_equal(json_unpack(contract, "{s:{s:{s:o}},s:{s:{s:o}}}", "paths", "/v2/models/leadforest/infer", "post",
                                 &operation, "components", "schemas", "Tensor", &tensor),
                     0);
    assert_int_equal(json_unpack(operation, "{s:{s:{s:o}},s:{s:{s:{s:o}}},s:[{s:s}]}", "requestBody", "content",
                                 "application/octet-stream", &taken, "responses", "200", "content",
                                 "application/octet-stream", &answered, "parameters", "name", &header),
                     0);
    assert_string_equal(header, "Inference-Header-Content-Length");
    assert_int_equal(
        json_unpack(tensor, "{s:{s:{s:{s:o}}}}", "properties", "parameters", "properties", "binary_data_size", &taken),
        0);
    json_decref(contract);
}

static void the_pages_need_nobody_else(void **state) {
    static const char *const pages[] = {"/", "/docs", "/monitoring"};
    struct fixture *fixture = *state;
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
        assert_int_equal(fixture_request(fixture, METHOD_GET, pages[i], NULL), 200);
        assert_string_equal(fixture->response.type, "text/html; charset=utf-8");
        assert_non_null(
            strstr(response_find_header(&fixture->response, "Content-Security-Policy"), "default-src 'none'"));
        assert_false(fixture_body_has(fixture, "http://"));
        assert_false(fixture_body_has(fixture, "https://"));
        assert_true(fixture_body_has(fixture, "lang=\"en\""));
    }
}

/* ---- Open Inference Protocol ---- */

#define MODEL "/v2/models/leadforest"
#define INPUT(name, data) "{\"name\":\"" name "\",\"shape\":[2,1],\"datatype\":\"BYTES\",\"data\":" data "}"

static void an_inference_answers_each_lead(void **state) {
    struct fixture *fixture = *state;
    json_t *answer =
        request_json(fixture, METHOD_POST, MODEL "/infer",
                     "{\"id\":\"a\",\"inputs\":[" INPUT("business_size", "[[\"10-25\"],[\"1-9\"]]") "," INPUT(
                         "business_type", "[\"Dental\",\"Medical\"]") "]}",
                     200);
    json_t *expected = json_pack(
        "{s:s,s:s,s:s,s:[{s:s,s:s,s:[i,i],s:[s,s]},{s:s,s:s,s:[i,i],s:[f,f]},{s:s,s:s,s:[i,i],s:[f,f,f,f,f,f,f,f]}]}",
        "model_name", "leadforest", "model_version", "7", "id", "a", "outputs", "name", "predicted_package", "datatype",
        "BYTES", "shape", 2, 1, "data", "MVP", "Business", "name", "probability", "datatype", "FP64", "shape", 2, 1,
        "data", 0.82, 0.7, "name", "probabilities", "datatype", "FP64", "shape", 2, 4, "data", 0.06, 0.06, 0.82, 0.06,
        0.7, 0.1, 0.1, 0.1);
    assert_true(json_equal(answer, expected));
    json_decref(answer);
    json_decref(expected);
}

static void a_wrong_inference_is_400_with_an_error(void **state) {
    static const char *const bodies[] = {
        "",
        "[]",
        "{}",
        "{\"inputs\":7}",
        "{\"inputs\":[" INPUT("business_type", "[\"Dental\"]") "]}",
        "{\"inputs\":[" INPUT("business_type", "[\"Dental\"]") "," INPUT("business_size", "[\"1-9\",\"1-9\"]") "]}",
        "{\"inputs\":[" INPUT("business_type", "[7]") "," INPUT("business_size", "[\"1-9\"]") "]}",
        "{\"inputs\":[" INPUT("business_type", "[[\"a\",\"b\"]]") "," INPUT("business_size", "[\"1-9\"]") "]}"};
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        json_t *answer = request_json(*state, METHOD_POST, MODEL "/infer", bodies[i], 400);
        assert_true(json_is_string(json_object_get(answer, "error")));
        json_decref(answer);
    }
}

/* The JSON ends where the header says, and what follows it are bytes: here of a lead's two categories. */
static void the_length_of_the_json_is_a_number_within_the_body(void **state) {
#define BINARY(name, size)                                                                                             \
    "{\"name\":\"" name "\",\"shape\":[1,1],\"datatype\":\"BYTES\",\"parameters\":{\"binary_data_size\":" size "}}"
    static const char json[] = "{\"inputs\":[" BINARY("business_type", "10") "," BINARY("business_size", "9") "]}";
    static const char bytes[] = "\6\0\0\0Dental\5\0\0\00010-25";
    struct fixture *fixture = *state;
    char body[sizeof json + sizeof bytes], length[24];
    size_t size = sizeof json - 1 + sizeof bytes - 1;
    memcpy(body, json, sizeof json - 1);
    memcpy(body + sizeof json - 1, bytes, sizeof bytes - 1);
    static const char *const suffixes[] = {"", "x", " ", "0000"};
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        snprintf(length, sizeof length, "%zu%s", sizeof json - 1, suffixes[i]);
        fixture_header(fixture, HEADER_INFERENCE_LENGTH, length);
        assert_int_equal(fixture_request_bytes(fixture, METHOD_POST, MODEL "/infer", body, size), i == 0 ? 200 : 400);
        assert_true(fixture_body_has(fixture, i == 0 ? "MVP" : "Inference-Header-Content-Length"));
    }
#undef BINARY
}

/* A name that is cut within a character would be no UTF-8, and so no JSON. */
static void an_output_that_does_not_exist_is_400(void **state) {
    char body[400];
    snprintf(body, sizeof body,
             "{\"inputs\":[" INPUT("business_type", "[\"Legal\"]") "," INPUT(
                 "business_size", "[\"1-9\"]") "],"
                                               "\"outputs\":[{\"name\":\"%059d\u00fc\"}]}",
             0);
    json_t *answer = request_json(*state, METHOD_POST, MODEL "/infer", body, 400);
    assert_non_null(strstr(json_string_value(json_object_get(answer, "error")), "outputs"));
    json_decref(answer);
}

static void only_the_served_version_exists(void **state) {
    struct fixture *fixture = *state;
    static const char *const there[] = {MODEL, MODEL "/ready",    MODEL "/versions/7", MODEL "/versions/7/ready",
                                        "/v2", "/v2/health/live", "/v2/health/ready"};
    static const char *const nowhere[] = {MODEL "/versions/8",   MODEL "/versions/77", MODEL "/versions/",
                                          MODEL "/versions/7/x", "/v2/models/other",   MODEL "/versions/7/ready/x"};
    for (size_t i = 0; i < sizeof there / sizeof *there; i++)
        assert_int_equal(fixture_request(fixture, METHOD_GET, there[i], NULL), 200);
    for (size_t i = 0; i < sizeof nowhere / sizeof *nowhere; i++)
        assert_int_equal(fixture_request(fixture, METHOD_GET, nowhere[i], NULL), 404);
    fixture_serve(fixture, NULL);
    assert_int_equal(fixture_request(fixture, METHOD_GET, MODEL "/ready", NULL), 503);
}

int main(void) {
#define WITH_MODEL(test) cmocka_unit_test_setup_teardown(test, fixture_with_model, fixture_done)
    const struct CMUnitTest tests[] = {
        WITH_MODEL(every_route_is_in_the_contract),
        WITH_MODEL(every_reference_leads_somewhere),
        WITH_MODEL(a_lead_has_the_models_inputs_and_their_values),
        WITH_MODEL(the_contract_has_no_other_routes),
        WITH_MODEL(the_contract_agrees_with_the_table_of_routes),
        WITH_MODEL(a_server_without_keys_and_rates_does_not_mention_them),
        WITH_MODEL(the_examples_are_what_the_model_answers),
        WITH_MODEL(every_route_with_a_body_has_examples),
        WITH_MODEL(binary_tensors_are_in_the_contract),
        WITH_MODEL(the_pages_need_nobody_else),
        WITH_MODEL(an_inference_answers_each_lead),
        WITH_MODEL(a_wrong_inference_is_400_with_an_error),
        WITH_MODEL(the_length_of_the_json_is_a_number_within_the_body),
        WITH_MODEL(an_output_that_does_not_exist_is_400),
        WITH_MODEL(only_the_served_version_exists),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
