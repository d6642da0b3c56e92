/* population_test.c - the known distribution has the shape that it is meant to have. */
#include "tests/unit/sample/fixture.h"

#include <math.h>
#include <string.h>

enum { DENTAL = 1, SIZE_10_25 = 1, MVP = 2 };

static double probability(const struct population_era *era, size_t type, size_t size, size_t package) {
    return ldexp(era->package[type][size][package], -32);
}

static void check_sums(const struct population *population, const struct population_era *era) {
    uint64_t leads = 0;
    for (size_t type = 0; type < era->types; type++)
        for (size_t size = 0; size < population->size->levels.count; size++) {
            uint64_t packages = 0;
            leads += era->share[type][size];
            for (size_t i = 0; i < population->config->package_count; i++)
                packages += era->package[type][size][i];
            assert_true(packages == UINT64_C(1) << 32);
        }
    assert_true(leads == UINT64_C(1) << 32);
}

static void shares_and_probabilities_sum_to_one_exactly_under_every_shift(void **state) {
    (void)state;
    for (enum population_shift shift = POPULATION_STEADY; shift <= POPULATION_NEW_TYPE; shift++) {
        struct small_sample small = small_sample_new(1, 100, shift);
        for (size_t i = 0; i < small.population->eras; i++)
            check_sums(small.population, &small.population->era[i]);
        small_sample_done(&small);
    }
}

static void dental_practices_of_10_to_25_lean_clearly_to_mvp(void **state) {
    (void)state;
    struct small_sample small = small_sample_new(1, 100, POPULATION_STEADY);
    assert_string_equal(population_type_name(small.population, DENTAL), "Dental");
    assert_string_equal(population_size_name(small.population, SIZE_10_25), "10-25");
    double p = probability(&small.population->era[0], DENTAL, SIZE_10_25, MVP);
    assert_true(p > 0.75 && p < 0.85);
    small_sample_done(&small);
}

static void the_best_possible_accuracy_is_between_60_and_75_percent(void **state) {
    (void)state;
    struct small_sample small = small_sample_new(1, 100, POPULATION_STEADY);
    struct population_score leads = population_bayes(small.population, &small.population->era[0], false);
    struct population_score buyers = population_bayes(small.population, &small.population->era[0], true);
    assert_true(leads.accuracy > 0.60 && leads.accuracy < 0.75);
    assert_true(buyers.accuracy > 0.60 && buyers.accuracy < 0.75);
    assert_true(leads.log_loss > 0.5 && leads.log_loss < 1.1);
    small_sample_done(&small);
}

static void between_30_and_50_percent_want_to_buy_and_types_differ(void **state) {
    (void)state;
    struct small_sample small = small_sample_new(1, 100, POPULATION_STEADY);
    const struct population_era *era = &small.population->era[0];
    double all = 0;
    unsigned least = 1000, most = 0;
    for (size_t type = 0; type < era->types; type++) {
        least = era->buyers[type] < least ? era->buyers[type] : least;
        most = era->buyers[type] > most ? era->buyers[type] : most;
        for (size_t size = 0; size < small.population->size->levels.count; size++)
            all += ldexp(era->share[type][size], -32) * era->buyers[type] / 1000;
    }
    assert_true(all > 0.30 && all < 0.50);
    assert_true(most >= least + 50);
    small_sample_done(&small);
}

/* Without interaction the odds of two packages change from size to size by the same factor for every type. */
static void type_and_size_are_more_than_the_sum_of_their_effects(void **state) {
    (void)state;
    struct small_sample small = small_sample_new(1, 100, POPULATION_STEADY);
    const struct population_era *era = &small.population->era[0];
    enum { HOME_SERVICES = 3, REAL_ESTATE = 4, ELITE = 1, SIZE_26_50 = 2, SIZE_101_250 = 4 };
    double odds[2][2];
    for (size_t i = 0; i < 2; i++) {
        size_t size = i == 0 ? SIZE_26_50 : SIZE_101_250;
        odds[0][i] = probability(era, HOME_SERVICES, size, ELITE) / probability(era, HOME_SERVICES, size, MVP);
        odds[1][i] = probability(era, REAL_ESTATE, size, ELITE) / probability(era, REAL_ESTATE, size, MVP);
    }
    assert_true(fabs(log(odds[0][1] / odds[0][0]) - log(odds[1][1] / odds[1][0])) > 1);
    small_sample_done(&small);
}

