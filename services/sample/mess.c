/* mess.c - the table of what goes wrong, and how often. */
#include "services/sample/mess.h"

#include <stdio.h>

static const struct {
    unsigned per_100000;
    const char *what;
} table[MESS_COUNT] = {
    [MESS_DOUBLE_SUBMISSION] = {3000, "of leads: the form was sent twice"},
    [MESS_EARLIER_ANSWER] = {2000, "of leads: an earlier submission gave another size"},
    [MESS_LATER_ANSWER] = {2000, "of buyers: a submission after the purchase gives another size"},
    [MESS_ALIAS] = {8000, "of submissions: the type by another word (\"dentist\")"},
    [MESS_CASE_AND_SPACES] = {6000, "of submissions: type or size in other case, with spaces around"},
    [MESS_SIZE_AS_NUMBER] = {5000, "of submissions: the size as a number (\"12\", \"12 employees\")"},
    [MESS_SIZE_DASH] = {5000, "of submissions: the size with an en dash or \"to\""},
    [MESS_QUOTED_NAME] = {4000, "of submissions: commas, quotes or a line end in the business name"},
    [MESS_LATIN1] = {300, "of submissions: a Latin-1 byte in the business name"},
    [MESS_EMPTY_OPTIONAL] = {3000, "of submissions: no age, region or loyalty points"},
    [MESS_EMPTY_SIZE] = {200, "of leads: no business size"},
    [MESS_NO_LEAD_ID] = {500, "of leads: no customer_id, only the e-mail address"},
    [MESS_OTHER_TIME] = {3000, "of submissions: the time with a zone or a fraction"},
    [MESS_BROKEN_ROW] =
        {50, "of leads, 4 in small samples: a row broken beyond repair (too short, too long, nobody, garbage)"},
    [MESS_FULL_REFUND] = {2500, "of would-be buyers: refunded in full"},
    [MESS_PART_REFUND] = {2500, "of would-be buyers: refunded in part"},
    [MESS_DISPUTE_LOST] = {800, "of would-be buyers: dispute lost"},
    [MESS_DISPUTE_WON] = {800, "of would-be buyers: dispute won"},
    [MESS_TRIAL_PAID] = {5000, "of would-be buyers: a trial that turned into a purchase"},
    [MESS_TRIAL_LAPSED] = {2000, "of would-be buyers: a trial that did not"},
    [MESS_SETUP_ALONE] = {800, "of would-be buyers: paid the set-up fee alone"},
    [MESS_FAILED] = {2000, "of would-be buyers: the card was declined for good"},
    [MESS_TEST_MODE] = {500, "of would-be buyers: in test mode only"},
    [MESS_SECOND_PURCHASE] = {5000, "of would-be buyers: bought another package later"},
    [MESS_UPGRADE_IN_PLACE] = {1500, "of would-be buyers: changed the plan of the same subscription later"},
    [MESS_REFUND_THEN_BUY] = {700, "of would-be buyers: refunded in full, then bought again"},
    [MESS_RETRIED] = {3000, "of purchases: the card was declined at first"},
    [MESS_BARE_CHARGE] = {1500, "of purchases: a one-off charge beside the subscription later"},
    [MESS_SETUP_FEE] = {40000, "of purchases: with the set-up fee on the first invoice"},
    [MESS_DISCOUNT] = {4000, "of purchases: 10 % off, so that the amount names no plan"},
    [MESS_RENEWED] = {25000, "of purchases: one to three renewals (events layout)"},
    [MESS_BEFORE_LEAD] = {300, "of purchases: paid hours before the form was sent"},
    [MESS_STRANGER] = {1000, "strangers to 100,000 leads: pay without having sent the form"},
    [MESS_JOIN_BY_EMAIL] = {25000, "of purchases: no client_reference_id, joined by e-mail in any case"},
    [MESS_JOIN_BY_CUSTOMER] = {8000, "of purchases: neither; another record tells the customer's e-mail"},
    [MESS_OTHER_PAYER] = {8000, "of purchases with client_reference_id: paid from another address"},
    [MESS_PLAN_BY_NICKNAME] = {25000, "of purchases: a price with a nickname and no lookup key"},
    [MESS_PLAN_BY_AMOUNT] = {4000, "of purchases without discount: a price that only the amount can tell"},
    [MESS_NEW_API] = {50000, "of purchases: told in API version 2025-03-31.basil or newer (events layout)"},
    [MESS_EXPANDED] = {5000, "of references: an expanded object, a deleted stub or (the latest invoice) null"},
    [MESS_DELIVERED_TWICE] = {3000, "of events and objects: delivered twice"},
};

unsigned mess_rate(enum mess mess) {
    return table[mess].per_100000;
}

const char *mess_describe(void) {
    static char text[6000];
    size_t used = (size_t)snprintf(text, sizeof text, "What is wrong with the data, on purpose, per 100,000:");
    for (size_t i = 0; i < MESS_COUNT && used < sizeof text; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "\n  %6u  %s", table[i].per_100000, table[i].what);
    return text;
}
