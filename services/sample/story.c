/* story.c - tells stories, and judges them as the ETL must. */
#include "services/sample/story.h"

#include <string.h>

#include "services/sample/mess.h"

enum { HOUR = 3600, DAY = 24 * HOUR, MONTH = 30 * DAY };

static const struct {
    enum story_kind kind;
    enum mess rate;
} endings[] = {
    {STORY_FULL_REFUND, MESS_FULL_REFUND},
    {STORY_PART_REFUND, MESS_PART_REFUND},
    {STORY_DISPUTE_LOST, MESS_DISPUTE_LOST},
    {STORY_DISPUTE_WON, MESS_DISPUTE_WON},
    {STORY_TRIAL_PAID, MESS_TRIAL_PAID},
    {STORY_TRIAL_LAPSED, MESS_TRIAL_LAPSED},
    {STORY_SETUP_ALONE, MESS_SETUP_ALONE},
    {STORY_FAILED, MESS_FAILED},
    {STORY_TEST_MODE, MESS_TEST_MODE},
    {STORY_SECOND_PURCHASE, MESS_SECOND_PURCHASE},
    {STORY_UPGRADE_IN_PLACE, MESS_UPGRADE_IN_PLACE},
    {STORY_REFUND_THEN_BUY, MESS_REFUND_THEN_BUY},
};

static enum story_kind draw_kind(struct draw *draw) {
    uint64_t ticket = draw_below(draw, 100000);
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        if (ticket < mess_rate(endings[i].rate))
            return endings[i].kind;
        ticket -= mess_rate(endings[i].rate);
    }
    return STORY_PLAIN;
}

/* Most buy within days, some after weeks. */
static moment draw_purchase_time(const struct person *person, struct draw *draw) {
    uint64_t one = draw_below(draw, 45 * DAY), two = draw_below(draw, 45 * DAY);
    if (draw_chance(draw, mess_rate(MESS_BEFORE_LEAD)))
        return person->signup - 2 * HOUR;
    return person->signup + HOUR + (moment)(one < two ? one : two);
}

/* The story's second date: a trial has its length, the rest comes some time within a month and before the end. */
static moment draw_later(const struct story *story, moment end, struct draw *draw) {
    if (story->kind == STORY_TRIAL_PAID)
        return story->at + 14 * DAY;
    moment left = end - story->at < MONTH ? end - story->at : MONTH;
    return story->at + 1 + (moment)draw_below(draw, (uint64_t)left);
}

static enum story_join draw_join(const struct person *person, struct draw *draw) {
    uint64_t ticket = draw_below(draw, 100000);
    if (ticket < mess_rate(MESS_JOIN_BY_CUSTOMER))
        return JOIN_BY_CUSTOMER;
    bool by_email = ticket < mess_rate(MESS_JOIN_BY_CUSTOMER) + mess_rate(MESS_JOIN_BY_EMAIL);
    return by_email || person->anonymous ? JOIN_BY_EMAIL : JOIN_BY_REFERENCE;
}

static enum story_plan draw_plan(const struct story *story, const struct config *config, struct draw *draw) {
    uint64_t ticket = draw_below(draw, 100000);
    /* A discount or the difference between two packages is no price, and amounts are compared in dollars only. */
    bool amount_tells =
        !story->discount && story->kind != STORY_UPGRADE_IN_PLACE && strcmp(config->currency, "usd") == 0;
    if (ticket < mess_rate(MESS_PLAN_BY_AMOUNT) && amount_tells)
        return PLAN_BY_AMOUNT;
    return ticket < mess_rate(MESS_PLAN_BY_AMOUNT) + mess_rate(MESS_PLAN_BY_NICKNAME) ? PLAN_BY_NICKNAME
                                                                                      : PLAN_BY_LOOKUP_KEY;
}

/* Renewals stand beside plain purchases only: one refund among several payments is not refunded in full. */
static unsigned draw_renewals(const struct story *story, moment end, struct draw *draw) {
    bool renewed = draw_chance(draw, mess_rate(MESS_RENEWED));
    moment wanted = 1 + (moment)draw_below(draw, 3), possible = (end - story->at) / MONTH;
    if (story->kind != STORY_PLAIN || !renewed)
        return 0;
    return (unsigned)(wanted < possible ? wanted : possible);
}

