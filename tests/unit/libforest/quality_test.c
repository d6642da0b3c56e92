/* quality_test.c - how near the served probabilities come to the truth. */
#include "support.h"

/* ---- the shape of the product: ten trades, six sizes, four packages ------------------------------------- */

enum { TRADES = 10, SIZES = 6, PACKAGES = 4, CELLS = TRADES * SIZES };

static const struct forest_feature lead_features[] = {{"business_type", FOREST_CATEGORICAL, TRADES, letters},
                                                      {"business_size", FOREST_CATEGORICAL, SIZES, letters}};
static const struct forest_schema lead = {2, lead_features, PACKAGES, letters};

/* How likely a lead is, and what it buys: an effect of each input and an interaction, both on the log scale. */
struct truth {
    double share[CELLS], bought[CELLS][PACKAGES];
};

static double bump(struct lf_rng *rng, double height) {
    double sum = 0;
    for (int i = 0; i < 12; i++)
        sum += lf_rng_uniform(rng);
    return (sum - 6) * height;
}

static void make_truth(struct truth *truth, double interaction, uint64_t seed) {
    struct lf_rng rng = lf_rng_start(lf_mix(seed));
    double trade[TRADES][PACKAGES], size[SIZES][PACKAGES], all = 0;
    for (int k = 0; k < PACKAGES; k++) {
        for (int t = 0; t < TRADES; t++)
            trade[t][k] = bump(&rng, 1);
        for (int s = 0; s < SIZES; s++)
            size[s][k] = bump(&rng, 1);
    }
    for (int c = 0; c < CELLS; c++) {
        double sum = 0;
        all += truth->share[c] = 0.2 + lf_rng_uniform(&rng);
        for (int k = 0; k < PACKAGES; k++)
            sum += truth->bought[c][k] = exp(trade[c / SIZES][k] + size[c % SIZES][k] + bump(&rng, interaction));
        for (int k = 0; k < PACKAGES; k++)
            truth->bought[c][k] /= sum;
    }
    for (int c = 0; c < CELLS; c++)
        truth->share[c] /= all;
}

static size_t pick(const double *share, size_t n, struct lf_rng *rng) {
    double u = lf_rng_uniform(rng);
    size_t i = 0;
    while (i + 1 < n && (u -= share[i]) > 0)
        i++;
    return i;
}

static struct rows sample(const struct truth *truth, size_t n, uint64_t seed) {
    struct rows rows = {&lead, n, calloc(2 * n, sizeof(float)), calloc(n, sizeof(uint16_t))};
    struct lf_rng rng = lf_rng_start(lf_mix(seed ^ 0x5eed));
    for (size_t i = 0; i < n; i++) {
        size_t c = pick(truth->share, CELLS, &rng);
        rows.x[2 * i] = (float)(c / SIZES);
        rows.x[2 * i + 1] = (float)(c % SIZES);
        rows.label[i] = (uint16_t)pick(truth->bought[c], PACKAGES, &rng);
    }
    return rows;
}

/* Sum over cells of share x KL(truth, served), in nats. */
static double excess(const struct truth *truth, const struct forest *f) {
    double sum = 0;
    for (int c = 0; c < CELLS; c++) {
        const float x[] = {(float)(c / SIZES), (float)(c % SIZES)};
        float prob[PACKAGES];
        forest_predict(f, x, prob);
        for (int k = 0; k < PACKAGES; k++)
            sum += truth->share[c] * truth->bought[c][k] * log(truth->bought[c][k] / (double)prob[k]);
    }
    return sum;
}

/* About as many purchases as 20,000 leads leave for training. */
static void a_tuned_forest_is_within_two_hundredths_of_a_nat_of_the_truth(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 5; seed++)
        for (int strong = 0; strong < 2; strong++) {
            struct truth truth;
            make_truth(&truth, strong ? 0.8 : 0.15, seed);
            struct rows rows = sample(&truth, 6400, seed);
            struct forest_params params = few_trees(100);
            params.tune = true;
            struct forest *f = train_rows(&rows, &params);
            assert_true(excess(&truth, f) < 0.02);
            forest_free(f);
            rows_free(&rows);
        }
}

/* No setting is best for weak and for strong interactions: choosing must come near the better of two. */
static void tuning_comes_near_the_better_of_fixed_settings(void **state) {
    (void)state;
    double tuned = 0, pure = 0, coarse = 0;
    for (uint64_t seed = 1; seed <= 6; seed++) {
        struct truth truth;
        make_truth(&truth, seed % 2 ? 0.8 : 0.1, seed);
        struct rows rows = sample(&truth, 1000, seed);
        struct forest_params params = few_trees(100);
        struct forest *a = train_rows(&rows, &params);
        params.min_leaf = 80;
        struct forest *b = train_rows(&rows, &params);
        params.tune = true;
        struct forest *c = train_rows(&rows, &params);
        pure += excess(&truth, a);
        coarse += excess(&truth, b);
        tuned += excess(&truth, c);
        forest_free(a);
        forest_free(b);
        forest_free(c);
        rows_free(&rows);
    }
    assert_true(tuned < pure && tuned < coarse);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tuned_forest_is_within_two_hundredths_of_a_nat_of_the_truth),
        cmocka_unit_test(tuning_comes_near_the_better_of_fixed_settings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
