/* bins_test.c - codes of numbers: each value its own where they are few, else weighted quantiles. */
#include "libforest/data/bins.h"
#include "tests/unit/libforest/support.h"

static uint32_t bits_of(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

/* Bins of values that are there once each, or as often as count says; code is as long. */
static struct lf_bins bins_of(const float *value, const uint64_t *count, size_t n, uint16_t *code) {
    uint32_t *word = calloc(n, sizeof *word);
    uint64_t *once = calloc(n, sizeof *once);
    struct lf_bins bins;
    for (size_t i = 0; i < n; i++) {
        word[i] = bits_of(value[i]);
        once[i] = 1;
    }
    assert_true(lf_bins_make(&bins, word, count != NULL ? count : once, n, code));
    free(word);
    free(once);
    return bins;
}

static void few_values_have_a_code_each_and_cuts_midway_between(void **state) {
    (void)state;
    const float value[] = {7, -2, NAN, 1, 7, -INFINITY, 2, INFINITY, 1.5F};
    const uint16_t expected[] = {6, 2, 0, 3, 6, 1, 5, 7, 4};
    const float cut[] = {-INFINITY, -0.5F, 1.25F, 1.75F, 4.5F, 7};
    uint16_t code[COUNT(value)];
    struct lf_bins bins = bins_of(value, NULL, COUNT(value), code);
    assert_int_equal(bins.codes, 8);
    assert_memory_equal(code, expected, sizeof expected);
    assert_memory_equal(bins.cut, cut, sizeof cut);
    free(bins.cut);
}

enum { MANY = LF_EXACT_CELLS + 5000 };

static float *distinct_values(void) {
    float *value = calloc(MANY, sizeof *value);
    for (size_t i = 0; i < MANY; i++)
        value[i] = (float)((i * 7919) % MANY) / 8; /* each once, in no order */
    return value;
}

/* What a code says of a number is what its cuts say. */
static void assert_codes_agree(const struct lf_bins *bins, const float *value, const uint16_t *code) {
    for (size_t i = 0; i < MANY; i++)
        assert_int_equal(code[i], lf_bin_code(bins->cut, bins->codes - 2, value[i]));
}

static void many_values_are_cut_into_quantiles_of_equal_weight(void **state) {
    (void)state;
    float *value = distinct_values();
    uint16_t *code = calloc(MANY, sizeof *code);
    struct lf_bins bins = bins_of(value, NULL, MANY, code);
    size_t held[LF_QUANTILES + 1] = {0};
    assert_int_equal(bins.codes, LF_QUANTILES + 1);
    assert_codes_agree(&bins, value, code);
    for (size_t i = 0; i < MANY; i++)
        held[code[i]]++;
    for (int bin = 1; bin <= LF_QUANTILES; bin++)
        assert_in_range(held[bin], MANY / LF_QUANTILES - 1, MANY / LF_QUANTILES + 2);
    free(bins.cut);
    free(value);
    free(code);
}

/* One value as heavy as all others: its bin ends with it, and the others share what bins are left evenly. */
static void weights_count_in_quantiles(void **state) {
    (void)state;
    float *value = distinct_values();
    uint16_t *code = calloc(MANY, sizeof *code);
    uint64_t *count = calloc(MANY, sizeof *count), held[LF_QUANTILES + 1] = {0}, heaviest = 0;
    for (size_t i = 0; i < MANY; i++)
        count[i] = i == 1234 ? (UINT64_C(1) << 33) : (UINT64_C(1) << 33) / MANY;
    struct lf_bins bins = bins_of(value, count, MANY, code);
    assert_int_equal(bins.codes, LF_QUANTILES + 1);
    assert_codes_agree(&bins, value, code);
    for (size_t i = 0; i < MANY; i++) {
        held[code[i]] += count[i];
        if (value[i] > value[1234])
            assert_true(code[i] > code[1234]);
    }
    for (int bin = 1; bin <= LF_QUANTILES; bin++)
        if (bin != code[1234] && held[bin] > heaviest)
            heaviest = held[bin];
    assert_true(heaviest < (UINT64_C(3) << 33) / LF_QUANTILES);
    free(bins.cut);
    free(value);
    free(code);
    free(count);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(few_values_have_a_code_each_and_cuts_midway_between),
        cmocka_unit_test(many_values_are_cut_into_quantiles_of_equal_weight),
        cmocka_unit_test(weights_count_in_quantiles),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