void story_tell(struct story *story, const struct sample *sample, const struct person *person) {
    struct draw draw = draw_begin(sample->seed, DRAW_STORY, person->number);
    const struct world_era *era = person_era(person, sample);
    bool wants = draw_below(&draw, 1000) < era->buyers[person->type] || person_is_stranger(person, sample);
    *story = (struct story){.kind = STORY_NOTHING};
    story->at = draw_purchase_time(person, &draw);
    if (!wants || story->at >= sample->end)
        return;
    story->kind = draw_kind(&draw);
    if (story->kind == STORY_SETUP_ALONE && sample->world->config->setup_fee == 0)
        story->kind = STORY_PLAIN;
    story->package = world_draw_package(sample->world, era, person->type, person->size, &draw);
    size_t packages = sample->world->config->package_count;
    story->other = (story->package + 1 + draw_below(&draw, packages - 1)) % packages;
    story->later = draw_later(story, sample->end, &draw);
    if (story->later >= sample->end && story->kind == STORY_TRIAL_PAID)
        story->kind = STORY_TRIAL_LAPSED;
    story->setup_fee = draw_chance(&draw, mess_rate(MESS_SETUP_FEE));
    story->discount = draw_chance(&draw, mess_rate(MESS_DISCOUNT));
    story->retried = draw_chance(&draw, mess_rate(MESS_RETRIED)) && story->kind == STORY_PLAIN;
    story->bare_charge = draw_chance(&draw, mess_rate(MESS_BARE_CHARGE)) && story->kind == STORY_PLAIN;
    story->other_payer = draw_chance(&draw, mess_rate(MESS_OTHER_PAYER));
    /* Since 2025-03-31 no event ties a declined payment to its invoice: whether that is one purchase is taste. */
    story->new_api = draw_chance(&draw, mess_rate(MESS_NEW_API)) && story->kind != STORY_FAILED;
    story->join = draw_join(person, &draw);
    story->plan = draw_plan(story, sample->world->config, &draw);
    story->renewals = draw_renewals(story, sample->end, &draw);
}

const char *story_exclusion_text(enum story_exclusion exclusion) {
    static const char *const texts[EXCLUSIONS] = {
        [EXCLUDED_LATER] = "not the person's first purchase",
        [EXCLUDED_NO_LEAD] = "no lead",
        [EXCLUDED_LOST] = "dispute lost",
        [EXCLUDED_REFUNDED] = "refunded in full",
        [EXCLUDED_SETUP_FEE] = "set-up fee alone",
        [EXCLUDED_BARE_CHARGE] = "charge beside a subscription",
        [EXCLUDED_FAILED] = "payment failed",
        [EXCLUDED_TRIAL] = "trial or free: nothing paid",
        [EXCLUDED_OTHER_MODE] = "other mode",
    };
    return texts[exclusion];
}

/* What a kind of story leaves beside or instead of its label; EXCLUSIONS where nothing. */
static enum story_exclusion exclusion_of(enum story_kind kind, bool stranger) {
    switch (kind) {
    case STORY_SECOND_PURCHASE:
        return stranger ? EXCLUDED_NO_LEAD : EXCLUDED_LATER;
    case STORY_FULL_REFUND:
    case STORY_REFUND_THEN_BUY:
        return EXCLUDED_REFUNDED;
    case STORY_DISPUTE_LOST:
        return EXCLUDED_LOST;
    case STORY_TRIAL_LAPSED:
        return EXCLUDED_TRIAL;
    case STORY_FAILED:
        return EXCLUDED_FAILED;
    case STORY_SETUP_ALONE:
        return EXCLUDED_SETUP_FEE;
    case STORY_TEST_MODE:
        return EXCLUDED_OTHER_MODE;
    default:
        return EXCLUSIONS;
    }
}

void story_judge(struct story_tally *tally, const struct story *story, bool stranger) {
    bool counts = story->kind > STORY_NOTHING && story->kind < STORY_FULL_REFUND;
    enum story_exclusion exclusion = exclusion_of(story->kind, stranger);
    tally->people += !stranger;
    tally->buyers += !stranger && story->kind != STORY_NOTHING;
    tally->labelled += counts && !stranger;
    tally->package[story->package] += counts && !stranger;
    tally->excluded[EXCLUDED_NO_LEAD] += counts && stranger;
    tally->excluded[EXCLUDED_BARE_CHARGE] += story->bare_charge;
    if (exclusion != EXCLUSIONS)
        tally->excluded[exclusion]++;
}
