/* mess.h - what is wrong with real data, and how often the sample makes it so: one table. */
#ifndef SAMPLE_MESS_H
#define SAMPLE_MESS_H

#include <stddef.h>

enum mess {
    /* forms */
    MESS_DOUBLE_SUBMISSION,
    MESS_EARLIER_ANSWER,
    MESS_LATER_ANSWER,
    MESS_ALIAS,
    MESS_CASE_AND_SPACES,
    MESS_SIZE_AS_NUMBER,
    MESS_SIZE_DASH,
    MESS_QUOTED_NAME,
    MESS_LATIN1,
    MESS_EMPTY_OPTIONAL,
    MESS_EMPTY_SIZE,
    MESS_NO_LEAD_ID,
    MESS_OTHER_TIME,
    MESS_BROKEN_ROW,
    /* what becomes of a lead that wants to buy */
    MESS_FULL_REFUND,
    MESS_PART_REFUND,
    MESS_DISPUTE_LOST,
    MESS_DISPUTE_WON,
    MESS_TRIAL_PAID,
    MESS_TRIAL_LAPSED,
    MESS_SETUP_ALONE,
    MESS_FAILED,
    MESS_TEST_MODE,
    MESS_SECOND_PURCHASE,
    MESS_UPGRADE_IN_PLACE,
    MESS_REFUND_THEN_BUY,
    /* beside a purchase */
    MESS_RETRIED,
    MESS_BARE_CHARGE,
    MESS_SETUP_FEE,
    MESS_DISCOUNT,
    MESS_RENEWED,
    MESS_BEFORE_LEAD,
    MESS_STRANGER,
    /* how it is told */
    MESS_JOIN_BY_EMAIL,
    MESS_JOIN_BY_CUSTOMER,
    MESS_OTHER_PAYER,
    MESS_PLAN_BY_NICKNAME,
    MESS_PLAN_BY_AMOUNT,
    MESS_NEW_API,
    MESS_EXPANDED,
    MESS_DELIVERED_TWICE,
    MESS_COUNT
};

unsigned mess_rate(enum mess mess); /* per 100,000 of what the table says */

/* The table as --help shows it: made once, kept. */
const char *mess_describe(void);

#endif
