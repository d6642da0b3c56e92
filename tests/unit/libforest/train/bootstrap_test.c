/* bootstrap_test.c - draws of rows follow the law of the bootstrap, however rows are stored. */
#include "libforest/train/bootstrap.h"
#include "tests/unit/libforest/support.h"

/* Two rows of each kind, then as many as wanted of one: units are rows while there are few, then cells. */
static struct forest_dataset *heavy_dataset(uint32_t heavy) {
    const float x[] = {0, 0, 1, 1, 2, 2, 3, 0};
    const uint16_t label[] = {0, 1, 2, 1};
    const uint32_t weight[] = {2, 5, 20, heavy};
    struct forest_dataset *ds;
    assert_ok(forest_dataset_new(&ds, &two_categories, &error));
    assert_ok(forest_dataset_add(ds, x, label, weight, 4, &error));
    return ds;
}

struct drawing {
    struct forest_dataset *ds;
    struct lf_matrix matrix;
    struct lf_bootstrap bootstrap;
    uint32_t *drawn;
};

static void drawing_open(struct drawing *d, uint32_t heavy, enum forest_bootstrap kind, double fraction,
                         const double *weight) {
    d->ds = heavy_dataset(heavy);
    assert_ok(lf_matrix_make(&d->matrix, d->ds, &error));
    assert_ok(lf_bootstrap_make(&d->bootstrap, &d->matrix, kind, fraction, weight, &error));
    d->drawn = calloc(d->bootstrap.units, sizeof *d->drawn);
}

static void drawing_close(struct drawing *d) {
    free(d->drawn);
    lf_bootstrap_done(&d->bootstrap);
    lf_matrix_done(&d->matrix);
    forest_dataset_free(d->ds);
}

static void units_are_rows_while_rows_are_few_and_then_cells(void **state) {
    (void)state;
    struct drawing d;
    drawing_open(&d, 19973, FOREST_WITH_REPLACEMENT, 1, NULL);
    assert_int_equal(d.bootstrap.units, 20000);
    drawing_close(&d);
    drawing_open(&d, 19974, FOREST_WITH_REPLACEMENT, 1, NULL);
    assert_int_equal(d.bootstrap.units, 4);
    drawing_close(&d);
}

/* Mean and variance of how often each cell is drawn, over many trees, against n p and n p (1 - p). */
static void check_moments(uint32_t heavy, const double *weight) {
    enum { TREES = 4000 };
    struct drawing d;
    double sum[4] = {0}, squares[4] = {0}, mass[4], total = 0;
    drawing_open(&d, heavy, FOREST_WITH_REPLACEMENT, 1, weight);
    for (uint32_t cell = 0; cell < 4; cell++) {
        mass[cell] = (double)d.matrix.count[cell] * (weight ? weight[d.matrix.label[cell]] : 1);
        total += mass[cell];
    }
    for (uint32_t tree = 0; tree < TREES; tree++) {
        double by_cell[4] = {0}, all = 0;
        lf_bootstrap_draw(&d.bootstrap, 7, tree, d.drawn);
        for (uint32_t unit = 0; unit < d.bootstrap.units; unit++)
            by_cell[d.bootstrap.cell[unit]] += d.drawn[unit];
        for (int cell = 0; cell < 4; cell++) {
            sum[cell] += by_cell[cell];
            squares[cell] += by_cell[cell] * by_cell[cell];
            all += by_cell[cell];
        }
        assert_true(all == (double)d.bootstrap.draws);
    }
    for (int cell = 0; cell < 4; cell++) {
        double n = (double)d.bootstrap.draws, p = mass[cell] / total, variance = n * p * (1 - p);
        double mean = sum[cell] / (double)TREES, spread = squares[cell] / (double)TREES - mean * mean;
        assert_near(mean, n * p, 5 * sqrt(variance / (double)TREES));
        assert_near(spread / variance, 1, 0.15);
    }
    drawing_close(&d);
}

static void rows_and_cells_are_drawn_with_the_same_law(void **state) {
    (void)state;
    check_moments(300, NULL);    /* rows, drawn one by one */
    check_moments(100000, NULL); /* cells, by binomials */
}

static void class_weights_are_sampling_weights(void **state) {
    (void)state;
    const double weight[] = {30, 1, 4};
    check_moments(300, weight);
    check_moments(100000, weight);
}

