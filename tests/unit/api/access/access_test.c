/* access_test.c - keys, rates and whose word about addresses is believed. */
#include "tests/unit/api/fixture.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <time.h>

#include "services/api/http/header_check.h"

static const char dental[] = "{\"business_type\":\"Dental\",\"business_size\":\"10-25\"}";

static void without_keys_anyone_may_predict(void **state) {
    assert_int_equal(fixture_post(*state, "/predict", dental), 200);
}

static void with_keys_only_their_bearers_may(void **state) {
    struct fixture *fixture = *state;
    assert_true(api_keys_parse(&fixture->app.access.keys, "first-key,second-key"));
    assert_int_equal(fixture_post(fixture, "/predict", dental), 401);
    assert_string_equal(response_find_header(&fixture->response, "WWW-Authenticate"), "Bearer");
    fixture_header(fixture, HEADER_AUTHORIZATION, "Bearer second-key");
    assert_int_equal(fixture_post(fixture, "/predict", dental), 200);
    fixture_header(fixture, HEADER_API_KEY, "first-key");
    assert_int_equal(fixture_post(fixture, "/predict", dental), 200);
    static const char *const wrong[] = {"", "first-ke", "first-key ", "first-key,second-key", "FIRST-KEY"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        fixture_header(fixture, HEADER_API_KEY, wrong[i]);
        assert_int_equal(fixture_post(fixture, "/predict", dental), 401);
        assert_false(fixture_body_has(fixture, "first"));
    }
    assert_int_equal(fixture_request(fixture, METHOD_GET, "/livez", NULL), 200);
}

/* The SHA-256 of the first two begin with the same four bytes, those of the others end with them. */
static void a_key_is_compared_whole(void **state) {
    struct fixture *fixture = *state;
    static const char *const alike[][2] = {{"key-8337", "key-15029"}, {"key-68912", "key-197571"}};
    for (size_t i = 0; i < 2; i++) {
        assert_true(api_keys_parse(&fixture->app.access.keys, alike[i][0]));
        fixture_header(fixture, HEADER_API_KEY, alike[i][0]);
        assert_int_equal(fixture_post(fixture, "/predict", dental), 200);
        fixture_header(fixture, HEADER_API_KEY, alike[i][1]);
        assert_int_equal(fixture_post(fixture, "/predict", dental), 401);
    }
}

static void keys_may_be_set_apart_by_spaces_too(void **state) {
    struct fixture *fixture = *state;
    assert_true(api_keys_parse(&fixture->app.access.keys, " first key, second-key,\n,third-key\n"));
    assert_int_equal(fixture->app.access.keys.count, 3);
    static const char *const keys[] = {"first key", "second-key", "third-key"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        fixture_header(fixture, HEADER_API_KEY, keys[i]);
        assert_int_equal(fixture_post(fixture, "/predict", dental), 200);
    }
    fixture_header(fixture, HEADER_API_KEY, "first");
    assert_int_equal(fixture_post(fixture, "/predict", dental), 401);
}

static void a_setting_without_any_key_opens_nothing(void **state) {
    static const char *const empty[] = {",", " ", ",, "};
    struct api_keys keys;
    (void)state;
    assert_true(api_keys_parse(&keys, ""));
    for (size_t i = 0; i < sizeof empty / sizeof *empty; i++)
        assert_false(api_keys_parse(&keys, empty[i]));
}

static void without_an_admin_key_nobody_may_reload(void **state) {
    struct fixture *fixture = *state;
    assert_int_equal(fixture_request(fixture, METHOD_POST, "/-/reload", NULL), 401);
    assert_non_null(strstr(fixture->response.body, "missing or invalid admin key"));
    fixture_header(fixture, HEADER_API_KEY, "");
    assert_int_equal(fixture_request(fixture, METHOD_POST, "/-/reload", NULL), 401);
    api_keys_parse(&fixture->app.access.keys, "first-key");
    fixture_header(fixture, HEADER_API_KEY, "first-key");
    assert_int_equal(fixture_request(fixture, METHOD_POST, "/-/reload", NULL), 401);
}

static void a_key_may_ask_so_often_a_minute(void **state) {
    struct fixture *fixture = *state;
    api_keys_parse(&fixture->app.access.keys, "one,two");
    fixture->options.rate_limit = 3;
    assert_true(rate_limit_open(&fixture->app.access.rate, 3));
    for (int i = 0; i < 4; i++) {
        fixture_header(fixture, HEADER_API_KEY, "one");
        assert_int_equal(fixture_post(fixture, "/predict", dental), i < 3 ? 200 : 429);
    }
    assert_string_equal(response_find_header(&fixture->response, "Retry-After"), "20");
    fixture_header(fixture, HEADER_API_KEY, "two");
    assert_int_equal(fixture_post(fixture, "/predict", dental), 200);
}

