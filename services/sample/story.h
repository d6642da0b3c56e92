/*
 * story.h - what a person does with its money: nothing, a purchase, or one of the things that look like one.
 *
 * A story is told once and then written down by a layout (events.c, compact.c); story_judge says what
 * the ETL must make of it, so both layouts have the same truth.
 */
#ifndef SAMPLE_STORY_H
#define SAMPLE_STORY_H

#include "services/sample/person.h"

enum story_kind {
    STORY_NOTHING, /* buys nothing (or would only after the end) */
    /* a purchase that counts */
    STORY_PLAIN,
    STORY_PART_REFUND,
    STORY_DISPUTE_WON,
    STORY_TRIAL_PAID,       /* a $0 invoice, then a paid one `later` */
    STORY_SECOND_PURCHASE,  /* another subscription `later`: the first is the label */
    STORY_UPGRADE_IN_PLACE, /* the same subscription moves to `other` later */
    STORY_REFUND_THEN_BUY,  /* `other` refunded in full, then `package` bought later, which counts */
    /* none */
    STORY_FULL_REFUND,
    STORY_DISPUTE_LOST,
    STORY_TRIAL_LAPSED,
    STORY_SETUP_ALONE,
    STORY_FAILED,
    STORY_TEST_MODE
};

enum story_join { JOIN_BY_REFERENCE, JOIN_BY_EMAIL, JOIN_BY_CUSTOMER };
enum story_plan { PLAN_BY_LOOKUP_KEY, PLAN_BY_NICKNAME, PLAN_BY_AMOUNT };

struct story {
    enum story_kind kind;
    enum story_join join;
    enum story_plan plan;
    size_t package, other;
    moment at, later;  /* the first payment; what follows it, at most a month afterwards */
    unsigned renewals; /* months paid after the first, up to the end */
    bool setup_fee, discount, retried, bare_charge, other_payer, new_api;
};

void story_tell(struct story *story, const struct sample *sample, const struct person *person);

/* Why what looks like a purchase is no label, in the words of the ETL's report. */
enum story_exclusion {
    EXCLUDED_LATER,
    EXCLUDED_NO_LEAD,
    EXCLUDED_LOST,
    EXCLUDED_REFUNDED,
    EXCLUDED_SETUP_FEE,
    EXCLUDED_BARE_CHARGE,
    EXCLUDED_FAILED,
    EXCLUDED_TRIAL,
    EXCLUDED_OTHER_MODE,
    EXCLUSIONS
};
const char *story_exclusion_text(enum story_exclusion exclusion);

/* What the ETL must find. */
struct story_tally {
    uint64_t people;                      /* who sent the form */
    uint64_t buyers;                      /* of them, who wanted to buy */
    uint64_t labelled;                    /* rows of train.csv */
    uint64_t package[WORLD_MAX_PACKAGES]; /* of them, by label */
    uint64_t excluded[EXCLUSIONS];
};
void story_judge(struct story_tally *tally, const struct story *story, bool stranger);

#endif
