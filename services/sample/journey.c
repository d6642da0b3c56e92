/* journey.c - makes journeys, and counts them as the ETL must. */
#include "services/sample/journey.h"

#include <string.h>

#include "services/sample/defects.h"

enum { HOUR = 3600, DAY = 24 * HOUR, MONTH = 30 * DAY };

static const struct {
    enum journey_kind kind;
    enum defect rate;
} endings[] = {
    {JOURNEY_FULL_REFUND, DEFECT_FULL_REFUND},
    {JOURNEY_PART_REFUND, DEFECT_PART_REFUND},
    {JOURNEY_DISPUTE_LOST, DEFECT_DISPUTE_LOST},
    {JOURNEY_DISPUTE_WON, DEFECT_DISPUTE_WON},
    {JOURNEY_TRIAL_PAID, DEFECT_TRIAL_PAID},
    {JOURNEY_TRIAL_LAPSED, DEFECT_TRIAL_LAPSED},
    {JOURNEY_SETUP_ALONE, DEFECT_SETUP_ALONE},
    {JOURNEY_FAILED, DEFECT_FAILED},
    {JOURNEY_TEST_MODE, DEFECT_TEST_MODE},
    {JOURNEY_SECOND_PURCHASE, DEFECT_SECOND_PURCHASE},
    {JOURNEY_UPGRADE_IN_PLACE, DEFECT_UPGRADE_IN_PLACE},
    {JOURNEY_REFUND_THEN_BUY, DEFECT_REFUND_THEN_BUY},
};

static enum journey_kind draw_kind(struct rng *rng) {
    uint64_t ticket = rng_below(rng, 100000);
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        if (ticket < defects_rate(endings[i].rate))
            return endings[i].kind;
        ticket -= defects_rate(endings[i].rate);
    }
    return JOURNEY_PLAIN;
}

/* Most buy within days, some after weeks. */
static unix_time draw_purchase_time(const struct person *person, struct rng *rng) {
    uint64_t one = rng_below(rng, 45 * DAY), two = rng_below(rng, 45 * DAY);
    if (rng_chance(rng, defects_rate(DEFECT_BEFORE_LEAD)))
        return person->signup - 2 * HOUR;
    return person->signup + HOUR + (unix_time)(one < two ? one : two);
}

/* The journey's second date: a trial has a fixed length, everything else happens within a month and before the end. */
static unix_time draw_later(const struct journey *journey, unix_time end, struct rng *rng) {
    if (journey->kind == JOURNEY_TRIAL_PAID)
        return journey->at + 14 * DAY;
    unix_time left = end - journey->at < MONTH ? end - journey->at : MONTH;
    return journey->at + 1 + (unix_time)rng_below(rng, (uint64_t)left);
}

static enum journey_join draw_join(const struct person *person, struct rng *rng) {
    uint64_t ticket = rng_below(rng, 100000);
    if (ticket < defects_rate(DEFECT_JOIN_BY_CUSTOMER))
        return JOIN_BY_CUSTOMER;
    bool by_email = ticket < defects_rate(DEFECT_JOIN_BY_CUSTOMER) + defects_rate(DEFECT_JOIN_BY_EMAIL);
    return by_email || person->anonymous ? JOIN_BY_EMAIL : JOIN_BY_REFERENCE;
}

static enum journey_plan draw_plan(const struct journey *journey, const struct etl_config *config, struct rng *rng) {
    uint64_t ticket = rng_below(rng, 100000);
    /* A discount or the difference between two packages is not a price, and amounts are compared in dollars only. */
    bool amount_is_unique =
        !journey->discount && journey->kind != JOURNEY_UPGRADE_IN_PLACE && strcmp(config->currency, "usd") == 0;
    if (ticket < defects_rate(DEFECT_PLAN_BY_AMOUNT) && amount_is_unique)
        return PLAN_BY_AMOUNT;
    return ticket < defects_rate(DEFECT_PLAN_BY_AMOUNT) + defects_rate(DEFECT_PLAN_BY_NICKNAME) ? PLAN_BY_NICKNAME
                                                                                                : PLAN_BY_LOOKUP_KEY;
}

/* Only plain purchases have renewals: one refund among several payments is not a full refund. */
static unsigned draw_renewals(const struct journey *journey, unix_time end, struct rng *rng) {
    bool renewed = rng_chance(rng, defects_rate(DEFECT_RENEWED));
    unix_time wanted = 1 + (unix_time)rng_below(rng, 3), possible = (end - journey->at) / MONTH;
    if (journey->kind != JOURNEY_PLAIN || !renewed)
        return 0;
    return (unsigned)(wanted < possible ? wanted : possible);
}

