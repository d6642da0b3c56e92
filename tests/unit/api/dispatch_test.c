/* dispatch_test.c - routes, methods, probes and websites. */
#include "tests/unit/api/fixture.h"

static void an_unknown_path_is_404(void **state) {
    struct fixture *fixture = *state;
    assert_int_equal(fixture_request(fixture, METHOD_GET, "/predicts", NULL), 404);
    assert_int_equal(fixture_request(fixture, METHOD_OTHER, "/nowhere", NULL), 404);
    assert_int_equal(fixture_request(fixture, METHOD_OPTIONS, "/nowhere", NULL), 404);
    assert_string_equal(fixture->response.type, "application/problem+json");
}

static void the_error_of_an_unknown_path_quotes_it_if_it_is_visible_ascii(void **state) {
    struct fixture *fixture = *state;
    fixture_request(fixture, METHOD_GET, "/no%22pe", NULL);
    assert_true(fixture_body_has(fixture, "\"detail\":\"no such route: /no\\\"pe\""));
    fixture_request(fixture, METHOD_GET, "/%ff", NULL);
    assert_true(fixture_body_has(fixture, "\"detail\":\"no such route\""));
}

static void a_known_path_with_another_method_is_405_with_allow(void **state) {
    struct fixture *fixture = *state;
    assert_int_equal(fixture_request(fixture, METHOD_GET, "/predict", NULL), 405);
    assert_string_equal(response_find_header(&fixture->response, "Allow"), "POST, OPTIONS");
    assert_int_equal(fixture_request(fixture, METHOD_OTHER, "/livez", NULL), 405);
    assert_string_equal(response_find_header(&fixture->response, "Allow"), "GET, HEAD, OPTIONS");
}

static void head_is_answered_like_get(void **state) {
    struct fixture *fixture = *state;
    assert_int_equal(fixture_request(fixture, METHOD_HEAD, "/livez", NULL), 200);
}

static void alive_does_not_depend_on_a_model_but_ready_does(void **state) {
    struct fixture *fixture = *state;
    assert_int_equal(fixture_request(fixture, METHOD_GET, "/readyz", NULL), 200);
    fixture_serve(fixture, NULL);
    assert_int_equal(fixture_request(fixture, METHOD_GET, "/livez", NULL), 200);
    assert_int_equal(fixture_request(fixture, METHOD_GET, "/healthz", NULL), 200);
    assert_int_equal(fixture_request(fixture, METHOD_GET, "/readyz", NULL), 503);
    assert_int_equal(fixture_request(fixture, METHOD_GET, "/model", NULL), 503);
    assert_int_equal(fixture_request(fixture, METHOD_GET, "/version", NULL), 200);
    assert_true(fixture_body_has(fixture, "\"model\":null"));
}

static void draining_is_not_ready_but_serves(void **state) {
    struct fixture *fixture = *state;
    atomic_store(&fixture->app.draining, true);
    assert_int_equal(fixture_request(fixture, METHOD_GET, "/readyz", NULL), 503);
    assert_int_equal(fixture_request(fixture, METHOD_GET, "/livez", NULL), 200);
    assert_int_equal(fixture_post(fixture, "/predict", "{\"business_type\":\"Legal\",\"business_size\":\"1-9\"}"), 200);
}

static void the_model_shows_its_inputs_packages_and_card(void **state) {
    struct fixture *fixture = *state;
    assert_int_equal(fixture_request(fixture, METHOD_GET, "/model?x=1", NULL), 200);
    assert_true(fixture_body_has(fixture, "{\"version\":7,\"sha256\":\"0123\",\"inputs\":[{\"name\":\"business_type\","
                                          "\"kind\":\"categorical\",\"levels\":[\"Medical\",\"Dental\","));
    assert_true(fixture_body_has(fixture, "\"packages\":[{\"name\":\"Business\",\"price\":150.0}"));
    assert_true(fixture_body_has(fixture, "\"card\":{\"rows\":3}"));
}

