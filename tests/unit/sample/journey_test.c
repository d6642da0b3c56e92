/* journey_test.c - stories keep to their time, and the verdict on each is the ETL's. */
#include "tests/unit/sample/fixture.h"

#include <string.h>

#include "services/sample/journey.h"

enum { PEOPLE = 20000 };

static struct journey_tally count(enum journey_kind kind, bool non_lead_payer) {
    struct journey_tally tally = {0};
    struct journey journey = {.kind = kind, .package = 2};
    journey_count(&tally, &journey, non_lead_payer);
    return tally;
}

static void a_journey_is_the_same_whenever_it_is_made(void **state) {
    (void)state;
    struct small_sample small = small_sample_new(3, 100, POPULATION_STEADY);
    struct person person;
    struct journey one, two;
    memset(&one, 0, sizeof one);
    memset(&two, 0, sizeof two);
    person_make(&person, &small.sample, 57);
    journey_make(&one, &small.sample, &person);
    person_make(&person, &small.sample, 12);
    person_make(&person, &small.sample, 57);
    journey_make(&two, &small.sample, &person);
    assert_true(one.kind == two.kind && one.at == two.at && one.package == two.package && one.join == two.join);
    small_sample_done(&small);
}

static void nothing_happens_after_the_end_and_every_kind_of_journey_happens(void **state) {
    (void)state;
    struct small_sample small = small_sample_new(3, PEOPLE, POPULATION_STEADY);
    bool seen[JOURNEY_TEST_MODE + 1] = {false};
    for (uint64_t i = 0; i < PEOPLE; i++) {
        struct person person;
        struct journey journey;
        person_make(&person, &small.sample, i);
        journey_make(&journey, &small.sample, &person);
        seen[journey.kind] = true;
        if (journey.kind == JOURNEY_NOTHING)
            continue;
        unix_time last = journey.at + 30 * 86400 * (unix_time)journey.renewals;
        assert_true(journey.at < small.sample.end && last <= small.sample.end);
        assert_true(journey.later > journey.at &&
                    (journey.later <= small.sample.end || journey.kind == JOURNEY_TRIAL_LAPSED));
        assert_true(journey.package != journey.other);
    }
    for (size_t i = 0; i <= JOURNEY_TEST_MODE; i++)
        assert_true(seen[i]);
    small_sample_done(&small);
}

static void a_purchase_that_stands_is_one_labelled_row(void **state) {
    (void)state;
    static const enum journey_kind standing[] = {
        JOURNEY_PLAIN,          JOURNEY_PART_REFUND,      JOURNEY_DISPUTE_WON,
        JOURNEY_TRIAL_PAID,     JOURNEY_UPGRADE_IN_PLACE, JOURNEY_SECOND_PURCHASE,
        JOURNEY_REFUND_THEN_BUY};
    for (size_t i = 0; i < sizeof standing / sizeof *standing; i++) {
        struct journey_tally tally = count(standing[i], false);
        assert_true(tally.labelled == 1 && tally.package[2] == 1 && tally.people == 1 && tally.buyers == 1);
    }
}

static void what_only_looks_like_a_purchase_is_none(void **state) {
    (void)state;
    assert_true(count(JOURNEY_FULL_REFUND, false).excluded[EXCLUDED_REFUNDED] == 1);
    assert_true(count(JOURNEY_DISPUTE_LOST, false).excluded[EXCLUDED_LOST] == 1);
    assert_true(count(JOURNEY_TRIAL_LAPSED, false).excluded[EXCLUDED_TRIAL] == 1);
    assert_true(count(JOURNEY_FAILED, false).excluded[EXCLUDED_FAILED] == 1);
    assert_true(count(JOURNEY_SETUP_ALONE, false).excluded[EXCLUDED_SETUP_FEE] == 1);
    assert_true(count(JOURNEY_TEST_MODE, false).excluded[EXCLUDED_OTHER_MODE] == 1);
    for (enum journey_kind kind = JOURNEY_FULL_REFUND; kind <= JOURNEY_TEST_MODE; kind++)
        assert_true(count(kind, false).labelled == 0);
}

static void a_non_lead_payer_pays_without_a_form(void **state) {
    (void)state;
    struct journey_tally tally = count(JOURNEY_PLAIN, true);
    assert_true(tally.people == 0 && tally.labelled == 0 && tally.excluded[EXCLUDED_NO_LEAD] == 1);
}

static void a_second_purchase_is_found_and_left_out(void **state) {
    (void)state;
    assert_true(count(JOURNEY_SECOND_PURCHASE, false).excluded[EXCLUDED_LATER] == 1);
    assert_true(count(JOURNEY_REFUND_THEN_BUY, false).excluded[EXCLUDED_REFUNDED] == 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_journey_is_the_same_whenever_it_is_made),
        cmocka_unit_test(nothing_happens_after_the_end_and_every_kind_of_journey_happens),
        cmocka_unit_test(a_purchase_that_stands_is_one_labelled_row),
        cmocka_unit_test(what_only_looks_like_a_purchase_is_none),
        cmocka_unit_test(a_non_lead_payer_pays_without_a_form),
        cmocka_unit_test(a_second_purchase_is_found_and_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
