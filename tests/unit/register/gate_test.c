/* gate_test.c - what the gate lets through, what it holds, and why it says so. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "services/register/gate.h"

static const struct gate_settings settings = {
    .confidence = 0.95, .cells_margin = 0.02, .accuracy_margin = 0.02, .brier_margin = 0.01, .new_rows = 100};

/* A challenger that passes everything: 1,000 rows, a gain of 0.02 with a standard error of 0.005. */
static struct gate_numbers good(void) {
    struct gate_numbers n = {.card_log_loss = 0.8,
                             .majority_log_loss = 1.3,
                             .cells_log_loss = 0.81,
                             .has_champion = true,
                             .measured = {.challenger = {1000, 0.70, 0.80, 0.40, 0.02},
                                          .champion = {1000, 0.69, 0.82, 0.41, 0.02},
                                          .gain = {1000, 0.02, 0.005 * 0.005 * 1000 * 999}}};
    return n;
}

static void decides(const struct gate_numbers *n, enum gate_verdict verdict, const char *why) {
    struct gate_answer answer = gate_decide(n, &settings);
    assert_int_equal(answer.verdict, verdict);
    if (strstr(answer.reason, why) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", answer.reason, why);
}

static void a_first_model_that_beats_the_floors_is_promoted(void **state) {
    (void)state;
    struct gate_numbers n = good();
    n.has_champion = false;
    decides(&n, GATE_PROMOTE, "the first model");
}

static void a_model_that_misses_a_floor_is_rejected_first_or_not(void **state) {
    (void)state;
    struct gate_numbers n = good();
    n.has_champion = false;
    n.majority_log_loss = 0.8;
    decides(&n, GATE_REJECT, "does not beat the class shares");
    n = good();
    n.cells_log_loss = 0.77;
    decides(&n, GATE_REJECT, "worse than counting by cell");
    n.cells_log_loss = NAN;
    decides(&n, GATE_REJECT, "worse than counting by cell");
}

static void a_card_that_tells_other_numbers_than_measured_is_rejected(void **state) {
    (void)state;
    struct gate_numbers n = good();
    n.card_log_loss = 0.79;
    decides(&n, GATE_REJECT, "its card says 0.7900");
}

static void a_surely_better_challenger_is_promoted(void **state) {
    (void)state;
    struct gate_numbers n = good();
    decides(&n, GATE_PROMOTE, "gain in log-loss 0.0200, 95 % bound 0.0118");
}

static void a_perhaps_better_challenger_is_rejected(void **state) {
    (void)state;
    struct gate_numbers n = good();
    n.measured.gain.mean = 0.008; /* 1.6 standard errors; 1.645 are needed */
    decides(&n, GATE_REJECT, "not surely above zero");
    n.measured.gain.mean = 0.0083;
    decides(&n, GATE_PROMOTE, "gain in log-loss");
}

static void better_log_loss_does_not_pay_for_worse_accuracy_or_brier_score(void **state) {
    (void)state;
    struct gate_numbers n = good();
    n.measured.challenger.accuracy = 0.66;
    decides(&n, GATE_REJECT, "accuracy 0.6600 is worse");
    n = good();
    n.measured.challenger.brier = 0.43;
    decides(&n, GATE_REJECT, "Brier score 0.4300 is worse");
}

static void the_same_hold_out_is_not_asked_again(void **state) {
    (void)state;
    struct gate_numbers n = good();
    n.compared_before = true;
    n.new_rows = 99;
    decides(&n, GATE_POSTPONE, "99 purchases are new since the last comparison; 100 are needed");
    n.new_rows = 100;
    decides(&n, GATE_PROMOTE, "gain");
    n.same_holdout = true;
    decides(&n, GATE_POSTPONE, "0 purchases are new");
}

static void a_champion_that_may_know_the_hold_out_is_not_compared_with(void **state) {
    (void)state;
    struct gate_numbers n = good();
    n.champion_may_know = true;
    decides(&n, GATE_POSTPONE, "as late as this hold-out's");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_first_model_that_beats_the_floors_is_promoted),
        cmocka_unit_test(a_model_that_misses_a_floor_is_rejected_first_or_not),
        cmocka_unit_test(a_card_that_tells_other_numbers_than_measured_is_rejected),
        cmocka_unit_test(a_surely_better_challenger_is_promoted),
        cmocka_unit_test(a_perhaps_better_challenger_is_rejected),
        cmocka_unit_test(better_log_loss_does_not_pay_for_worse_accuracy_or_brier_score),
        cmocka_unit_test(the_same_hold_out_is_not_asked_again),
        cmocka_unit_test(a_champion_that_may_know_the_hold_out_is_not_compared_with),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
