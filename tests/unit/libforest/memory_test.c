/*
 * memory_test.c - when memory runs out, whenever that is, the call says so and nothing is lost or kept; answers
 * take none.
 *
 * This program's own malloc counts what is live and fails on demand; not beside sanitizers, which bring theirs.
 */
#include "support.h"

#include <limits.h>
#include <malloc.h>
#include <stdatomic.h>

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && !defined(__clang__)

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *old, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
void __libc_free(void *memory);

static atomic_long allowed = LONG_MAX, live; /* allocations until all fail; blocks not freed */
static atomic_long held, most_held;          /* bytes in those blocks, now and at most */

static bool may_allocate(void) {
    return atomic_load(&allowed) == LONG_MAX || atomic_fetch_sub(&allowed, 1) > 0;
}

static void hold(long bytes) {
    long now = atomic_fetch_add(&held, bytes) + bytes, most = atomic_load(&most_held);
    while (now > most && !atomic_compare_exchange_weak(&most_held, &most, now))
        ;
}

static void *counted(void *memory) {
    if (memory != NULL) {
        atomic_fetch_add(&live, 1);
        hold((long)malloc_usable_size(memory));
    }
    return memory;
}

void *malloc(size_t size) {
    return may_allocate() ? counted(__libc_malloc(size)) : NULL;
}

void *calloc(size_t n, size_t size) {
    return may_allocate() ? counted(__libc_calloc(n, size)) : NULL;
}

void *aligned_alloc(size_t alignment, size_t size) {
    return may_allocate() ? counted(__libc_memalign(alignment, size)) : NULL;
}

void *realloc(void *old, size_t size) {
    if (!may_allocate())
        return NULL;
    long before = (long)malloc_usable_size(old);
    void *memory = __libc_realloc(old, size);
    if (old == NULL)
        return counted(memory);
    if (memory != NULL)
        hold((long)malloc_usable_size(memory) - before);
    return memory;
}

void free(void *memory) {
    if (memory != NULL) {
        atomic_fetch_sub(&live, 1);
        atomic_fetch_sub(&held, (long)malloc_usable_size(memory));
    }
    __libc_free(memory);
}

static bool swallow(void *user, const char *text, size_t size) {
    (void)user, (void)text, (void)size;
    return true;
}

/* Everything there is to do with a forest, up to the first failure. */
static enum forest_status live_a_life(const struct rows *rows, const struct forest_params *params) {
    struct forest_dataset *ds = NULL;
    struct forest *f = NULL, *again = NULL;
    float contribution[4 * 3], base[3];
    size_t size = 0;
    enum forest_status status = forest_dataset_new(&ds, rows->schema, &error);
    if (status == FOREST_OK) {
        status = forest_dataset_add(ds, rows->x, rows->label, NULL, rows->n, &error);
        if (status != FOREST_OK) /* then nothing was added */
            assert_true(forest_dataset_rows(ds) == 0 && forest_dataset_cells(ds) == 0);
    }
    status = status == FOREST_OK ? forest_train(&f, ds, params, &error) : status;
    const void *image = status == FOREST_OK ? forest_image(f, &size) : NULL;
    status = status == FOREST_OK ? forest_open(&again, image, size, &error) : status;
    status = status == FOREST_OK ? forest_explain(again, rows->x, contribution, base, &error) : status;
    status = status == FOREST_OK ? forest_dump(again, swallow, NULL, &error) : status;
    status = status == FOREST_OK ? forest_export_onnx(again, swallow, NULL, &error) : status;
    forest_free(again);
    forest_free(f);
    forest_dataset_free(ds);
    return status;
}

static void running_out_of_memory_at_any_moment_is_said_and_leaves_nothing_behind(void **state) {
    (void)state;
    const struct forest_schema *schemas[] = {&two_categories, &mixed};
    for (int s = 0; s < 2; s++) {
        struct rows rows = make_rows(schemas[s], 120, true, 110);
        struct forest_params params = few_trees(40);
        params.tune = params.calibrate = true;
        params.stop_gain = 0.01;
        params.max_bytes = s == 0 ? 0 : 40000;
        enum forest_status status = FOREST_NO_MEMORY;
        long before = atomic_load(&live);
        for (long unix_time = 0; status != FOREST_OK; unix_time += unix_time < 300 ? 1 : 41) {
            atomic_store(&allowed, unix_time);
            status = live_a_life(&rows, &params);
            atomic_store(&allowed, LONG_MAX);
            assert_true(status == FOREST_OK || status == FOREST_NO_MEMORY);
            assert_int_equal(atomic_load(&live), before);
        }
        rows_free(&rows);
    }
}

