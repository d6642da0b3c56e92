/* gate_test.c - what the gate lets through, what it holds, and why it says so. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "services/register/gate/aligned_predict.h"
#include "services/register/gate/gate.h"

static const struct gate_settings routine = {.confidence = 0.95,
                                             .alarm_margin = 0.02,
                                             .frequency_margin = 0.02,
                                             .accuracy_margin = 0.02,
                                             .brier_margin = 0.01,
                                             .ece_margin = 0.03,
                                             .slice_margin = 0.05,
                                             .slice_rows = 30,
                                             .max_disagreement = 0.4,
                                             .new_rows = 100};

/* A challenger that passes everything: 1,000 rows, a gain of 0.02 with a standard error of 0.005. */
static struct gate_numbers good(void) {
    struct gate_numbers n = {.card_log_loss = 0.8,
                             .majority_log_loss = 1.3,
                             .frequency_log_loss = 0.81,
                             .has_champion = true,
                             .measured = {.challenger = {1000, 0.70, 0.80, 0.40, 0.02},
                                          .champion = {1000, 0.69, 0.82, 0.41, 0.02},
                                          .gain = {1000, 0.02, 0.005 * 0.005 * 1000 * 999}}};
    return n;
}

static void decides_by(const struct gate_settings *settings, const struct gate_numbers *n, enum gate_verdict verdict,
                       const char *why) {
    struct gate_decision answer = gate_decide(n, settings);
    assert_int_equal(answer.verdict, verdict);
    if (strstr(answer.reason, why) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", answer.reason, why);
}

static void decides(const struct gate_numbers *n, enum gate_verdict verdict, const char *why) {
    decides_by(&routine, n, verdict, why);
}

static struct gate_settings under_alarm(void) {
    struct gate_settings alarm = routine;
    alarm.alarm = true;
    return alarm;
}

/* As good() on 200 rows, with this calibration error where the champion has 0.06. */
static struct gate_numbers of_few_rows(double ece) {
    struct gate_numbers n = good();
    n.measured.challenger.ece = ece;
    n.measured.champion.ece = 0.06;
    n.measured.gain = (struct paired_diff){200, 0.05, 0.03 * 0.03 * 200 * 199};
    return n;
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
    n.frequency_log_loss = 0.77;
    decides(&n, GATE_REJECT, "worse than counting by cell");
    n.frequency_log_loss = NAN;
    decides(&n, GATE_REJECT, "worse than counting by cell");
}

static void a_card_that_reports_other_numbers_than_measured_is_rejected(void **state) {
    (void)state;
    struct gate_numbers n = good();
    n.card_log_loss = 0.79;
    decides(&n, GATE_REJECT, "its card says 0.7900");
}

static void answers_that_are_no_probabilities_are_rejected(void **state) {
    (void)state;
    struct gate_numbers n = good();
    n.probability_sum_error = 0.01;
    decides(&n, GATE_REJECT, "not probabilities");
    n.probability_sum_error = NAN;
    decides(&n, GATE_REJECT, "not probabilities");
}

static void what_a_row_of_probabilities_misses_is_measured(void **state) {
    (void)state;
    const float good[] = {0.25F, 0.75F, 1, 0}, off[] = {0.25F, 0.75F, 0.5F, 0.25F}, bad[] = {1.5F, -0.5F, NAN, 0};
    assert_true(aligned_predict_sum_error(good, 2, 2) < 1e-7);
    assert_true(fabs(aligned_predict_sum_error(off, 2, 2) - 0.25) < 1e-7);
    assert_true(isnan(aligned_predict_sum_error(bad, 1, 2)));
    assert_true(isnan(aligned_predict_sum_error(bad + 2, 1, 2)));
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

static void better_log_loss_does_not_pay_for_what_got_worse_next_to_it(void **state) {
    (void)state;
    struct gate_numbers n = good();
    n.measured.challenger.accuracy = 0.66;
    decides(&n, GATE_REJECT, "accuracy 0.6600 is worse");
    n = good();
    n.measured.challenger.brier = 0.43;
    decides(&n, GATE_REJECT, "Brier score 0.4300 is worse");
    n = good();
    n.measured.challenger.ece = 0.06;
    decides(&n, GATE_REJECT, "calibration error 0.0600 is worse");
}

static void the_same_hold_out_is_not_asked_again(void **state) {
    (void)state;
    struct gate_numbers n = good();
    n.compared_before = true;
    n.new_rows = 99;
    decides(&n, GATE_DEFER, "99 purchases are new since the last comparison; 100 are needed");
    n.new_rows = 100;
    decides(&n, GATE_PROMOTE, "gain");
    n.same_holdout = true;
    decides(&n, GATE_DEFER, "0 purchases are new");
}

static void a_champion_that_may_know_the_hold_out_is_not_compared_with(void **state) {
    (void)state;
    struct gate_numbers n = good();
    n.champion_saw_holdout = true;
    decides(&n, GATE_DEFER, "as late as this hold-out's");
}

static void under_an_alarm_not_worse_than_a_margin_is_enough(void **state) {
    (void)state;
    struct gate_settings alarm = under_alarm();
    struct gate_numbers n = good();
    n.measured.gain.mean = -0.01; /* bound -0.0182 */
    decides(&n, GATE_REJECT, "not surely above zero");
    decides_by(&alarm, &n, GATE_PROMOTE, "gain in log-loss -0.0100, 95 % bound -0.0182");
    n.measured.gain.mean = -0.012; /* bound -0.0202 */
    decides_by(&alarm, &n, GATE_REJECT, "may be below -0.0200");
}

static void the_interval_has_both_ends(void **state) {
    (void)state;
    struct gate_numbers n = good();
    struct gate_decision answer = gate_decide(&n, &routine);
    assert_true(fabs(answer.low - (0.02 - 1.644854 * 0.005)) < 1e-6);
    assert_true(fabs(answer.high - (0.02 + 1.644854 * 0.005)) < 1e-6);
}

/* A slice of so many rows that loses `loss` with a standard error of `error`. */
static struct comparison_slice losing(const char *name, uint64_t rows, double loss, double error) {
    double count = (double)rows;
    return (struct comparison_slice){
        .name = name, .rows = rows, .gain = {rows, -loss, error * error * count * (count - 1)}};
}

static void no_slice_pays_for_the_others(void **state) {
    (void)state;
    struct gate_numbers n = good();
    struct comparison_slice slices[] = {losing("Legal", 200, -0.1, 0.01), losing("Dental", 200, 0.08, 0.02)};
    n.measured.slices = 2;
    n.measured.slice = slices;
    decides(&n, GATE_REJECT, "Dental loses 0.0800 in log-loss on 200 rows");
    slices[1] = losing("Dental", 200, 0.04, 0.01);
    decides(&n, GATE_PROMOTE, "gain");
}

static void a_slice_s_loss_counts_only_when_it_is_surely_one(void **state) {
    (void)state;
    struct gate_numbers n = good();
    struct comparison_slice slice = losing("Dental", 200, 0.08, 0.06);
    n.measured.slices = 1;
    n.measured.slice = &slice;
    decides(&n, GATE_PROMOTE, "gain");
    slice = losing("Dental", 29, 0.5, 0.02);
    decides(&n, GATE_PROMOTE, "gain");
    slice = losing("Dental", 30, 0.5, 0.02);
    decides(&n, GATE_REJECT, "Dental loses");
}

static void a_challenger_that_changes_most_answers_waits_for_a_person(void **state) {
    (void)state;
    struct gate_settings alarm = under_alarm();
    struct gate_numbers n = good();
    n.disagreement = (struct disagreement){.requests = 100, .requests_changed = 40};
    decides(&n, GATE_PROMOTE, "gain");
    n.disagreement.requests_changed = 41;
    decides(&n, GATE_HOLD, "changes the answer to 41 % of recent calls");
    decides_by(&alarm, &n, GATE_PROMOTE, "gain"); /* surely better, where a change was announced */
    n.measured.gain.mean = 0;
    decides_by(&alarm, &n, GATE_HOLD, "41 %");
}

static void whatever_passes_is_held_on_request(void **state) {
    (void)state;
    struct gate_settings require_approval = routine;
    struct gate_numbers n = good();
    require_approval.require_approval = true;
    decides_by(&require_approval, &n, GATE_HOLD, "waits for approval");
    n.has_champion = false;
    decides_by(&require_approval, &n, GATE_HOLD, "waits for approval");
    n.majority_log_loss = 0.1;
    decides_by(&require_approval, &n, GATE_REJECT, "class shares");
}

static void under_an_alarm_chance_in_the_calibration_error_of_few_rows_decides_nothing(void **state) {
    (void)state;
    struct gate_settings alarm = under_alarm();
    struct gate_numbers chance = of_few_rows(0.06 + 0.05), more = of_few_rows(0.06 + 0.07),
                        many = of_few_rows(0.06 + 0.05);
    decides_by(&alarm, &chance, GATE_PROMOTE, "");
    decides_by(&alarm, &more, GATE_REJECT, "calibration error 0.1300 is worse");
    many.measured.gain = (struct paired_diff){5000, 0.05, 0.03 * 0.03 * 5000.0 * 4999};
    decides_by(&alarm, &many, GATE_REJECT, "calibration error 0.1100 is worse");
    decides_by(&routine, &chance, GATE_REJECT, "calibration error 0.1100 is worse");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_first_model_that_beats_the_floors_is_promoted),
        cmocka_unit_test(a_model_that_misses_a_floor_is_rejected_first_or_not),
        cmocka_unit_test(a_card_that_reports_other_numbers_than_measured_is_rejected),
        cmocka_unit_test(answers_that_are_no_probabilities_are_rejected),
        cmocka_unit_test(what_a_row_of_probabilities_misses_is_measured),
        cmocka_unit_test(a_surely_better_challenger_is_promoted),
        cmocka_unit_test(a_perhaps_better_challenger_is_rejected),
        cmocka_unit_test(better_log_loss_does_not_pay_for_what_got_worse_next_to_it),
        cmocka_unit_test(the_same_hold_out_is_not_asked_again),
        cmocka_unit_test(under_an_alarm_not_worse_than_a_margin_is_enough),
        cmocka_unit_test(the_interval_has_both_ends),
        cmocka_unit_test(no_slice_pays_for_the_others),
        cmocka_unit_test(a_slice_s_loss_counts_only_when_it_is_surely_one),
        cmocka_unit_test(a_challenger_that_changes_most_answers_waits_for_a_person),
        cmocka_unit_test(whatever_passes_is_held_on_request),
        cmocka_unit_test(a_champion_that_may_know_the_hold_out_is_not_compared_with),
        cmocka_unit_test(under_an_alarm_chance_in_the_calibration_error_of_few_rows_decides_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