static void a_listed_website_may_read_the_answer(void **state) {
    struct fixture *fixture = *state;
    fixture->app.cors.origins = "https://a.example,https://shop.example";
    fixture_header(fixture, HEADER_ORIGIN, "https://shop.example");
    fixture_request(fixture, METHOD_GET, "/livez", NULL);
    assert_string_equal(response_find_header(&fixture->response, "Access-Control-Allow-Origin"),
                        "https://shop.example");
    assert_string_equal(response_find_header(&fixture->response, "Access-Control-Expose-Headers"),
                        "X-Model-Version, X-Request-Id, X-Prediction-Warning, Retry-After");
    assert_string_equal(response_find_header(&fixture->response, "Vary"), "Origin");
}

static void another_website_may_not(void **state) {
    static const char *const others[] = {"https://evil.example", "https://shop.example.evil.example", "null", ""};
    struct fixture *fixture = *state;
    fixture->app.cors.origins = "https://a.example,https://shop.example";
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        fixture_header(fixture, HEADER_ORIGIN, others[i]);
        assert_int_equal(fixture_request(fixture, METHOD_GET, "/livez", NULL), 200);
        assert_null(response_find_header(&fixture->response, "Access-Control-Allow-Origin"));
        assert_string_equal(response_find_header(&fixture->response, "Vary"), "Origin");
    }
}

static void an_origin_in_the_list_may_have_capitals(void **state) {
    struct fixture *fixture = *state;
    fixture->app.cors.origins = "https://WWW.Shop.example";
    fixture_header(fixture, HEADER_ORIGIN, "https://www.shop.example"); /* as browsers write it */
    fixture_request(fixture, METHOD_GET, "/livez", NULL);
    assert_string_equal(response_find_header(&fixture->response, "Access-Control-Allow-Origin"),
                        "https://www.shop.example");
}

static void a_preflight_reports_methods_and_headers(void **state) {
    struct fixture *fixture = *state;
    fixture->app.cors.origins = "https://shop.example";
    fixture_header(fixture, HEADER_ORIGIN, "https://shop.example");
    fixture_header(fixture, HEADER_PREFLIGHT_METHOD, "POST");
    assert_int_equal(fixture_request(fixture, METHOD_OPTIONS, "/predict", NULL), 204);
    assert_string_equal(response_find_header(&fixture->response, "Access-Control-Allow-Methods"), "POST, OPTIONS");
    assert_string_equal(response_find_header(&fixture->response, "Access-Control-Allow-Origin"),
                        "https://shop.example");
    assert_non_null(strstr(response_find_header(&fixture->response, "Access-Control-Allow-Headers"), "Content-Type"));

    fixture_header(fixture, HEADER_ORIGIN, "https://evil.example");
    fixture_header(fixture, HEADER_PREFLIGHT_METHOD, "POST");
    assert_int_equal(fixture_request(fixture, METHOD_OPTIONS, "/predict", NULL), 403);
}

static void origins_must_be_origins(void **state) {
    (void)state;
    assert_true(cors_valid(NULL));
    assert_true(cors_valid("*"));
    assert_true(cors_valid("https://a.example,http://localhost:3000"));
    assert_false(cors_valid("https://a.example/"));
    assert_false(cors_valid("a.example"));
    assert_false(cors_valid("https://a.example, https://b.example"));
    assert_false(cors_valid("https://"));
}

int main(void) {
#define WITH_MODEL(test) cmocka_unit_test_setup_teardown(test, fixture_with_model, fixture_done)
    const struct CMUnitTest tests[] = {
        WITH_MODEL(an_unknown_path_is_404),
        WITH_MODEL(the_error_of_an_unknown_path_quotes_it_if_it_is_visible_ascii),
        WITH_MODEL(a_known_path_with_another_method_is_405_with_allow),
        WITH_MODEL(head_is_answered_like_get),
        WITH_MODEL(alive_does_not_depend_on_a_model_but_ready_does),
        WITH_MODEL(draining_is_not_ready_but_serves),
        WITH_MODEL(the_model_shows_its_inputs_packages_and_card),
        WITH_MODEL(a_listed_website_may_read_the_answer),
        WITH_MODEL(another_website_may_not),
        WITH_MODEL(an_origin_in_the_list_may_have_capitals),
        WITH_MODEL(a_preflight_reports_methods_and_headers),
        cmocka_unit_test(origins_must_be_origins),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