enum { PLENTY = 1000000 };

/* Allocations of a call; there is no lack of memory. */
static void count_from_here(void) {
    atomic_store(&allowed, PLENTY);
}

static long counted_so_far(void) {
    long allocations = PLENTY - atomic_load(&allowed);
    atomic_store(&allowed, LONG_MAX);
    return allocations;
}

/* Peers allocate for each leaf and each set of levels that a row meets. */
static void answers_take_no_memory(void **state) {
    (void)state;
    const struct forest_schema *schemas[] = {&two_categories, &mixed, &three_numbers};
    for (int s = 0; s < 3; s++)
        for (int calibrate = 0; calibrate < 2; calibrate++) {
            struct rows rows = make_rows(schemas[s], 500, true, 111);
            struct forest_params params = few_trees(30);
            params.calibrate = calibrate;
            struct forest *f = train_rows(&rows, &params);
            static float prob[500 * 3];
            static uint16_t label[500];
            count_from_here();
            for (size_t i = 0; i < rows.n; i++) {
                forest_predict(f, row_of(&rows, i), prob);
                label[i] = forest_classify(f, row_of(&rows, i));
            }
            forest_predict_batch(f, rows.x, rows.n, prob);
            forest_classify_batch(f, rows.x, rows.n, label);
            assert_int_equal(counted_so_far(), 0);
            forest_free(f);
            rows_free(&rows);
        }
}

/* A peer keeps a histogram for each node: 11.9 GB of them for 100,000 rows of 20 numbers, 6 kB a value.  Here there are
 * the trees, as they grow and as they are written, and some numbers a row. */
static void training_to_purity_takes_memory_by_rows_and_not_by_histograms(void **state) {
    (void)state;
    enum { ROWS = 20000, VALUES = 3 * ROWS };
    struct rows rows = make_rows(&three_numbers, ROWS, false, 113);
    struct forest_dataset *ds = dataset_of(&rows);
    struct forest_params params = few_trees(20);
    long before = atomic_load(&held);
    atomic_store(&most_held, before);
    struct forest *f = forest_of(ds, &params);
    long most = atomic_load(&most_held) - before, model = (long)info_of(f).bytes;
    assert_true(info_of(f).nodes > 20 * ROWS / 4);
    if (most > 3 * model + 200 * VALUES)
        fail_msg("%ld bytes for %d values and a model of %ld", most, VALUES, model);
    forest_free(f);
    forest_dataset_free(ds);
    rows_free(&rows);
}

static long allocations_to_open(uint32_t trees) {
    struct rows rows = make_rows(&mixed, 500, true, 112);
    struct forest_params params = few_trees(trees);
    struct forest *f = train_rows(&rows, &params), *again;
    size_t size;
    const void *image = forest_image(f, &size);
    count_from_here();
    enum forest_status status = forest_open(&again, image, size, &error);
    long allocations = counted_so_far();
    assert_int_equal(status, FOREST_OK);
    forest_free(again);
    forest_free(f);
    rows_free(&rows);
    return allocations;
}

static void opening_takes_as_many_allocations_whatever_the_number_of_trees(void **state) {
    (void)state;
    long few = allocations_to_open(2);
    assert_in_range(few, 1, 50);
    assert_int_equal(allocations_to_open(200), few);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_take_no_memory),
        cmocka_unit_test(training_to_purity_takes_memory_by_rows_and_not_by_histograms),
        cmocka_unit_test(opening_takes_as_many_allocations_whatever_the_number_of_trees),
        cmocka_unit_test(running_out_of_memory_at_any_moment_is_said_and_leaves_nothing_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#else

int main(void) {
    puts("counts allocations by a malloc of its own, which the sanitizers and clang do not let it have");
    return 77;
}

#endif
