/* defects.h - the defects of real data, and how often the sample contains them: one table. */
#ifndef SAMPLE_DEFECTS_H
#define SAMPLE_DEFECTS_H

#include <stddef.h>

enum defect {
    /* forms */
    DEFECT_DOUBLE_SUBMISSION,
    DEFECT_EARLIER_ANSWER,
    DEFECT_LATER_ANSWER,
    DEFECT_ALIAS,
    DEFECT_CASE_AND_SPACES,
    DEFECT_SIZE_AS_NUMBER,
    DEFECT_SIZE_DASH,
    DEFECT_QUOTED_NAME,
    DEFECT_LATIN1,
    DEFECT_EMPTY_OPTIONAL,
    DEFECT_EMPTY_SIZE,
    DEFECT_NO_LEAD_ID,
    DEFECT_OTHER_TIME,
    DEFECT_BROKEN_ROW,
    /* what happens to a lead that wants to buy */
    DEFECT_FULL_REFUND,
    DEFECT_PART_REFUND,
    DEFECT_DISPUTE_LOST,
    DEFECT_DISPUTE_WON,
    DEFECT_TRIAL_PAID,
    DEFECT_TRIAL_LAPSED,
    DEFECT_SETUP_ALONE,
    DEFECT_FAILED,
    DEFECT_TEST_MODE,
    DEFECT_SECOND_PURCHASE,
    DEFECT_UPGRADE_IN_PLACE,
    DEFECT_REFUND_THEN_BUY,
    /* in addition to a purchase */
    DEFECT_RETRIED,
    DEFECT_BARE_CHARGE,
    DEFECT_SETUP_FEE,
    DEFECT_DISCOUNT,
    DEFECT_RENEWED,
    DEFECT_BEFORE_LEAD,
    DEFECT_NON_LEAD_PAYER,
    /* how it is written */
    DEFECT_JOIN_BY_EMAIL,
    DEFECT_JOIN_BY_CUSTOMER,
    DEFECT_OTHER_PAYER,
    DEFECT_PLAN_BY_NICKNAME,
    DEFECT_PLAN_BY_AMOUNT,
    DEFECT_NEW_API,
    DEFECT_EXPANDED,
    DEFECT_DELIVERED_TWICE,
    DEFECT_COUNT
};

unsigned defects_rate(enum defect defect); /* per 100,000 of the kind that the table names */

/* The table as --help shows it: made once and kept. */
const char *defects_describe(void);

#endif