static void a_covariate_shift_changes_the_mix_and_no_preference(void **state) {
    (void)state;
    struct small_sample small = small_sample_new(1, 100, POPULATION_COVARIATE);
    const struct population *population = small.population;
    assert_memory_not_equal(population->era[0].share, population->era[1].share, sizeof population->era[0].share);
    assert_memory_equal(population->era[0].package, population->era[1].package, sizeof population->era[0].package);
    small_sample_done(&small);
}

static void a_concept_shift_changes_preferences_and_not_the_mix(void **state) {
    (void)state;
    struct small_sample small = small_sample_new(1, 100, POPULATION_CONCEPT);
    const struct population *population = small.population;
    assert_memory_equal(population->era[0].share, population->era[1].share, sizeof population->era[0].share);
    assert_true(probability(&population->era[1], DENTAL, SIZE_10_25, MVP) < 0.5);
    small_sample_done(&small);
}

static void a_later_shift_keeps_the_earlier_ones(void **state) {
    (void)state;
    struct small_sample small = small_sample_new(1, 100, POPULATION_COVARIATE);
    char problem[200];
    const struct population_shifts shifts = {2, {{POPULATION_COVARIATE, 1000}, {POPULATION_CONCEPT, 2000}}};
    struct population *both = population_new(small.config, &shifts, problem);
    assert_non_null(both);
    assert_memory_equal(both->era[2].share, small.population->era[1].share, sizeof both->era[2].share);
    assert_true(probability(&both->era[1], DENTAL, SIZE_10_25, MVP) > 0.5);
    assert_true(probability(&both->era[2], DENTAL, SIZE_10_25, MVP) < 0.5);
    assert_ptr_equal(population_era_at(both, 999), &both->era[0]);
    assert_ptr_equal(population_era_at(both, 1000), &both->era[1]);
    assert_ptr_equal(population_era_at(both, 5000), population_last_era(both));
    free(both);
    small_sample_done(&small);
}

static void a_new_type_appears_only_after_the_shift(void **state) {
    (void)state;
    struct small_sample small = small_sample_new(1, 4000, POPULATION_NEW_TYPE);
    uint64_t before = 0, after = 0;
    for (uint64_t i = 0; i < small.sample.leads; i++) {
        struct person person;
        person_make(&person, &small.sample, i);
        bool new_type = person.type == small.population->type->levels.count;
        before += new_type && person.signup < small.population->era[1].since;
        after += new_type && person.signup >= small.population->era[1].since;
    }
    assert_true(before == 0);
    assert_true(after > 100);
    small_sample_done(&small);
}

static void leads_come_in_the_shares_that_are_given(void **state) {
    (void)state;
    struct small_sample small = small_sample_new(5, 20000, POPULATION_STEADY);
    double expected = 0, seen = 0;
    for (size_t size = 0; size < small.population->size->levels.count; size++)
        expected += ldexp(small.population->era[0].share[DENTAL][size], -32);
    for (uint64_t i = 0; i < small.sample.leads; i++) {
        struct person person;
        person_make(&person, &small.sample, i);
        seen += person.type == DENTAL;
    }
    assert_true(fabs(seen / (double)small.sample.leads - expected) < 0.01);
    small_sample_done(&small);
}

static void a_configuration_without_sizes_is_rejected_by_name(void **state) {
    (void)state;
    struct small_sample small = small_sample_new(1, 100, POPULATION_STEADY);
    char problem[200] = "";
    size_t count = small.config->feature_count;
    small.config->feature_count = 1; /* business_type alone */
    const struct population_shifts none = {0};
    assert_null(population_new(small.config, &none, problem));
    assert_non_null(strstr(problem, "business_size"));
    small.config->feature_count = count;
    small_sample_done(&small);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shares_and_probabilities_sum_to_one_exactly_under_every_shift),
        cmocka_unit_test(dental_practices_of_10_to_25_lean_clearly_to_mvp),
        cmocka_unit_test(the_best_possible_accuracy_is_between_60_and_75_percent),
        cmocka_unit_test(between_30_and_50_percent_want_to_buy_and_types_differ),
        cmocka_unit_test(type_and_size_are_more_than_the_sum_of_their_effects),
        cmocka_unit_test(a_covariate_shift_changes_the_mix_and_no_preference),
        cmocka_unit_test(a_concept_shift_changes_preferences_and_not_the_mix),
        cmocka_unit_test(a_later_shift_keeps_the_earlier_ones),
        cmocka_unit_test(a_new_type_appears_only_after_the_shift),
        cmocka_unit_test(leads_come_in_the_shares_that_are_given),
        cmocka_unit_test(a_configuration_without_sizes_is_rejected_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
