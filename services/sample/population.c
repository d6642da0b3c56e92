/* population.c - the tables of the known distribution, and draws from it. */
#include "services/sample/population.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TYPES = 10, SIZES = 6, PACKAGES = 4 };

/* How many leads: rows as the default configuration's types, columns as its sizes. */
static const unsigned leads_of[TYPES][SIZES] = {
    {38, 44, 24, 14, 9, 5}, /* Medical */
    {48, 54, 18, 7, 4, 3},  /* Dental */
    {44, 28, 14, 9, 6, 4},  /* Legal */
    {70, 38, 22, 12, 6, 3}, /* Home Services */
    {62, 26, 13, 8, 5, 3},  /* Real Estate */
    {40, 28, 14, 7, 4, 2},  /* Fitness */
    {22, 20, 16, 14, 9, 6}, /* Education */
    {44, 26, 16, 12, 9, 7}, /* Ecommerce */
    {22, 20, 12, 7, 4, 2},  /* Automotive */
    {28, 30, 16, 7, 3, 2},  /* Restaurant */
};

static const unsigned buyers_of[TYPES] = {490, 540, 490, 470, 450, 480, 470, 520, 470, 430}; /* per 1,000 leads */

/* How much a type likes each package, smallest first. */
static const unsigned type_effect[TYPES][PACKAGES] = {
    {9, 27, 80, 50},  {5, 18, 150, 22}, {18, 100, 34, 26}, {160, 34, 12, 6}, {28, 100, 18, 13},
    {100, 50, 12, 6}, {40, 70, 34, 20}, {9, 18, 34, 120},  {55, 26, 48, 12}, {180, 28, 9, 3},
};
static const unsigned size_effect[SIZES][PACKAGES] = {
    {115, 30, 5, 1}, {26, 46, 46, 3}, {7, 38, 76, 9}, {2, 16, 80, 34}, {1, 6, 46, 100}, {1, 2, 20, 170},
};

/* Where type and size together are more than their effects: odds of one package times `times` / `over`. */
static const struct {
    size_t type, size, package;
    unsigned times, over;
} interactions[] = {
    {1, 1, 2, 2, 3}, /* middling dental practices: MVP is not quite as sure as both effects say */
    {3, 4, 1, 6, 1}, /* large home services keep to Elite */
    {3, 5, 1, 8, 1}, /* and the largest all the more */
    {7, 0, 3, 8, 1}, /* one-person shops that live online want Now */
    {2, 3, 1, 3, 1}, /* law firms of 51-100 stay with Elite */
    {9, 1, 1, 3, 1}, /* restaurants of 10-25 outgrow Business early */
    {8, 3, 3, 4, 1}, /* car dealers of 51-100 jump to Now */
};

/* After the shift "covariate": how many times as many leads of a type; of "concept": whose wishes turn round. */
static const unsigned growth[TYPES] = {1, 1, 1, 1, 2, 6, 4, 2, 6, 9};
static const bool changes_mind[TYPES] = {true, true, false, false, false, true, false, true, false, false};

/* The type that the shift "new-type" brings: a row of each table above, and its share of all leads. */
static const char new_type_name[] = "Veterinary";
static const unsigned new_type_leads[SIZES] = {60, 70, 30, 12, 6, 2};
static const unsigned new_type_effect[PACKAGES] = {30, 20, 24, 160};
static const unsigned new_type_buyers = 480;

/* ---- making tickets of weights ---- */

/* Weights into tickets that sum to 2^32 exactly: what rounding down leaves over goes to the heaviest. */
static void apportion(const uint64_t *weight, size_t count, uint32_t *tickets) {
    uint64_t total = 0, shift = 0;
    size_t heaviest = 0;
    assert(count > 0);
    for (size_t i = 0; i < count; i++) {
        total += weight[i];
        if (weight[i] > weight[heaviest])
            heaviest = i;
    }
    for (size_t i = 0; i < count; i++) {
        tickets[i] = (uint32_t)((weight[i] << 32) / total);
        shift += tickets[i];
    }
    tickets[heaviest] += (uint32_t)((UINT64_C(1) << 32) - shift);
}

static unsigned interaction(size_t type, size_t size, size_t package, unsigned *over) {
    for (size_t i = 0; i < sizeof interactions / sizeof *interactions; i++)
        if (interactions[i].type == type && interactions[i].size == size && interactions[i].package == package) {
            *over = interactions[i].over;
            return interactions[i].times;
        }
    *over = 1;
    return 1;
}

/* ---- building an era ---- */

static bool is_new_type(const struct population *population, size_t type) {
    return type == population->type->levels.count;
}

static uint64_t package_weight(const struct population *population, size_t type, size_t size, size_t package,
                               bool turned) {
    size_t row = type % TYPES, column = package % PACKAGES;
    size_t target = turned ? PACKAGES - 1 - column : column;
    unsigned effect = is_new_type(population, type) ? new_type_effect[target] : type_effect[row][target];
    unsigned over = 1, times = is_new_type(population, type) || turned ? 1 : interaction(type, size, package, &over);
    return (uint64_t)1000 * effect * size_effect[size % SIZES][column] * times / over;
}

static uint64_t lead_weight(const struct population *population, size_t type, size_t size, bool grown) {
    if (is_new_type(population, type))
        return new_type_leads[size % SIZES];
    return (uint64_t)leads_of[type % TYPES][size % SIZES] * (grown ? growth[type % TYPES] : 1);
}

/* Whether one of the first shifts is of this kind. */
static bool among(const struct population_shifts *shifts, size_t first, enum population_shift what) {
    for (size_t i = 0; i < first; i++)
        if (shifts->shift[i].what == what)
            return true;
    return false;
}