static void a_rate_recovers_as_time_passes(void **state) {
    struct rate_limit rate;
    (void)state;
    assert_true(rate_limit_open(&rate, 60));
    for (int i = 0; i < 60; i++)
        assert_int_equal(rate_limit_take(&rate, "a", 1000), 0);
    assert_int_equal(rate_limit_take(&rate, "a", 1000), 1);
    assert_int_equal(rate_limit_take(&rate, "a", 1000.5), 1);
    assert_int_equal(rate_limit_take(&rate, "a", 1001), 0);
    assert_int_equal(rate_limit_take(&rate, "a", 1001), 1);
    assert_int_equal(rate_limit_take(&rate, "b", 1001), 0);
    rate_limit_done(&rate);
}

static void more_clients_than_places_are_still_let_in(void **state) {
    struct rate_limit rate;
    char client[20];
    (void)state;
    assert_true(rate_limit_open(&rate, 60));
    for (int i = 0; i < 50000; i++) {
        snprintf(client, sizeof client, "client %d", i);
        assert_int_equal(rate_limit_take(&rate, client, 1000), 0);
    }
    rate_limit_done(&rate);
}

/* Headers are told apart by '|'. */
static const char *client_of(const char *proxies, const char *peer, const char *forwarded, char out[REQUEST_PEER]) {
    struct trusted_proxies known;
    struct request request = {0};
    struct header_check check = {0};
    char copy[200], *rest = copy;
    assert_true(client_ip_parse_proxies(&known, proxies));
    snprintf(request.peer, sizeof request.peer, "%s", peer);
    snprintf(copy, sizeof copy, "%s", forwarded != NULL ? forwarded : "");
    for (char *one; forwarded != NULL && (one = strsep(&rest, "|")) != NULL;)
        header_check_add(&check, &request, "x-forwarded-for", 15, one, strlen(one));
    return client_ip_of_request(&known, &request, out) ? out : NULL;
}

static void only_our_own_proxies_are_believed(void **state) {
    char out[REQUEST_PEER];
    (void)state;
    assert_null(client_of(NULL, "10.0.0.1", "1.2.3.4", out));
    assert_null(client_of("10.0.0.0/8", "11.0.0.1", "1.2.3.4", out));
    assert_null(client_of("10.0.0.0/8", "10.0.0.1", NULL, out));
    assert_string_equal(client_of("10.0.0.0/8", "10.9.0.1", "1.2.3.4", out), "1.2.3.4");
    assert_string_equal(client_of("10.0.0.0/8,192.168.1.7", "192.168.1.7", "6.6.6.6, 1.2.3.4 ,10.0.0.2", out),
                        "1.2.3.4");
    assert_null(client_of("10.0.0.0/8", "10.0.0.1", "10.0.0.2", out));
    assert_null(client_of("10.0.0.0/8", "10.0.0.1", ", ,", out));
}

static void a_range_of_proxies_may_end_within_a_byte(void **state) {
    char out[REQUEST_PEER];
    (void)state;
    assert_non_null(client_of("100.64.0.0/10", "100.64.0.1", "1.2.3.4", out));
    assert_non_null(client_of("100.64.0.0/10", "100.127.255.255", "1.2.3.4", out));
    assert_null(client_of("100.64.0.0/10", "100.128.0.1", "1.2.3.4", out));
    assert_null(client_of("100.64.0.0/10", "100.63.0.1", "1.2.3.4", out));
    assert_non_null(client_of("10.4.0.0/14", "10.7.0.1", "1.2.3.4", out));
    assert_null(client_of("10.4.0.0/14", "10.8.0.1", "1.2.3.4", out));
    assert_non_null(client_of("fd40::/10", "fd7f::1", "1.2.3.4", out));
    assert_null(client_of("fd40::/10", "fd80::1", "1.2.3.4", out));
}

static void each_proxy_may_add_a_header_of_its_own(void **state) {
    char out[REQUEST_PEER];
    (void)state;
    assert_string_equal(client_of("10.0.0.0/8", "10.0.0.1", "6.6.6.6, 1.2.3.4|10.0.0.2", out), "1.2.3.4");
    assert_string_equal(client_of("10.0.0.0/8", "10.0.0.1", "6.6.6.6|1.2.3.4|10.0.0.3|10.0.0.2", out), "1.2.3.4");
    assert_string_equal(client_of("10.0.0.0/8", "10.0.0.1", "1|2|3|4|5|6|7|8|9|1.2.3.4", out), "1.2.3.4");
}

static void a_client_has_one_name_however_it_is_written(void **state) {
    char out[REQUEST_PEER];
    (void)state;
    assert_string_equal(client_of("10.0.0.0/8", "10.0.0.1", "1.2.3.4:5678", out), "1.2.3.4");
    assert_string_equal(client_of("10.0.0.0/8", "10.0.0.1", "1.2.3.4:5678, 10.0.0.2:80", out), "1.2.3.4");
    assert_string_equal(client_of("10.0.0.0/8", "::ffff:10.0.0.1", "::ffff:1.2.3.4", out), "1.2.3.4");
    assert_string_equal(client_of("fd00::/8", "fd00::1", "2001:db8::1", out), "2001:db8::");
    assert_string_equal(client_of("fd00::/8", "fd00::1", "2001:DB8:0:0:ffff::2, fd00::2", out), "2001:db8::");
    assert_string_equal(client_of("fd00::/8", "fd00::1", "[2001:db8:0:1::1]:99", out), "2001:db8:0:1::");
    assert_string_equal(client_of("10.0.0.0/8", "10.0.0.1", "unknown", out), "unknown");
}

