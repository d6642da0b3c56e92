/* retry_test.c - what passes is waited for, what does not is told at once, and patience ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "services/common/worker/log.h"
#include "services/sync/retry.h"
#include "tests/unit/sync/fake_http.h"

static struct fake fake;
static struct http http;
static struct error err;
static const struct http_request request = {.url = "https://api.example/v1?secret=1", .key = "key"};

static bool ask(double max_wait_s, long *status) {
    struct http_response response = {0};
    bool answered = retry_get(&http, &request, "https://api.example/v1", max_wait_s, &response, &err);
    *status = response.status;
    http_response_done(&response);
    return answered;
}

static void an_answer_is_given_at_once(void **state) {
    (void)state;
    long status;
    http = fake_http(&fake);
    fake_answer(&fake, 200, "{}");
    assert_true(ask(60, &status));
    assert_int_equal(status, 200);
    assert_int_equal(fake.waits, 0);
}

static void a_rejection_is_not_tried_again(void **state) {
    (void)state;
    long refusals[] = {301, 400, 401, 403, 404, 422}, status;
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        http = fake_http(&fake);
        fake_answer(&fake, refusals[i], "");
        assert_true(ask(60, &status));
        assert_int_equal(status, refusals[i]);
        assert_int_equal(fake.asked, 1);
    }
}

static void what_passes_is_tried_again_after_twice_the_time(void **state) {
    (void)state;
    long status;
    http = fake_http(&fake);
    fake_answer(&fake, 500, "");
    fake_answer(&fake, 503, "");
    fake.answer[fake.answers++].outcome = HTTP_UNREACHABLE;
    fake_answer(&fake, 408, "");
    fake_answer(&fake, 200, "{}");
    assert_true(ask(60, &status));
    assert_int_equal(fake.waits, 4);
    for (size_t i = 0; i < 4; i++) {
        double most = 0.5 * (double)(1 << i);
        assert_true(fake.most_s[i] == most);
        assert_true(fake.least_s[i] == most / 2);
    }
}

static void a_server_that_says_when_is_not_asked_earlier(void **state) {
    (void)state;
    long status;
    http = fake_http(&fake);
    fake_answer(&fake, 429, "");
    fake.answer[0].retry_after_s = 7;
    fake_answer(&fake, 200, "{}");
    assert_true(ask(60, &status));
    assert_true(fake.least_s[0] == 7);
    assert_true(fake.most_s[0] > 7 && fake.most_s[0] < 9);
}

static void backoff_ends_within_its_bound(void **state) {
    (void)state;
    long status;
    http = fake_http(&fake);
    assert_false(ask(20, &status));
    double waited = 0;
    for (size_t i = 0; i < fake.waits; i++)
        waited += fake.most_s[i];
    assert_true(waited <= 20 && waited > 10);
    assert_true(err.retryable);
    assert_non_null(strstr(err.text, "nobody there"));
}

static void a_pause_beyond_the_backoff_is_not_begun(void **state) {
    (void)state;
    long status;
    http = fake_http(&fake);
    fake_answer(&fake, 429, "");
    fake.answer[0].retry_after_s = 3600;
    assert_false(ask(60, &status));
    assert_int_equal(fake.waits, 0);
    assert_true(err.retryable);
}

static void too_large_an_answer_fails_for_good(void **state) {
    (void)state;
    long status;
    http = fake_http(&fake);
    fake.answer[fake.answers++].outcome = HTTP_TOO_LARGE;
    assert_false(ask(60, &status));
    assert_int_equal(fake.asked, 1);
    assert_false(err.retryable);
}

static void errors_leave_out_the_parameters(void **state) {
    (void)state;
    long status;
    http = fake_http(&fake);
    assert_false(ask(0, &status));
    assert_null(strstr(err.text, "secret"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_is_given_at_once),
        cmocka_unit_test(a_rejection_is_not_tried_again),
        cmocka_unit_test(what_passes_is_tried_again_after_twice_the_time),
        cmocka_unit_test(a_server_that_says_when_is_not_asked_earlier),
        cmocka_unit_test(backoff_ends_within_its_bound),
        cmocka_unit_test(a_pause_beyond_the_backoff_is_not_begun),
        cmocka_unit_test(too_large_an_answer_fails_for_good),
        cmocka_unit_test(errors_leave_out_the_parameters),
    };
    setenv("LOG_LEVEL", "error", 1);
    log_open("test", NULL);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
