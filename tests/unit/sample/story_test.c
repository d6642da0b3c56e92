/* story_test.c - stories keep to their time, and the verdict on each is the ETL's. */
#include "small_sample.h"

#include <string.h>

#include "services/sample/story.h"

enum { PEOPLE = 20000 };

static struct story_tally judge(enum story_kind kind, bool stranger) {
    struct story_tally tally = {0};
    struct story story = {.kind = kind, .package = 2};
    story_judge(&tally, &story, stranger);
    return tally;
}

static void a_story_is_the_same_whenever_it_is_told(void **state) {
    (void)state;
    struct small_sample small = small_sample_new(3, 100, WORLD_STEADY);
    struct person person;
    struct story one, two;
    memset(&one, 0, sizeof one);
    memset(&two, 0, sizeof two);
    person_meet(&person, &small.sample, 57);
    story_tell(&one, &small.sample, &person);
    person_meet(&person, &small.sample, 12);
    person_meet(&person, &small.sample, 57);
    story_tell(&two, &small.sample, &person);
    assert_true(one.kind == two.kind && one.at == two.at && one.package == two.package && one.join == two.join);
    small_sample_done(&small);
}

static void nothing_happens_after_the_end_and_every_kind_of_story_happens(void **state) {
    (void)state;
    struct small_sample small = small_sample_new(3, PEOPLE, WORLD_STEADY);
    bool seen[STORY_TEST_MODE + 1] = {false};
    for (uint64_t i = 0; i < PEOPLE; i++) {
        struct person person;
        struct story story;
        person_meet(&person, &small.sample, i);
        story_tell(&story, &small.sample, &person);
        seen[story.kind] = true;
        if (story.kind == STORY_NOTHING)
            continue;
        moment last = story.at + 30 * 86400 * (moment)story.renewals;
        assert_true(story.at < small.sample.end && last <= small.sample.end);
        assert_true(story.later > story.at && (story.later <= small.sample.end || story.kind == STORY_TRIAL_LAPSED));
        assert_true(story.package != story.other);
    }
    for (size_t i = 0; i <= STORY_TEST_MODE; i++)
        assert_true(seen[i]);
    small_sample_done(&small);
}

static void a_purchase_that_stands_is_one_labelled_row(void **state) {
    (void)state;
    static const enum story_kind standing[] = {STORY_PLAIN,          STORY_PART_REFUND,      STORY_DISPUTE_WON,
                                               STORY_TRIAL_PAID,     STORY_UPGRADE_IN_PLACE, STORY_SECOND_PURCHASE,
                                               STORY_REFUND_THEN_BUY};
    for (size_t i = 0; i < sizeof standing / sizeof *standing; i++) {
        struct story_tally tally = judge(standing[i], false);
        assert_true(tally.labelled == 1 && tally.package[2] == 1 && tally.people == 1 && tally.buyers == 1);
    }
}

static void what_only_looks_like_a_purchase_is_none(void **state) {
    (void)state;
    assert_true(judge(STORY_FULL_REFUND, false).excluded[EXCLUDED_REFUNDED] == 1);
    assert_true(judge(STORY_DISPUTE_LOST, false).excluded[EXCLUDED_LOST] == 1);
    assert_true(judge(STORY_TRIAL_LAPSED, false).excluded[EXCLUDED_TRIAL] == 1);
    assert_true(judge(STORY_FAILED, false).excluded[EXCLUDED_FAILED] == 1);
    assert_true(judge(STORY_SETUP_ALONE, false).excluded[EXCLUDED_SETUP_FEE] == 1);
    assert_true(judge(STORY_TEST_MODE, false).excluded[EXCLUDED_OTHER_MODE] == 1);
    for (enum story_kind kind = STORY_FULL_REFUND; kind <= STORY_TEST_MODE; kind++)
        assert_true(judge(kind, false).labelled == 0);
}

static void a_stranger_pays_without_being_a_lead(void **state) {
    (void)state;
    struct story_tally tally = judge(STORY_PLAIN, true);
    assert_true(tally.people == 0 && tally.labelled == 0 && tally.excluded[EXCLUDED_NO_LEAD] == 1);
}

static void a_second_purchase_is_found_and_left_out(void **state) {
    (void)state;
    assert_true(judge(STORY_SECOND_PURCHASE, false).excluded[EXCLUDED_LATER] == 1);
    assert_true(judge(STORY_REFUND_THEN_BUY, false).excluded[EXCLUDED_REFUNDED] == 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_story_is_the_same_whenever_it_is_told),
        cmocka_unit_test(nothing_happens_after_the_end_and_every_kind_of_story_happens),
        cmocka_unit_test(a_purchase_that_stands_is_one_labelled_row),
        cmocka_unit_test(what_only_looks_like_a_purchase_is_none),
        cmocka_unit_test(a_stranger_pays_without_being_a_lead),
        cmocka_unit_test(a_second_purchase_is_found_and_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
