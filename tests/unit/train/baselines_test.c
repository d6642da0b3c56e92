/* baselines_test.c - the floors, worked out by hand. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "services/train/baselines.h"
#include "services/train/window.h"
#include "tests/unit/train/fixture.h"

static void close_to(double value, double expected) {
    if (!(fabs(value - expected) < 1e-6))
        fail_msg("%.9g is not %.9g", value, expected);
}

static void both_floors_are_measured_on_the_hold_out(void **state) {
    (void)state;
    struct feature_table t;
    struct baselines b;
    uint32_t weights[TEST_ROWS];
    test_table_make(&t);
    test_table_add(&t, 0, 0, 3, SPLIT_TRAIN, 100);
    test_table_add(&t, 0, 1, 1, SPLIT_VALIDATION, 10);
    test_table_add(&t, 1, 1, 4, SPLIT_TRAIN, 100);
    test_table_add(&t, 0, 0, 1, SPLIT_HOLDOUT, 0);
    test_table_add(&t, 1, 1, 2, SPLIT_HOLDOUT, 0);
    test_table_add(&t, NAN, 1, 1, SPLIT_HOLDOUT, 0);
    window_weights(&t, WINDOW_ALL, weights);
    assert_true(baselines_measure(&b, &t, weights));
    assert_int_equal(b.majority.rows, 4);
    close_to(b.majority.log_loss, -(log(3.0 / 8) + 3 * log(5.0 / 8)) / 4);
    close_to(b.majority.accuracy, 0.75);
    /* Of cell 0: (3+1)/(4+3); of cell 1: (4+1)/(4+3); of the cell without a type nothing is known: 1/3. */
    close_to(b.frequency.log_loss, -(log(4.0 / 7) + 2 * log(5.0 / 7) + log(1.0 / 3)) / 4);
    test_table_done(&t);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_floors_are_measured_on_the_hold_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