void journey_make(struct journey *journey, const struct sample *sample, const struct person *person) {
    struct rng rng = rng_begin(sample->seed, RNG_JOURNEY, person->number);
    const struct population_era *era = person_era(person, sample);
    bool wants = rng_below(&rng, 1000) < era->buyers[person->type] || person_is_non_lead_payer(person, sample);
    *journey = (struct journey){.kind = JOURNEY_NOTHING};
    journey->at = draw_purchase_time(person, &rng);
    if (!wants || journey->at >= sample->end)
        return;
    journey->kind = draw_kind(&rng);
    if (journey->kind == JOURNEY_SETUP_ALONE && sample->population->config->setup_fee == 0)
        journey->kind = JOURNEY_PLAIN;
    journey->package = population_draw_package(sample->population, era, person->type, person->size, &rng);
    size_t packages = sample->population->config->package_count;
    journey->other = (journey->package + 1 + rng_below(&rng, packages - 1)) % packages;
    journey->later = draw_later(journey, sample->end, &rng);
    if (journey->later >= sample->end && journey->kind == JOURNEY_TRIAL_PAID)
        journey->kind = JOURNEY_TRIAL_LAPSED;
    journey->setup_fee = rng_chance(&rng, defects_rate(DEFECT_SETUP_FEE));
    journey->discount = rng_chance(&rng, defects_rate(DEFECT_DISCOUNT));
    journey->retried = rng_chance(&rng, defects_rate(DEFECT_RETRIED)) && journey->kind == JOURNEY_PLAIN;
    journey->bare_charge = rng_chance(&rng, defects_rate(DEFECT_BARE_CHARGE)) && journey->kind == JOURNEY_PLAIN;
    journey->other_payer = rng_chance(&rng, defects_rate(DEFECT_OTHER_PAYER));
    /*
     * Since 2025-03-31 no event connects a declined payment to its invoice, so it is ambiguous whether that is one
     * purchase.
     */
    journey->new_api = rng_chance(&rng, defects_rate(DEFECT_NEW_API)) && journey->kind != JOURNEY_FAILED;
    journey->join = draw_join(person, &rng);
    journey->plan = draw_plan(journey, sample->population->config, &rng);
    journey->renewals = draw_renewals(journey, sample->end, &rng);
}

const char *journey_exclusion_text(enum journey_exclusion exclusion) {
    static const char *const texts[EXCLUSIONS] = {
        [EXCLUDED_LATER] = "not the person's first purchase",
        [EXCLUDED_NO_LEAD] = "no lead",
        [EXCLUDED_LOST] = "dispute lost",
        [EXCLUDED_REFUNDED] = "refunded in full",
        [EXCLUDED_SETUP_FEE] = "set-up fee only",
        [EXCLUDED_BARE_CHARGE] = "charge besides a subscription",
        [EXCLUDED_FAILED] = "payment failed",
        [EXCLUDED_TRIAL] = "trial or free: nothing paid",
        [EXCLUDED_OTHER_MODE] = "other mode",
    };
    return texts[exclusion];
}

/* The excluded purchase of a kind of journey, in addition to its label or instead; EXCLUSIONS if there is none. */
static enum journey_exclusion exclusion_of(enum journey_kind kind, bool non_lead_payer) {
    switch (kind) {
    case JOURNEY_SECOND_PURCHASE:
        return non_lead_payer ? EXCLUDED_NO_LEAD : EXCLUDED_LATER;
    case JOURNEY_FULL_REFUND:
    case JOURNEY_REFUND_THEN_BUY:
        return EXCLUDED_REFUNDED;
    case JOURNEY_DISPUTE_LOST:
        return EXCLUDED_LOST;
    case JOURNEY_TRIAL_LAPSED:
        return EXCLUDED_TRIAL;
    case JOURNEY_FAILED:
        return EXCLUDED_FAILED;
    case JOURNEY_SETUP_ALONE:
        return EXCLUDED_SETUP_FEE;
    case JOURNEY_TEST_MODE:
        return EXCLUDED_OTHER_MODE;
    default:
        return EXCLUSIONS;
    }
}

void journey_count(struct journey_tally *tally, const struct journey *journey, bool non_lead_payer) {
    bool counts = journey->kind > JOURNEY_NOTHING && journey->kind < JOURNEY_FULL_REFUND;
    enum journey_exclusion exclusion = exclusion_of(journey->kind, non_lead_payer);
    tally->people += !non_lead_payer;
    tally->buyers += !non_lead_payer && journey->kind != JOURNEY_NOTHING;
    tally->labelled += counts && !non_lead_payer;
    tally->package[journey->package] += counts && !non_lead_payer;
    tally->excluded[EXCLUDED_NO_LEAD] += counts && non_lead_payer;
    tally->excluded[EXCLUDED_BARE_CHARGE] += journey->bare_charge;
    if (exclusion != EXCLUSIONS)
        tally->excluded[exclusion]++;
}
