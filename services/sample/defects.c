/* defects.c - the table of defects and their frequencies. */
#include "services/sample/defects.h"

#include <stdio.h>

static const struct {
    unsigned per_100000;
    const char *what;
} table[DEFECT_COUNT] = {
    [DEFECT_DOUBLE_SUBMISSION] = {3000, "of leads: the form was sent twice"},
    [DEFECT_EARLIER_ANSWER] = {2000, "of leads: an earlier submission gave another size"},
    [DEFECT_LATER_ANSWER] = {2000, "of buyers: a submission after the purchase gives another size"},
    [DEFECT_ALIAS] = {8000, "of submissions: another word for the type (\"dentist\")"},
    [DEFECT_CASE_AND_SPACES] = {6000, "of submissions: type or size in other case, with spaces around"},
    [DEFECT_SIZE_AS_NUMBER] = {5000, "of submissions: the size as a number (\"12\", \"12 employees\")"},
    [DEFECT_SIZE_DASH] = {5000, "of submissions: the size with an en dash or \"to\""},
    [DEFECT_QUOTED_NAME] = {4000, "of submissions: commas, quotes or a line end in the business name"},
    [DEFECT_LATIN1] = {300, "of submissions: a Latin-1 byte in the business name"},
    [DEFECT_EMPTY_OPTIONAL] = {3000, "of submissions: no age, region or loyalty points"},
    [DEFECT_EMPTY_SIZE] = {200, "of leads: no business size"},
    [DEFECT_NO_LEAD_ID] = {500, "of leads: no customer_id, only the e-mail address"},
    [DEFECT_OTHER_TIME] = {3000, "of submissions: the time with a zone or a fraction"},
    [DEFECT_BROKEN_ROW] =
        {50, "of leads, 4 in small samples: a broken row (too short, too long, without a person, garbage)"},
    [DEFECT_FULL_REFUND] = {2500, "of would-be buyers: refunded in full"},
    [DEFECT_PART_REFUND] = {2500, "of would-be buyers: refunded in part"},
    [DEFECT_DISPUTE_LOST] = {800, "of would-be buyers: dispute lost"},
    [DEFECT_DISPUTE_WON] = {800, "of would-be buyers: dispute won"},
    [DEFECT_TRIAL_PAID] = {5000, "of would-be buyers: a trial that turned into a purchase"},
    [DEFECT_TRIAL_LAPSED] = {2000, "of would-be buyers: a trial that was not followed by a purchase"},
    [DEFECT_SETUP_ALONE] = {800, "of would-be buyers: paid only the set-up fee"},
    [DEFECT_FAILED] = {2000, "of would-be buyers: the card was declined for good"},
    [DEFECT_TEST_MODE] = {500, "of would-be buyers: in test mode only"},
    [DEFECT_SECOND_PURCHASE] = {5000, "of would-be buyers: bought another package later"},
    [DEFECT_UPGRADE_IN_PLACE] = {1500, "of would-be buyers: changed the plan of the same subscription later"},
    [DEFECT_REFUND_THEN_BUY] = {700, "of would-be buyers: refunded in full, then bought again"},
    [DEFECT_RETRIED] = {3000, "of purchases: the card was declined at first"},
    [DEFECT_BARE_CHARGE] = {1500, "of purchases: a one-off charge besides the subscription later"},
    [DEFECT_SETUP_FEE] = {40000, "of purchases: with the set-up fee on the first invoice"},
    [DEFECT_DISCOUNT] = {4000, "of purchases: 10 % off, so that the amount does not identify the plan"},
    [DEFECT_RENEWED] = {25000, "of purchases: one to three renewals (events layout)"},
    [DEFECT_BEFORE_LEAD] = {300, "of purchases: paid hours before the form was sent"},
    [DEFECT_NON_LEAD_PAYER] = {1000, "people per 100,000 leads: pay without having sent the form"},
    [DEFECT_JOIN_BY_EMAIL] = {25000, "of purchases: no client_reference_id, joined by e-mail in any case"},
    [DEFECT_JOIN_BY_CUSTOMER] = {8000, "of purchases: neither; another record has the customer's e-mail"},
    [DEFECT_OTHER_PAYER] = {8000, "of purchases with client_reference_id: paid from another address"},
    [DEFECT_PLAN_BY_NICKNAME] = {25000, "of purchases: a price with a nickname and no lookup key"},
    [DEFECT_PLAN_BY_AMOUNT] = {4000, "of purchases without discount: a price that only the amount identifies"},
    [DEFECT_NEW_API] = {50000, "of purchases: in API version 2025-03-31.basil or newer (events layout)"},
    [DEFECT_EXPANDED] = {5000, "of references: an expanded object, a deleted stub or (the latest invoice) null"},
    [DEFECT_DELIVERED_TWICE] = {3000, "of events and objects: delivered twice"},
};

unsigned defects_rate(enum defect defect) {
    return table[defect].per_100000;
}

const char *defects_describe(void) {
    static char text[6000];
    size_t used = (size_t)snprintf(text, sizeof text, "Defects that are put in on purpose, per 100,000:");
    for (size_t i = 0; i < DEFECT_COUNT && used < sizeof text; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "\n  %6u  %s", table[i].per_100000, table[i].what);
    return text;
}