static void ranges_that_are_none_are_rejected(void **state) {
    struct trusted_proxies proxies;
    (void)state;
    static const char *const wrong[] = {"10.0.0", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/8x", "a", "10.0.0.1,,10.0.0.2"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(client_ip_parse_proxies(&proxies, wrong[i]));
}

static void an_unsigned_delivery_is_rejected(void **state) {
    struct fixture *fixture = *state;
    assert_int_equal(fixture_post(fixture, "/webhooks/formspree", "{}"), 503);
    assert_true(fixture_body_has(fixture, "FORMSPREE_WEBHOOK_SECRET is not set"));
    assert_int_equal(fixture_post(fixture, "/webhooks/stripe", "{}"), 503);
    assert_true(fixture_body_has(fixture, "STRIPE_WEBHOOK_SECRET is not set"));
    assert_string_equal(response_find_header(&fixture->response, "Retry-After"), "3600");
    etl_signature_read_secrets(&fixture->webhooks.secrets[ETL_SOURCE_STRIPE], "whsec_a");
    assert_int_equal(fixture_post(fixture, "/webhooks/stripe", "{}"), 401);
    fixture_header(fixture, HEADER_SIGNATURE + (unsigned)ETL_SOURCE_STRIPE, "t=1,v1=00");
    assert_int_equal(fixture_post(fixture, "/webhooks/stripe", "{}"), 401);
    assert_true(fixture_body_has(fixture, "Stripe-Signature"));
}

/* What the sender of a delivery "{}" would write into its header. */
static const char *sign(const char *secret, long long at, char out[120]) {
    char signed_text[40];
    unsigned char sum[32];
    int size = snprintf(signed_text, sizeof signed_text, "%lld.{}", at);
    HMAC(EVP_sha256(), secret, (int)strlen(secret), (unsigned char *)signed_text, (size_t)size, sum, NULL);
    int used = snprintf(out, 120, "t=%lld,v1=", at);
    for (size_t i = 0; i < sizeof sum; i++)
        used += snprintf(out + used, 120 - (size_t)used, "%02x", sum[i]);
    return out;
}

/* Nothing stores them here, so that one that is accepted is told to come again. */
static void a_delivery_is_signed_in_its_senders_header_and_lately(void **state) {
    static const struct {
        const char *path;
        enum etl_source_id source, other;
    } cases[] = {{"/webhooks/stripe", ETL_SOURCE_STRIPE, ETL_SOURCE_FORMSPREE},
                 {"/webhooks/formspree", ETL_SOURCE_FORMSPREE, ETL_SOURCE_STRIPE}};
    struct fixture *fixture = *state;
    long long now = (long long)time(NULL);
    char header[120];
    for (size_t i = 0; i < 2; i++) {
        etl_signature_read_secrets(&fixture->webhooks.secrets[cases[i].source], "whsec_a");
        fixture_header(fixture, HEADER_SIGNATURE + (unsigned)cases[i].source, sign("whsec_a", now - 100, header));
        assert_int_equal(fixture_post(fixture, cases[i].path, "{}"), 503);
        assert_true(fixture_body_has(fixture, "the delivery could not be stored"));
        fixture_header(fixture, HEADER_SIGNATURE + (unsigned)cases[i].other, header);
        assert_int_equal(fixture_post(fixture, cases[i].path, "{}"), 401);
        fixture_header(fixture, HEADER_SIGNATURE + (unsigned)cases[i].source, sign("whsec_a", now - 301, header));
        assert_int_equal(fixture_post(fixture, cases[i].path, "{}"), 401);
    }
}

int main(void) {
#define WITH_MODEL(test) cmocka_unit_test_setup_teardown(test, fixture_with_model, fixture_done)
    const struct CMUnitTest tests[] = {
        WITH_MODEL(without_keys_anyone_may_predict),
        WITH_MODEL(with_keys_only_their_bearers_may),
        WITH_MODEL(a_key_is_compared_whole),
        WITH_MODEL(keys_may_be_set_apart_by_spaces_too),
        cmocka_unit_test(a_setting_without_any_key_opens_nothing),
        WITH_MODEL(without_an_admin_key_nobody_may_reload),
        WITH_MODEL(a_key_may_ask_so_often_a_minute),
        cmocka_unit_test(a_rate_recovers_as_time_passes),
        cmocka_unit_test(more_clients_than_places_are_still_let_in),
        cmocka_unit_test(only_our_own_proxies_are_believed),
        cmocka_unit_test(a_range_of_proxies_may_end_within_a_byte),
        cmocka_unit_test(each_proxy_may_add_a_header_of_its_own),
        cmocka_unit_test(a_client_has_one_name_however_it_is_written),
        cmocka_unit_test(ranges_that_are_none_are_rejected),
        WITH_MODEL(an_unsigned_delivery_is_rejected),
        WITH_MODEL(a_delivery_is_signed_in_its_senders_header_and_lately),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
