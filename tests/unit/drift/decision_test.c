/* Tests of the states: what raises an alarm, what confirms and ends it, what stands in the way of a training. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "services/drift/decision.h"
#include "services/drift/state.h"

enum { DAY = DECISION_DAY };

static const struct decision_rules rules = {.confirm_p = 0.05,
                                            .warn_ratio = 10,
                                            .quiet = 7 * DAY,
                                            .cooldown = 14 * DAY,
                                            .pending = 7 * DAY,
                                            .max_per_month = 2};

static struct decision_findings quiet(unix_time day) {
    return (struct decision_findings){.at = day * DAY, .enough = true, .p = 0.7, .threshold = 0.001, .confirming = 1};
}

static struct decision_findings loud(unix_time day) {
    struct decision_findings f = quiet(day);
    f.p = 0.0001;
    return f;
}

static struct decision_findings confirmed(unix_time day) {
    struct decision_findings f = loud(day);
    f.confirming = 0.001;
    return f;
}

static enum decision_level step(struct decision_state *s, struct decision_findings f) {
    decision_day(s, &f, &rules);
    return s->level;
}

static void quiet_days_are_ok(void **state) {
    (void)state;
    struct decision_state s = {0};
    for (unix_time day = 1; day < 100; day++)
        assert_int_equal(step(&s, quiet(day)), LEVEL_OK);
}

static void what_is_near_the_threshold_is_a_warning(void **state) {
    (void)state;
    struct decision_state s = {0};
    struct decision_findings f = quiet(1);
    f.p = 0.005;
    assert_int_equal(step(&s, f), LEVEL_WARN);
}

static void another_volume_is_a_warning_and_no_more(void **state) {
    (void)state;
    struct decision_state s = {0};
    for (unix_time day = 1; day < 100; day++) {
        struct decision_findings f = quiet(day);
        f.volume = true;
        assert_int_equal(step(&s, f), LEVEL_WARN);
    }
}

static void too_little_data_never_alarm(void **state) {
    (void)state;
    struct decision_state s = {0};
    struct decision_findings f = loud(1);
    f.enough = false;
    assert_int_equal(step(&s, f), LEVEL_OK);
}

static void an_alarm_that_later_days_do_not_confirm_requests_nothing_and_ends(void **state) {
    (void)state;
    struct decision_state s = {0};
    assert_int_equal(step(&s, loud(1)), LEVEL_ALARM);
    assert_int_equal(step(&s, loud(2)), LEVEL_ALARM);
    for (unix_time day = 3; day < 10; day++)
        assert_int_equal(step(&s, quiet(day)), LEVEL_ALARM);
    assert_int_equal(step(&s, quiet(10)), LEVEL_OK);
    assert_int_equal(s.retrain_count, 0);
}

static void an_alarm_that_flickers_has_not_ended(void **state) {
    (void)state;
    struct decision_state s = {0};
    step(&s, loud(1));
    for (unix_time day = 2; day < 60; day++)
        assert_int_equal(step(&s, day % 6 == 0 ? loud(day) : quiet(day)), LEVEL_ALARM);
}

static void a_confirmed_alarm_requests_a_training_until_the_gate_has_decided(void **state) {
    (void)state;
    struct decision_state s = {0};
    step(&s, loud(1));
    assert_int_equal(step(&s, confirmed(8)), LEVEL_RETRAIN);
    assert_int_equal(step(&s, confirmed(9)), LEVEL_RETRAIN);
    assert_int_equal(s.cause, CAUSE_DRIFT);
    assert_int_equal(s.retrain_count, 1);
    assert_true(decision_gate(&s, 9 * DAY + 100, true));
    assert_int_equal(step(&s, quiet(10)), LEVEL_OK);
}

static void a_candidate_of_an_alarm_that_a_person_approves_answers_it(void **state) {
    (void)state;
    struct decision_state s = {0};
    step(&s, loud(1));
    step(&s, confirmed(8));
    decision_await_approval(&s, 8 * DAY + 100);
    assert_int_equal(s.rejections, 1);
    assert_int_equal(step(&s, confirmed(9)), LEVEL_ALARM);
    assert_true(decision_approved(&s, 11 * DAY + 100));
    assert_int_equal(s.rejections, 0);
    assert_int_equal(step(&s, quiet(12)), LEVEL_OK);
    assert_false(decision_approved(&s, 12 * DAY));
}

static void the_approval_of_an_old_champions_successor_keeps_the_reference(void **state) {
    (void)state;
    struct decision_state s = {0};
    struct decision_findings f = quiet(1);
    f.cause[CAUSE_AGE] = true;
    step(&s, f);
    decision_await_approval(&s, DAY);
    assert_false(decision_approved(&s, 2 * DAY));
    assert_int_equal(s.rejections, 0);
}

static void another_promotion_ends_the_wait_for_approval(void **state) {
    (void)state;
    struct decision_state s = {0};
    step(&s, loud(1));
    step(&s, confirmed(8));
    decision_await_approval(&s, 8 * DAY + 100);
    decision_gate(&s, 9 * DAY, true); /* a routine one */
    assert_false(decision_approved(&s, 10 * DAY));
}

