/* url_query_test.c - where keys may be sent, what can be a key, and how addresses are written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "services/common/util/http.h"
#include "services/sync/url_query.h"

static void keys_go_to_https_and_to_this_machine_alone(void **state) {
    (void)state;
    static const char *const fit[] = {"https://api.stripe.com", "https://proxy.example:8443/stripe",
                                      "http://127.0.0.1:80", "http://localhost:8080", "http://[::1]:1"};
    static const char *const unfit[] = {"http://api.stripe.com",
                                        "http://127.0.0.1.example.com",
                                        "http://127.0.0.1@example.com",
                                        "http://localhost.example.com",
                                        "https://user:word@example.com",
                                        "ftp://127.0.0.1",
                                        "file:///etc/passwd",
                                        "https://example.com?x=1",
                                        "https://example.com#x",
                                        "api.stripe.com",
                                        ""};
    struct error err;
    for (size_t i = 0; i < sizeof fit / sizeof *fit; i++)
        assert_true(http_private_url_valid(fit[i], &err));
    for (size_t i = 0; i < sizeof unfit / sizeof *unfit; i++)
        assert_false(http_private_url_valid(unfit[i], &err));
    assert_true(http_public_url_valid("http://mlflow:5000", &err)); /* where there is no key */
    assert_false(http_public_url_valid("http://user:word@mlflow:5000", &err));
    assert_false(http_public_url_valid("ftp://mlflow", &err));
}

static void a_password_in_an_address_is_not_told(void **state) {
    (void)state;
    static const char *const unfit[] = {"https://user:pass/word@mlflow", "https://model.example?token=password",
                                        "user:password@mlflow:5000", "http://mlflow#password"};
    struct error err;
    for (size_t i = 0; i < sizeof unfit / sizeof *unfit; i++) {
        assert_false(http_private_url_valid(unfit[i], &err));
        assert_null(strstr(err.text, "word"));
        assert_false(http_public_url_valid(unfit[i], &err));
        assert_null(strstr(err.text, "word"));
    }
    assert_false(http_private_url_valid("http://mlflow:5000", &err));
    assert_non_null(strstr(err.text, "http://mlflow:5000"));
}

static void a_key_cannot_hold_another_header(void **state) {
    (void)state;
    assert_true(http_key_valid("sk_test_0123456789"));
    assert_false(http_key_valid("sk_test_0123456789\n"));
    assert_false(http_key_valid("sk test 0123456789"));
    assert_false(http_key_valid("sk_test_\xC3\xA9\xC3\xA9"));
    assert_false(http_key_valid(""));
}

static void parameters_are_encoded(void **state) {
    (void)state;
    struct url_query query;
    url_query_begin(&query, "https://a.example/", "/v1/x");
    url_query_add_text(&query, "types[]", "a b&c=d");
    url_query_add_number(&query, "limit", -5);
    assert_true(query.complete);
    assert_string_equal(query.text, "https://a.example/v1/x?types%5B%5D=a%20b%26c%3Dd&limit=-5");
    assert_int_equal(query.where_size, strlen("https://a.example/v1/x"));
}

static void an_address_that_does_not_fit_is_noticed(void **state) {
    (void)state;
    struct url_query query;
    char value[3000];
    memset(value, '/', sizeof value - 1);
    value[sizeof value - 1] = '\0';
    url_query_begin(&query, "https://a.example", "/");
    url_query_add_text(&query, "x", value);
    assert_false(query.complete);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_go_to_https_and_to_this_machine_alone),
        cmocka_unit_test(a_password_in_an_address_is_not_told),
        cmocka_unit_test(a_key_cannot_hold_another_header),
        cmocka_unit_test(parameters_are_encoded),
        cmocka_unit_test(an_address_that_does_not_fit_is_noticed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
