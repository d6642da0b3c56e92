/* run_schedule_test.c - when a run is due: after data came to rest, at night, and again when it should be tried later.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "services/pipeline/run_schedule.h"

static const struct run_schedule_times times = {
    .quiet = 30, .retry = 10, .max_retry = 60, .nightly = {1, 1 << 2, ~1u, ~1u, 127, true, true}}; /* 0 2 * * * */
static const unix_time noon = 1750000000 / 86400 * 86400 + 12 * 3600;

static bool due(const struct run_schedule *s, unix_time now, double seconds, const char *reason) {
    const char *why = run_schedule_due(s, now, seconds);
    return reason == NULL ? why == NULL : why != NULL && strcmp(why, reason) == 0;
}

static void an_empty_volume_is_left_in_peace_even_at_night(void **state) {
    (void)state;
    struct run_schedule s;
    run_schedule_begin(&s, &times, noon);
    run_schedule_observe(&s, 0, 0);
    assert_true(due(&s, noon + 86400, 1000, NULL));
}

static void data_are_taken_in_once_they_are_quiet(void **state) {
    (void)state;
    struct run_schedule s;
    run_schedule_begin(&s, &times, noon);
    run_schedule_observe(&s, 1, 0);
    run_schedule_observe(&s, 2, 20);
    run_schedule_observe(&s, 2, 49);
    assert_true(due(&s, noon, 49, NULL));
    assert_true(due(&s, noon, 50, "data arrived"));
    run_schedule_started(&s, noon);
    run_schedule_observe(&s, 2, 500);
    assert_true(due(&s, noon, 500, NULL));
}

static void data_that_never_rest_are_taken_in_nevertheless(void **state) {
    (void)state;
    struct run_schedule s;
    run_schedule_begin(&s, &times, noon);
    for (unsigned i = 0; i < 30; i++)
        run_schedule_observe(&s, 1 + i, 10 * i);
    assert_true(due(&s, noon, 299, NULL));
    assert_true(due(&s, noon, 300, "data arrived"));
}

static void a_clock_that_is_set_back_makes_no_night_wait(void **state) {
    (void)state;
    struct run_schedule s;
    run_schedule_begin(&s, &times, noon + (unix_time)4000 * 86400);
    run_schedule_observe(&s, 1, 0);
    run_schedule_started(&s, noon + (unix_time)4000 * 86400);
    assert_true(due(&s, noon + (unix_time)4000 * 86400 - 60, 60, NULL)); /* a minute is corrected every day */
    assert_true(due(&s, noon, 60, "nightly"));
    run_schedule_started(&s, noon);
    assert_true(due(&s, noon, 60, NULL));
    assert_true(due(&s, noon + 14 * 3600, 60, "nightly"));
}

static void without_a_night_a_clock_that_is_set_back_starts_nothing(void **state) {
    (void)state;
    struct run_schedule s;
    struct run_schedule_times never = times;
    never.nightly = (struct cron){0};
    run_schedule_begin(&s, &never, noon + (unix_time)4000 * 86400);
    run_schedule_observe(&s, 1, 0);
    run_schedule_started(&s, noon + (unix_time)4000 * 86400);
    assert_true(due(&s, noon, 60, NULL));
}

static void what_arrives_during_a_run_is_taken_in_by_the_next(void **state) {
    (void)state;
    struct run_schedule s;
    run_schedule_begin(&s, &times, noon);
    run_schedule_observe(&s, 1, 0);
    run_schedule_started(&s, noon);
    run_schedule_observe(&s, 2, 5);
    run_schedule_ended(&s, EXIT_DONE, 10);
    assert_true(due(&s, noon, 35, "data arrived"));
}

static void a_nightly_run_is_due_once_a_night(void **state) {
    (void)state;
    struct run_schedule s;
    run_schedule_begin(&s, &times, noon);
    run_schedule_observe(&s, 1, 0);
    run_schedule_started(&s, noon);
    run_schedule_ended(&s, EXIT_DONE, 1);
    unix_time night = noon + 14 * 3600;
    assert_true(due(&s, night - 1, 100, NULL));
    assert_true(due(&s, night, 100, "nightly"));
    run_schedule_started(&s, night + 7);
    run_schedule_ended(&s, EXIT_NOTHING_TO_DO, 200);
    assert_true(due(&s, night + 86399, 300, NULL));
    assert_true(due(&s, night + 86400, 300, "nightly"));
}

static void a_run_to_be_tried_later_is_tried_with_growing_backoff(void **state) {
    (void)state;
    struct run_schedule s;
    run_schedule_begin(&s, &times, noon);
    run_schedule_observe(&s, 1, 0);
    double now = 100;
    const double waits[] = {10, 20, 40, 60, 60};
    for (size_t i = 0; i < 5; i++) {
        run_schedule_started(&s, noon);
        run_schedule_ended(&s, EXIT_TEMPFAIL, now);
        assert_true(due(&s, noon, now + waits[i] - 0.5, NULL));
        assert_true(due(&s, noon, now + waits[i], "retry"));
        now += waits[i];
    }
    run_schedule_started(&s, noon);
    run_schedule_ended(&s, EXIT_DONE, now);
    assert_true(due(&s, noon, now + 10000, NULL));
}

static void bad_data_wait_for_new_data(void **state) {
    (void)state;
    struct run_schedule s;
    run_schedule_begin(&s, &times, noon);
    run_schedule_observe(&s, 1, 0);
    run_schedule_started(&s, noon);
    run_schedule_ended(&s, EXIT_DATAERR, 10);
    assert_true(due(&s, noon, 10000, NULL));
    run_schedule_observe(&s, 2, 10000);
    assert_true(due(&s, noon, 10030, "data arrived"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_volume_is_left_in_peace_even_at_night),
        cmocka_unit_test(data_are_taken_in_once_they_are_quiet),
        cmocka_unit_test(data_that_never_rest_are_taken_in_nevertheless),
        cmocka_unit_test(a_clock_that_is_set_back_makes_no_night_wait),
        cmocka_unit_test(without_a_night_a_clock_that_is_set_back_starts_nothing),
        cmocka_unit_test(what_arrives_during_a_run_is_taken_in_by_the_next),
        cmocka_unit_test(a_nightly_run_is_due_once_a_night),
        cmocka_unit_test(a_run_to_be_tried_later_is_tried_with_growing_backoff),
        cmocka_unit_test(bad_data_wait_for_new_data),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
