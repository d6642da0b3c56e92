/* formspree_pull_test.c - a form's submissions page by page, whatever moves meanwhile. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "services/common/worker/log.h"
#include "services/sync/formspree_pull.h"
#include "tests/unit/sync/fake_http.h"
#include "tests/unit/sync/record_sink_fixture.h"

static struct fake fake;
static struct http http;

static bool pull(void) {
    struct json_client client = {&http, "https://formspree.example", "formkey", NULL, 0};
    struct formspree_pull one = {.form = "abc", .overlap_s = 60};
    return formspree_pull(&one, &client, &sink, &err);
}

/* Submissions number `from` to `to`, one a minute. */
static void answer(int from, int to) {
    json_t *list = json_array();
    for (int i = from; i <= to; i++)
        json_array_append_new(
            list, json_pack("{s:o, s:o, s:{s:i}}", "_date", json_sprintf("2026-05-01T%02d:%02d:00.5", i / 60, i % 60),
                            "email", json_sprintf("p%d@example.com", i), "_status", "asked", (int)fake.answers));
    json_t *page = json_pack("{s:[s], s:o}", "fields", "email", "submissions", list);
    char *text = json_dumps(page, 0);
    fake_answer(&fake, 200, text);
    free(text);
    json_decref(page);
}

static void pages_overlap_and_end_with_one_that_leads_nowhere(void **state) {
    (void)state;
    http = fake_http(&fake);
    answer(0, 99);
    answer(95, 139);
    answer(135, 139);
    assert_true(pull());
    assert_string_equal(fake.url[0],
                        "https://formspree.example/api/0/forms/abc/submissions?order=asc&limit=100&offset=0");
    assert_non_null(strstr(fake.url[1], "offset=95"));
    assert_non_null(strstr(fake.url[2], "offset=135"));
    assert_int_equal(inbox_count("@example.com"), 140);
    assert_int_equal(inbox_count("{\"form\":\"abc\",\"submission\":{"), 140);
    assert_int_equal(inbox_count("_status"), 0);
}

static void submissions_deleted_between_two_pages_hide_no_others(void **state) {
    (void)state;
    http = fake_http(&fake);
    answer(0, 99);
    answer(97, 105); /* two of the first were deleted, so place 95 is number 97 now */
    answer(101, 105);
    assert_true(pull());
    assert_int_equal(inbox_count("@example.com"), 106);
}

static void the_next_pull_begins_before_the_last_submission(void **state) {
    (void)state;
    http = fake_http(&fake);
    answer(0, 3);
    assert_true(pull());
    assert_true(intake_again(NOON));
    answer(2, 4);
    assert_true(pull());
    assert_non_null(strstr(fake.url[1], "since=2026-05-01T00%3A02%3A00"));
    assert_int_equal(inbox_count("@example.com"), 5);
    assert_int_equal(sink.counts.duplicates, 2);
}

static void an_interrupted_pull_goes_on_from_the_last_submission_taken(void **state) {
    (void)state;
    http = fake_http(&fake);
    answer(0, 99);
    assert_false(pull());
    assert_true(err.retryable);
    assert_true(intake_again(NOON));
    http = fake_http(&fake);
    answer(98, 101);
    assert_true(pull());
    assert_non_null(strstr(fake.url[0], "offset=0&since=2026-05-01T01%3A38%3A00"));
    assert_int_equal(inbox_count("@example.com"), 102);
}

static void an_api_that_ignores_the_offset_does_not_loop(void **state) {
    (void)state;
    http = fake_http(&fake);
    answer(0, 99);
    json_t *same = json_loads(fake.answer[0].body, 0, NULL);
    char *text = json_dumps(same, 0);
    fake_answer(&fake, 200, text);
    free(text);
    json_decref(same);
    assert_false(pull());
    assert_non_null(strstr(err.text, "twice"));
}

static void the_newest_first_is_rejected_because_the_cursor_would_pass_the_rest(void **state) {
    (void)state;
    http = fake_http(&fake);
    fake_answer(&fake, 200,
                "{\"submissions\":[{\"_date\":\"2026-05-02T00:00:00\"},{\"_date\":\"2026-05-01T00:00:00\"}]}");
    assert_false(pull());
    assert_int_equal(inbox_count(""), 0);
}

static void half_a_surrogate_pair_stops_nobody_else(void **state) {
    (void)state;
    http = fake_http(&fake);
    fake_answer(&fake, 200,
                "{\"submissions\":[{\"name\":\"\\ud83d\\ude00 \\uD83D \\\\ud83d "
                "\\udE00\",\"nul\":\"\\u0000\"},{\"name\":\"next\"}]}");
    assert_true(pull());
    assert_int_equal(inbox_count("\xF0\x9F\x98\x80 \xEF\xBF\xBD \\\\ud83d \xEF\xBF\xBD"), 1);
    assert_int_equal(inbox_count("next"), 1);
}

static void what_is_no_page_is_rejected(void **state) {
    (void)state;
    static const char *const answers[] = {"{}", "{\"submissions\":{}}", "{\"submissions\":[1]}",
                                          "{\"submissions\":[null]}", ""};
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        http = fake_http(&fake);
        fake_answer(&fake, 200, answers[i]);
        assert_false(pull());
        assert_false(err.retryable);
        assert_int_equal(inbox_count(""), 0);
    }
}

static void an_id_of_a_form_is_letters_and_digits(void **state) {
    (void)state;
    assert_true(formspree_form_valid("mvzvldzo"));
    assert_false(formspree_form_valid(""));
    assert_false(formspree_form_valid("../x"));
    assert_false(formspree_form_valid("a?b"));
}

#define PULL(test) cmocka_unit_test_setup_teardown(test, intake_fresh, intake_end)

int main(void) {
    const struct CMUnitTest tests[] = {
        PULL(pages_overlap_and_end_with_one_that_leads_nowhere),
        PULL(submissions_deleted_between_two_pages_hide_no_others),
        PULL(the_next_pull_begins_before_the_last_submission),
        PULL(an_interrupted_pull_goes_on_from_the_last_submission_taken),
        PULL(an_api_that_ignores_the_offset_does_not_loop),
        PULL(the_newest_first_is_rejected_because_the_cursor_would_pass_the_rest),
        PULL(half_a_surrogate_pair_stops_nobody_else),
        PULL(what_is_no_page_is_rejected),
        cmocka_unit_test(an_id_of_a_form_is_letters_and_digits),
    };
    setenv("LOG_LEVEL", "error", 1);
    log_open("test", NULL);
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
