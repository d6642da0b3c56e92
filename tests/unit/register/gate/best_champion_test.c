/* best_champion_test.c - a champion that was trained on the hold-out's purchases is no measure of a challenger. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "services/register/gate/best_champion.h"

/* 2026-06-01T00:00:00Z */
static const struct feature_table table = {.holdout_from = 1780272000};

static bool may_know(const char *trained_until) {
    json_t *card = trained_until != NULL ? json_pack("{s:s}", "trained_until", trained_until) : json_object();
    bool answer = best_champion_saw_holdout(card, &table);
    json_decref(card);
    return answer;
}

static void training_that_ends_before_the_hold_out_does_not_know_it(void **state) {
    (void)state;
    assert_false(may_know("2026-05-31T23:59:59Z"));
    assert_true(may_know("2026-06-01T00:00:00Z"));
    assert_true(may_know("2026-06-02T00:00:00Z"));
}

static void where_no_end_is_told_it_may(void **state) {
    (void)state;
    assert_true(may_know(NULL));
    assert_true(may_know("yesterday"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(training_that_ends_before_the_hold_out_does_not_know_it),
        cmocka_unit_test(where_no_end_is_told_it_may),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