/* The era after so many shifts. */
static void fill_era(const struct population *population, struct population_era *era,
                     const struct population_shifts *shifts, size_t past) {
    uint64_t leads[POPULATION_MAX_TYPES * POPULATION_MAX_SIZES] = {0};
    uint32_t tickets[POPULATION_MAX_TYPES * POPULATION_MAX_SIZES];
    size_t sizes = population->size->levels.count, packages = population->config->package_count;
    bool turning = among(shifts, past, POPULATION_CONCEPT), grown = among(shifts, past, POPULATION_COVARIATE);
    era->since = past > 0 ? shifts->shift[past - 1].at : INT64_MIN;
    era->shift = past > 0 ? shifts->shift[past - 1].what : POPULATION_STEADY;
    era->types = population->type->levels.count + among(shifts, past, POPULATION_NEW_TYPE);
    for (size_t type = 0; type < era->types; type++) {
        bool turned = turning && changes_mind[type % TYPES];
        era->buyers[type] = is_new_type(population, type) ? new_type_buyers : buyers_of[type % TYPES];
        for (size_t size = 0; size < sizes; size++) {
            uint64_t odds[POPULATION_MAX_PACKAGES] = {0};
            for (size_t package = 0; package < packages; package++)
                odds[package] = package_weight(population, type, size, package, turned);
            apportion(odds, packages, era->package[type][size]);
            leads[type * sizes + size] = lead_weight(population, type, size, grown);
        }
    }
    apportion(leads, era->types * sizes, tickets);
    for (size_t type = 0; type < era->types; type++)
        memcpy(era->share[type], tickets + type * sizes, sizes * sizeof *tickets);
}

static const struct etl_config_feature *find_feature(const struct etl_config *config, const char *name, size_t limit) {
    for (size_t i = 0; i < config->feature_count; i++) {
        const struct etl_config_feature *feature = &config->features[i];
        if (strcmp(feature->name, name) == 0 && !feature->numeric)
            return feature->levels.count >= 2 && feature->levels.count <= limit ? feature : NULL;
    }
    return NULL;
}

struct population *population_new(const struct etl_config *config, const struct population_shifts *shifts,
                                  char problem[200]) {
    struct population *population = calloc(1, sizeof *population);
    if (population == NULL) {
        snprintf(problem, 200, "out of memory");
        return NULL;
    }
    population->config = config;
    population->type = find_feature(config, "business_type", POPULATION_MAX_TYPES - 1);
    population->size = find_feature(config, "business_size", POPULATION_MAX_SIZES);
    if (population->type == NULL || population->size == NULL || config->package_count > POPULATION_MAX_PACKAGES) {
        snprintf(problem, 200,
                 "configuration: sample data need business_type with 2 to %d levels, business_size with 2 to %d, "
                 "and at most %d packages",
                 POPULATION_MAX_TYPES - 1, POPULATION_MAX_SIZES, POPULATION_MAX_PACKAGES);
        free(population);
        return NULL;
    }
    population->eras = shifts->count + 1;
    for (size_t i = 0; i < population->eras; i++)
        fill_era(population, &population->era[i], shifts, i);
    return population;
}

const struct population_era *population_era_at(const struct population *population, unix_time at) {
    size_t i = population->eras - 1;
    while (i > 0 && at < population->era[i].since)
        i--;
    return &population->era[i];
}

const struct population_era *population_last_era(const struct population *population) {
    return &population->era[population->eras - 1];
}

const char *population_shift_name(enum population_shift shift) {
    static const char *const names[] = {"none", "covariate", "concept", "new-type"};
    return names[shift];
}

const char *population_type_name(const struct population *population, size_t type) {
    return is_new_type(population, type) ? new_type_name : population->type->levels.text[type];
}

const char *population_size_name(const struct population *population, size_t size) {
    return population->size->levels.text[size];
}

/* ---- drawing ---- */

void population_draw_cell(const struct population *population, const struct population_era *era, struct rng *rng,
                          size_t *type, size_t *size) {
    uint64_t ticket = rng_uint32(rng);
    size_t sizes = population->size->levels.count, cell = 0;
    while (ticket >= era->share[cell / sizes][cell % sizes]) {
        ticket -= era->share[cell / sizes][cell % sizes];
        cell++;
    }
    *type = cell / sizes;
    *size = cell % sizes;
}

size_t population_draw_package(const struct population *population, const struct population_era *era, size_t type,
                               size_t size, struct rng *rng) {
    uint32_t ticket = rng_uint32(rng);
    size_t package = 0;
    while (package + 1 < population->config->package_count && ticket >= era->package[type][size][package])
        ticket -= era->package[type][size][package++];
    return package;
}

/* ---- what could be known at best ---- */

struct population_score population_bayes(const struct population *population, const struct population_era *era,
                                         bool of_buyers) {
    struct population_score score = {0, 0};
    double all = 0;
    for (size_t type = 0; type < era->types; type++)
        for (size_t size = 0; size < population->size->levels.count; size++) {
            double weight = era->share[type][size] * (of_buyers ? era->buyers[type] / 1000.0 : 1.0);
            double best = 0;
            all += weight;
            for (size_t package = 0; package < population->config->package_count; package++) {
                double p = ldexp(era->package[type][size][package], -32);
                best = p > best ? p : best;
                score.log_loss -= p > 0 ? weight * p * log(p) : 0;
            }
            score.accuracy += weight * best;
        }
    score.accuracy /= all;
    score.log_loss /= all;
    return score;
}
