/* stratified.c - a sum of chi-squares over cells, and its permutation test. */
#include "services/drift/stratified.h"

#include "services/drift/chance.h"
#include "services/drift/chi_square.h"

enum { ENOUGH_AS_FAR = 20 };
static const double rounding = 1e-9;

static uint32_t sum(const uint32_t *counts, size_t classes) {
    uint32_t all = 0;
    for (size_t i = 0; i < classes; i++)
        all += counts[i];
    return all;
}

/* Deal the rows of one cell anew: as many to `after` as it has, the rest to `before`. */
static void deal(const uint32_t *before, const uint32_t *after, size_t classes, struct chance *chance, uint8_t *deck,
                 uint32_t *new_before, uint32_t *new_after) {
    uint32_t all = 0, hand = sum(after, classes);
    for (size_t i = 0; i < classes; i++) {
        new_before[i] = before[i] + after[i];
        new_after[i] = 0;
        for (uint32_t card = 0; card < new_before[i]; card++)
            deck[all++] = (uint8_t)i;
    }
    for (uint32_t i = 0; i < hand; i++) {
        uint32_t other = i + chance_below(chance, all - i);
        uint8_t card = deck[other];
        deck[other] = deck[i];
        new_after[card]++;
        new_before[card]--;
    }
}

static double dealt_statistic(const uint32_t *before, const uint32_t *after, size_t cells, size_t classes,
                              struct chance *chance, uint8_t *deck) {
    uint32_t new_before[STRATIFIED_CLASSES], new_after[STRATIFIED_CLASSES];
    double statistic = 0;
    for (size_t i = 0; i < cells; i++) {
        const uint32_t *b = before + i * classes, *a = after + i * classes;
        if (sum(b, classes) == 0 || sum(a, classes) == 0)
            continue;
        deal(b, a, classes, chance, deck, new_before, new_after);
        statistic += chi_square_two_samples(new_after, new_before, classes).statistic;
    }
    return statistic;
}

struct stratified stratified_test(const uint32_t *before, const uint32_t *after, size_t cells, size_t classes,
                                  uint64_t seed, uint8_t *deck) {
    struct stratified out = {.p = 1};
    double largest = -1;
    for (size_t i = 0; i < cells; i++) {
        const uint32_t *b = before + i * classes, *a = after + i * classes;
        uint32_t n = sum(b, classes), m = sum(a, classes);
        if (n == 0 || m == 0)
            continue;
        double part = chi_square_two_samples(a, b, classes).statistic;
        out.statistic += part;
        out.strata++;
        out.before += n;
        out.after += m;
        if (part > largest) {
            largest = part;
            out.guilty = i;
        }
    }
    if (out.strata == 0)
        return out;
    struct chance chance = {seed};
    uint32_t as_far = 0, deals = 0;
    for (; deals < STRATIFIED_DEALS && as_far < ENOUGH_AS_FAR; deals++)
        as_far += dealt_statistic(before, after, cells, classes, &chance, deck) >= out.statistic * (1 - rounding);
    out.p = as_far < ENOUGH_AS_FAR ? (as_far + 1.0) / (deals + 1.0) : (double)as_far / deals;
    return out;
}
