/* threads_test.c - several threads that train one forest, or ask one. */
#include "support.h"

#include <pthread.h>
#include <stdatomic.h>

static void the_number_of_threads_changes_nothing(void **state) {
    (void)state;
    struct rows rows = make_rows(&mixed, 900, true, 4);
    struct forest_params params = few_trees(40);
    params.tune = params.calibrate = true;
    params.stop_gain = 0.001;
    struct forest *one = train_rows(&rows, &params);
    for (params.threads = 2; params.threads <= 7; params.threads += 5) {
        struct forest *many = train_rows(&rows, &params);
        assert_same_image(one, many);
        forest_free(many);
    }
    forest_free(one);
    rows_free(&rows);
}

struct counter {
    atomic_uint calls, inside;
    uint32_t stop_at, total, last;
};

static bool count_calls(void *user, uint32_t done, uint32_t total) {
    struct counter *counter = user;
    assert_int_equal(atomic_fetch_add(&counter->inside, 1), 0); /* one thread at a time */
    counter->total = total;
    counter->last = done;
    atomic_fetch_sub(&counter->inside, 1);
    return atomic_fetch_add(&counter->calls, 1) + 1 < counter->stop_at;
}

static void progress_is_told_and_may_stop_the_training(void **state) {
    (void)state;
    struct rows rows = make_rows(&mixed, 200, false, 20);
    struct forest_dataset *ds = dataset_of(&rows);
    struct counter counter = {.stop_at = UINT32_MAX};
    struct forest_params params = few_trees(30);
    params.threads = 3;
    params.progress = count_calls;
    params.progress_user = &counter;
    struct forest *f = forest_of(ds, &params), *none = NULL;
    assert_int_equal(counter.calls, 30);
    assert_int_equal(counter.last, 30);
    assert_int_equal(counter.total, 30);
    counter = (struct counter){.stop_at = 5};
    assert_int_equal(forest_train(&none, ds, &params, &error), FOREST_CANCELLED);
    assert_null(none);
    assert_int_equal(counter.calls, 5);
    forest_free(f);
    forest_dataset_free(ds);
    rows_free(&rows);
}

struct asker {
    const struct forest *f;
    const struct rows *rows;
    const float *expected;
    bool agrees;
};

static void *ask(void *argument) {
    struct asker *asker = argument;
    size_t n = asker->rows->n;
    float *prob = calloc(n * 3, sizeof *prob), one[3];
    asker->agrees = true;
    for (int round = 0; round < 5; round++) {
        forest_predict_batch(asker->f, asker->rows->x, n, prob);
        asker->agrees = asker->agrees && memcmp(prob, asker->expected, n * 3 * sizeof *prob) == 0;
        for (size_t i = 0; i < n; i += 7) {
            forest_predict(asker->f, row_of(asker->rows, i), one);
            asker->agrees = asker->agrees && memcmp(one, asker->expected + 3 * i, sizeof one) == 0;
        }
    }
    free(prob);
    return NULL;
}

static void many_threads_may_ask_one_forest(void **state) {
    (void)state;
    enum { THREADS = 8 };
    struct rows rows = make_rows(&mixed, 600, true, 100);
    struct forest_params params = few_trees(30);
    params.calibrate = true;
    struct forest *f = train_rows(&rows, &params);
    float *expected = calloc(rows.n * 3, sizeof *expected);
    forest_predict_batch(f, rows.x, rows.n, expected);
    pthread_t thread[THREADS];
    struct asker asker[THREADS];
    for (int t = 0; t < THREADS; t++) {
        asker[t] = (struct asker){f, &rows, expected, false};
        assert_int_equal(pthread_create(&thread[t], NULL, ask, &asker[t]), 0);
    }
    for (int t = 0; t < THREADS; t++) {
        pthread_join(thread[t], NULL);
        assert_true(asker[t].agrees);
    }
    free(expected);
    forest_free(f);
    rows_free(&rows);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_number_of_threads_changes_nothing),
        cmocka_unit_test(progress_is_told_and_may_stop_the_training),
        cmocka_unit_test(many_threads_may_ask_one_forest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