static void the_day_of_the_alarm_does_not_confirm_itself(void **state) {
    (void)state;
    struct decision_state s = {0};
    assert_int_equal(step(&s, confirmed(1)), LEVEL_ALARM);
    assert_int_equal(step(&s, confirmed(1)), LEVEL_ALARM);
}

static void a_promotion_before_the_request_answers_nothing(void **state) {
    (void)state;
    struct decision_state s = {0};
    step(&s, loud(1));
    step(&s, confirmed(8));
    assert_false(decision_gate(&s, 8 * DAY - 1, true));
    assert_int_equal(s.level, LEVEL_RETRAIN);
    struct decision_state idle = {0};
    assert_false(decision_gate(&idle, DAY, true));
}

static void each_rejection_doubles_the_wait(void **state) {
    (void)state;
    struct decision_state s = {0};
    unix_time day = 8, retrain_times[3];
    step(&s, loud(1));
    for (int i = 0; i < 3; i++) {
        while (step(&s, confirmed(day)) != LEVEL_RETRAIN)
            day++;
        retrain_times[i] = day;
        assert_false(decision_gate(&s, day * DAY, false));
    }
    assert_int_equal(retrain_times[1] - retrain_times[0], 28);
    assert_int_equal(retrain_times[2] - retrain_times[1], 56);
}

static void a_routine_promotion_makes_the_wait_a_short_one_again(void **state) {
    (void)state;
    struct decision_state s = {0};
    step(&s, loud(1));
    step(&s, confirmed(8));
    decision_gate(&s, 8 * DAY, false);
    decision_gate(&s, 10 * DAY, true);
    for (unix_time day = 11; day < 22; day++)
        assert_int_equal(step(&s, confirmed(day)), LEVEL_ALARM);
    assert_int_equal(step(&s, confirmed(22)), LEVEL_RETRAIN);
}

static void after_a_promotion_there_is_a_cooldown(void **state) {
    (void)state;
    struct decision_state s = {0};
    struct decision_findings f = quiet(1);
    f.cause[CAUSE_ACCURACY] = true;
    assert_int_equal(step(&s, f), LEVEL_RETRAIN);
    decision_gate(&s, DAY, true);
    for (f.at = 2 * DAY; f.at < 15 * DAY; f.at += DAY)
        assert_int_equal(step(&s, f), LEVEL_ALARM);
    assert_non_null(decision_obstacle(&s, 14 * DAY, &rules));
    assert_int_equal(step(&s, f), LEVEL_RETRAIN);
}

static void a_month_has_its_most_requests(void **state) {
    (void)state;
    struct decision_state s = {0};
    struct decision_rules eager = rules;
    eager.cooldown = 0;
    unsigned retrain_count = 0;
    for (unix_time day = 1; day <= 30; day++) {
        struct decision_findings f = quiet(day);
        f.cause[CAUSE_CONCEPT] = true;
        decision_day(&s, &f, &eager);
        retrain_count += s.level == LEVEL_RETRAIN;
        decision_gate(&s, day * DAY, true);
    }
    assert_int_equal(retrain_count, 2);
}

static void a_request_that_nobody_answers_counts_as_rejected(void **state) {
    (void)state;
    struct decision_state s = {0};
    struct decision_findings f = quiet(1);
    f.cause[CAUSE_AGE] = true;
    step(&s, f);
    for (f.at = 2 * DAY; f.at <= 8 * DAY; f.at += DAY)
        assert_int_equal(step(&s, f), LEVEL_RETRAIN);
    step(&s, f);
    assert_int_equal(s.requested_at, 0);
    assert_int_equal(s.rejections, 1);
}

