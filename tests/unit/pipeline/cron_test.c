/* cron_test.c - times of a crontab: which are understood, and when they come next. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "services/pipeline/cron.h"

static void assert_next(const char *cron, const char *after, const char *expected) {
    struct cron c;
    unix_time from;
    char text[UNIX_TIME_TEXT];
    assert_true(cron_parse(&c, cron));
    assert_true(unix_time_parse(after, &from));
    unix_time_format(cron_next(&c, from), text);
    assert_string_equal(text, expected);
}

static void every_night_is_the_next_night(void **state) {
    (void)state;
    assert_next("0 2 * * *", "2026-05-01T01:59:59Z", "2026-05-01T02:00:00Z");
    assert_next("0 2 * * *", "2026-05-01T02:00:00Z", "2026-05-02T02:00:00Z");
    assert_next("@daily", "2026-12-31T00:00:00Z", "2027-01-01T00:00:00Z");
}

static void lists_ranges_and_steps_are_understood(void **state) {
    (void)state;
    assert_next("15,45 * * * *", "2026-05-01T10:15:00Z", "2026-05-01T10:45:00Z");
    assert_next("*/20 8-18/5 * * *", "2026-05-01T08:40:00Z", "2026-05-01T13:00:00Z");
    assert_next("5/30 * * * *", "2026-05-01T10:05:30Z", "2026-05-01T10:35:00Z");
    assert_next("0 6 * 3-5,12 *", "2026-05-31T07:00:00Z", "2026-12-01T06:00:00Z");
}

static void weekdays_begin_and_end_with_sunday(void **state) {
    (void)state;
    assert_next("0 3 * * 0", "2026-05-01T00:00:00Z", "2026-05-03T03:00:00Z");
    assert_next("0 3 * * 7", "2026-05-01T00:00:00Z", "2026-05-03T03:00:00Z");
    assert_next("0 3 * * 1-5", "2026-05-01T03:00:00Z", "2026-05-04T03:00:00Z");
}

static void of_two_restricted_days_either_will_do(void **state) {
    (void)state;
    assert_next("0 0 13 * 5", "2026-05-02T00:00:00Z", "2026-05-08T00:00:00Z");
    assert_next("0 0 13 * 5", "2026-05-08T00:00:00Z", "2026-05-13T00:00:00Z");
}

static void the_29th_of_february_is_waited_for_and_the_30th_is_not(void **state) {
    (void)state;
    struct cron c;
    assert_next("0 0 29 2 *", "2026-01-01T00:00:00Z", "2028-02-29T00:00:00Z");
    assert_true(cron_parse(&c, "0 0 30 2 *"));
    assert_true(cron_next(&c, 0) == CRON_NEVER);
    assert_true(cron_parse(&c, "never"));
    assert_true(cron_next(&c, 0) == CRON_NEVER);
}

static void what_is_no_time_is_refused(void **state) {
    (void)state;
    static const char *const wrong[] = {"",
                                        "2",
                                        "0 2 * *",
                                        "0 2 * * * *",
                                        "60 * * * *",
                                        "0 24 * * *",
                                        "0 0 0 * *",
                                        "0 0 * 13 *",
                                        "0 0 * * 8",
                                        "5-1 * * * *",
                                        "*/0 * * * *",
                                        "a * * * *",
                                        "1,,2 * * * *",
                                        "1, * * * *",
                                        "-1 * * * *",
                                        "@yearlyish",
                                        "99999999999999999999 * * * *"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct cron c;
        if (cron_parse(&c, wrong[i]))
            fail_msg("\"%s\" was understood", wrong[i]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_night_is_the_next_night),
        cmocka_unit_test(lists_ranges_and_steps_are_understood),
        cmocka_unit_test(weekdays_begin_and_end_with_sunday),
        cmocka_unit_test(of_two_restricted_days_either_will_do),
        cmocka_unit_test(the_29th_of_february_is_waited_for_and_the_30th_is_not),
        cmocka_unit_test(what_is_no_time_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