static void without_replacement_no_row_is_drawn_more_often_than_it_occurred(void **state) {
    (void)state;
    for (uint32_t heavy = 300; heavy < 200000; heavy *= 30) {
        struct drawing d;
        double mean = 0;
        drawing_open(&d, heavy, FOREST_WITHOUT_REPLACEMENT, 0.6, NULL);
        for (uint32_t tree = 0; tree < 500; tree++) {
            uint64_t all = 0;
            lf_bootstrap_draw(&d.bootstrap, 3, tree, d.drawn);
            for (uint32_t unit = 0; unit < d.bootstrap.units; unit++) {
                assert_true(d.drawn[unit] <= d.bootstrap.count[unit]);
                all += d.drawn[unit];
                mean += d.matrix.label[d.bootstrap.cell[unit]] == 2 ? d.drawn[unit] : 0;
            }
            assert_int_equal(all, d.bootstrap.draws);
        }
        assert_near(mean / 500, 0.6 * 20, 0.6); /* the cell of 20 rows */
        drawing_close(&d);
    }
}

static void all_rows_is_all_rows(void **state) {
    (void)state;
    struct drawing d;
    drawing_open(&d, 50000, FOREST_ALL_ROWS, 1, NULL);
    lf_bootstrap_draw(&d.bootstrap, 1, 0, d.drawn);
    for (uint32_t unit = 0; unit < d.bootstrap.units; unit++) {
        assert_int_equal(d.drawn[unit], d.bootstrap.count[unit]);
        assert_int_equal(lf_bootstrap_missed(&d.bootstrap, unit, d.drawn[unit]), 0);
    }
    drawing_close(&d);
}

/* The chance that one of c rows is missed by b draws among them, against the share of rows missed when
 * b draws are made. */
static void the_chance_of_being_out_of_bag_is_that_of_a_single_row(void **state) {
    (void)state;
    struct drawing d;
    struct lf_rng rng = lf_rng_start(4);
    drawing_open(&d, 100000, FOREST_WITH_REPLACEMENT, 1, NULL);
    for (uint32_t unit = 0; unit < 4; unit++) {
        uint64_t rows = d.bootstrap.count[unit];
        if (rows > 20)
            continue;
        for (uint32_t b = 0; b < 12; b += 3) {
            double missed = 0;
            for (int round = 0; round < 20000; round++) {
                bool hit[20] = {false};
                for (uint32_t draw = 0; draw < b; draw++)
                    hit[lf_rng_below(&rng, rows)] = true;
                missed += !hit[0];
            }
            assert_near(lf_bootstrap_missed(&d.bootstrap, unit, b) / (double)LF_CERTAIN, missed / 20000, 0.018);
        }
    }
    drawing_close(&d);
}

static void more_rows_than_a_tree_can_count_are_drawn_from(void **state) {
    (void)state;
    const float x[] = {0, 0, 1, 1};
    const uint16_t label[] = {0, 1};
    const uint32_t weight[] = {UINT32_MAX, UINT32_MAX};
    struct forest_dataset *ds;
    struct lf_matrix matrix;
    struct lf_bootstrap bootstrap;
    uint32_t drawn[2];
    assert_ok(forest_dataset_new(&ds, &two_categories, &error));
    for (int i = 0; i < 3; i++)
        assert_ok(forest_dataset_add(ds, x, label, weight, 2, &error));
    assert_ok(lf_matrix_make(&matrix, ds, &error));
    assert_ok(lf_bootstrap_make(&bootstrap, &matrix, FOREST_WITH_REPLACEMENT, 1, NULL, &error));
    lf_bootstrap_draw(&bootstrap, 1, 0, drawn);
    assert_int_equal(bootstrap.draws, INT32_MAX);
    assert_int_equal((uint64_t)drawn[0] + drawn[1], INT32_MAX);
    lf_bootstrap_done(&bootstrap);
    assert_int_equal(lf_bootstrap_make(&bootstrap, &matrix, FOREST_ALL_ROWS, 1, NULL, &error), FOREST_INVALID);
    lf_matrix_done(&matrix);
    forest_dataset_free(ds);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(units_are_rows_while_rows_are_few_and_then_cells),
        cmocka_unit_test(rows_and_cells_are_drawn_with_the_same_law),
        cmocka_unit_test(class_weights_are_sampling_weights),
        cmocka_unit_test(without_replacement_no_row_is_drawn_more_often_than_it_occurred),
        cmocka_unit_test(all_rows_is_all_rows),
        cmocka_unit_test(the_chance_of_being_out_of_bag_is_that_of_a_single_row),
        cmocka_unit_test(more_rows_than_a_tree_can_count_are_drawn_from),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