static void only_a_change_makes_a_new_reference(void **state) {
    (void)state;
    assert_true(decision_rebases(CAUSE_DRIFT));
    assert_true(decision_rebases(CAUSE_CONCEPT));
    assert_false(decision_rebases(CAUSE_AGE));
    assert_false(decision_rebases(CAUSE_LABELS));
    assert_true(decision_is_alarm(CAUSE_AGE));
    assert_false(decision_is_alarm(CAUSE_LABELS));
}

static void looking_twice_at_a_day_changes_nothing(void **state) {
    (void)state;
    struct decision_state once = {0}, twice = {0};
    for (unix_time day = 1; day < 40; day++) {
        struct decision_findings f = day % 9 == 0 ? loud(day) : day > 30 ? confirmed(day) : quiet(day);
        step(&once, f);
        step(&twice, f);
        step(&twice, f);
        assert_memory_equal(&once, &twice, sizeof once);
    }
}

/* A year ahead the champion seemed old, a training was asked for and judged. */
static void a_clock_that_was_ahead_does_not_silence_alarms(void **state) {
    (void)state;
    struct state s = {.gate_followed_until = 400 * DAY, .reference_since = 401 * DAY};
    struct decision_findings f = quiet(400);
    f.cause[CAUSE_AGE] = true;
    assert_int_equal(step(&s.decision, f), LEVEL_RETRAIN);
    decision_gate(&s.decision, 400 * DAY + 1, false);
    state_forget_future(&s, 30 * DAY + 5);
    assert_int_equal(s.gate_followed_until, 30 * DAY + 5);
    assert_int_equal(s.reference_since, 31 * DAY);
    for (unix_time day = 31; day < 60; day++)
        step(&s.decision, loud(day));
    assert_int_equal(step(&s.decision, confirmed(60)), LEVEL_RETRAIN);
}

static void what_lies_in_the_past_stays(void **state) {
    (void)state;
    struct state s = {.decision = {.drift_since = 3 * DAY}, .rebased_at = 2 * DAY, .reference_since = 5 * DAY};
    state_forget_future(&s, 4 * DAY + 7); /* rebased: from tomorrow on */
    assert_int_equal(s.decision.drift_since, 3 * DAY);
    assert_int_equal(s.decision.requested_at, 0);
    assert_int_equal(s.rebased_at, 2 * DAY);
    assert_int_equal(s.reference_since, 5 * DAY);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_clock_that_was_ahead_does_not_silence_alarms),
        cmocka_unit_test(what_lies_in_the_past_stays),
        cmocka_unit_test(quiet_days_are_ok),
        cmocka_unit_test(what_is_near_the_threshold_is_a_warning),
        cmocka_unit_test(another_volume_is_a_warning_and_no_more),
        cmocka_unit_test(too_little_data_never_alarm),
        cmocka_unit_test(an_alarm_that_later_days_do_not_confirm_requests_nothing_and_ends),
        cmocka_unit_test(an_alarm_that_flickers_has_not_ended),
        cmocka_unit_test(a_confirmed_alarm_requests_a_training_until_the_gate_has_decided),
        cmocka_unit_test(a_candidate_of_an_alarm_that_a_person_approves_answers_it),
        cmocka_unit_test(the_approval_of_an_old_champions_successor_keeps_the_reference),
        cmocka_unit_test(another_promotion_ends_the_wait_for_approval),
        cmocka_unit_test(the_day_of_the_alarm_does_not_confirm_itself),
        cmocka_unit_test(a_promotion_before_the_request_answers_nothing),
        cmocka_unit_test(each_rejection_doubles_the_wait),
        cmocka_unit_test(a_routine_promotion_makes_the_wait_a_short_one_again),
        cmocka_unit_test(after_a_promotion_there_is_a_cooldown),
        cmocka_unit_test(a_month_has_its_most_requests),
        cmocka_unit_test(a_request_that_nobody_answers_counts_as_rejected),
        cmocka_unit_test(only_a_change_makes_a_new_reference),
        cmocka_unit_test(looking_twice_at_a_day_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
