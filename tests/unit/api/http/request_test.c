/* request_test.c - targets, headers and the gate: what a request must look like to be believed. */
#include "tests/unit/api/fixture.h"

#include "services/api/http/header_check.h"

static void a_path_is_decoded_and_parted_from_its_query(void **state) {
    struct request request;
    (void)state;
    assert_int_equal(request_set_target(&request, "/%70redict?details=1&x=%00"), 0);
    assert_string_equal(request.path, "/predict");
    assert_true(request_query_has(&request, "details=1"));
    assert_false(request_query_has(&request, "details"));
    assert_false(request_query_has(&request, "details=11"));
}

static void an_absolute_target_is_its_path(void **state) {
    struct request request;
    (void)state;
    assert_int_equal(request_set_target(&request, "http://example.org/livez"), 0);
    assert_string_equal(request.path, "/livez");
}

static void targets_that_are_no_paths_are_rejected(void **state) {
    static const char *const targets[] = {"",    "*",        "livez",     "/a%00b", "/a%",   "/a%4",  "/a%zz",
                                          "/a%", "http://h", "ftp://h/a", "/a b",   "/\x01", "/a?b c"};
    struct request request;
    (void)state;
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++)
        if (request_set_target(&request, targets[i]) != 400)
            fail_msg("%s was taken", targets[i]);
}

static void a_long_path_is_414_and_a_long_query_is_not(void **state) {
    struct request request;
    char target[700];
    (void)state;
    memset(target, 'a', sizeof target);
    target[0] = '/';
    target[sizeof target - 1] = '\0';
    assert_int_equal(request_set_target(&request, target), 414);
    target[10] = '?';
    assert_int_equal(request_set_target(&request, target), 0);
    assert_string_equal(request.path, "/aaaaaaaaa");
}

/* ---- the gate ---- */

struct header {
    const char *name, *value;
};

static int check(const char *version, const struct header *header, size_t n) {
    struct header_check check = {0};
    struct request request = {0};
    for (size_t i = 0; i < n; i++)
        header_check_add(&check, &request, header[i].name, strlen(header[i].name), header[i].value,
                         strlen(header[i].value));
    header_check_finish(&check, &request, version, 100);
    return check.status;
}
#define GATE(version, ...)                                                                                             \
    check(version, (const struct header[]){__VA_ARGS__},                                                               \
          sizeof((const struct header[]){__VA_ARGS__}) / sizeof(struct header))

static void usual_requests_pass_the_gate(void **state) {
    (void)state;
    assert_int_equal(GATE("HTTP/1.1", {"Host", "a.example:8000"}, {"Content-Length", "100"}), 0);
    assert_int_equal(GATE("HTTP/1.1", {"host", "[::1]:8000"}, {"transfer-encoding", "Chunked"}), 0);
    assert_int_equal(GATE("HTTP/1.0", {"Accept", "*/*"}), 0);
    assert_int_equal(GATE("HTTP/1.1", {"Host", "a"}, {"X-Twice", "1"}, {"X-Twice", "a\tb"}, {"X-Empty", ""}), 0);
}

static void two_meanings_are_rejected(void **state) {
    (void)state;
    assert_int_equal(GATE("HTTP/1.1", {"Accept", "*/*"}), 400);
    assert_int_equal(GATE("HTTP/1.1", {"Host", "a"}, {"Host", "a"}), 400);
    assert_int_equal(GATE("HTTP/1.1", {"Host", ""}), 400);
    assert_int_equal(GATE("HTTP/1.1", {"Host", "a/b"}), 400);
    assert_int_equal(GATE("HTTP/1.1", {"Host", "a"}, {"Content-Length", "5"}, {"Content-Length", "5"}), 400);
    assert_int_equal(GATE("HTTP/1.1", {"Host", "a"}, {"Content-Length", "5"}, {"Transfer-Encoding", "chunked"}), 400);
    assert_int_equal(
        GATE("HTTP/1.1", {"Host", "a"}, {"Transfer-Encoding", "chunked"}, {"Transfer-Encoding", "chunked"}), 400);
    assert_int_equal(GATE("HTTP/1.1", {"Host", "a"}, {"Transfer-Encoding", "chunked, gzip"}), 400);
    assert_int_equal(GATE("HTTP/1.0", {"Host", "a"}, {"Transfer-Encoding", "chunked"}), 400);
    assert_int_equal(GATE("HTTP/1.1", {"Host", "a"}, {"Transfer-Encoding", "gzip, chunked"}), 501);
    assert_int_equal(GATE("HTTP/1.1", {"Host", "a"}, {"Transfer-Encoding ", "chunked"}), 400);
    assert_int_equal(GATE("HTTP/1.1", {"Host", "a"}, {"Bad Name", "x"}), 400);
    assert_int_equal(GATE("HTTP/1.1", {"Host", "a"}, {"X", "a\rb"}), 400);
}

static void lengths_are_numbers_within_the_limit(void **state) {
    static const struct {
        const char *length;
        int status;
    } cases[] = {{"0", 0},
                 {"100", 0},
                 {"101", 413},
                 {"18446744073709551615", 413},
                 {"9999999999999999999999", 413},
                 {"+5", 400},
                 {"-1", 400},
                 {"5, 5", 400},
                 {"0x10", 400},
                 {"", 400}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(GATE("HTTP/1.1", {"Host", "a"}, {"Content-Length", cases[i].length}), cases[i].status);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_path_is_decoded_and_parted_from_its_query),
        cmocka_unit_test(an_absolute_target_is_its_path),
        cmocka_unit_test(targets_that_are_no_paths_are_rejected),
        cmocka_unit_test(a_long_path_is_414_and_a_long_query_is_not),
        cmocka_unit_test(usual_requests_pass_the_gate),
        cmocka_unit_test(two_meanings_are_rejected),
        cmocka_unit_test(lengths_are_numbers_within_the_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
