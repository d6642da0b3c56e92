/*
 * journey.h - what a person does: nothing, a purchase, or something that looks like one.
 *
 * A journey is made once and then written by a layout (events.c, compact.c). journey_count says what the ETL must find
 * in it, so both layouts have the same truth.
 */
#ifndef SAMPLE_JOURNEY_H
#define SAMPLE_JOURNEY_H

#include "services/sample/person.h"

enum journey_kind {
    JOURNEY_NOTHING, /* buys nothing (or would only after the end) */
    /* a purchase that counts */
    JOURNEY_PLAIN,
    JOURNEY_PART_REFUND,
    JOURNEY_DISPUTE_WON,
    JOURNEY_TRIAL_PAID,       /* a $0 invoice, then a paid one `later` */
    JOURNEY_SECOND_PURCHASE,  /* another subscription `later`: the first is the label */
    JOURNEY_UPGRADE_IN_PLACE, /* the same subscription moves to `other` later */
    JOURNEY_REFUND_THEN_BUY,  /* `other` refunded in full, then `package` bought later, which counts */
    /* none */
    JOURNEY_FULL_REFUND,
    JOURNEY_DISPUTE_LOST,
    JOURNEY_TRIAL_LAPSED,
    JOURNEY_SETUP_ALONE,
    JOURNEY_FAILED,
    JOURNEY_TEST_MODE
};

enum journey_join { JOIN_BY_REFERENCE, JOIN_BY_EMAIL, JOIN_BY_CUSTOMER };
enum journey_plan { PLAN_BY_LOOKUP_KEY, PLAN_BY_NICKNAME, PLAN_BY_AMOUNT };

struct journey {
    enum journey_kind kind;
    enum journey_join join;
    enum journey_plan plan;
    size_t package, other;
    unix_time at, later; /* the first payment; what follows it, at most a month afterwards */
    unsigned renewals;   /* months paid after the first, up to the end */
    bool setup_fee, discount, retried, bare_charge, other_payer, new_api;
};

void journey_make(struct journey *journey, const struct sample *sample, const struct person *person);

/* Why something that looks like a purchase is not a label, in the words of the ETL's report. */
enum journey_exclusion {
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
const char *journey_exclusion_text(enum journey_exclusion exclusion);

/* What the ETL must find. */
struct journey_tally {
    uint64_t people;                           /* who sent the form */
    uint64_t buyers;                           /* of them, who wanted to buy */
    uint64_t labelled;                         /* rows of train.csv */
    uint64_t package[POPULATION_MAX_PACKAGES]; /* of them, by label */
    uint64_t excluded[EXCLUSIONS];
};
void journey_count(struct journey_tally *tally, const struct journey *journey, bool non_lead_payer);

#endif
