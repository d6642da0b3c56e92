/* stripe_pull_test.c - the walk through Stripe's lists: pages, resuming, overlap, and answers that cannot be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "libetl/stripe/stripe_kind.h"
#include "services/common/worker/log.h"
#include "services/sync/stripe_pull.h"
#include "tests/unit/sync/fake_http.h"
#include "tests/unit/sync/record_sink_fixture.h"

enum { DAY = 86400 };

static struct fake fake;
static struct http http;

static bool pull_with(bool backfill) {
    struct json_client client = {&http, "https://stripe.example", "sk_test_key", "Stripe-Version: 1", 0};
    struct stripe_pull pull = {.backfill = backfill, .overlap_s = 3600};
    return stripe_pull(&pull, &client, &sink, &err);
}

static bool pull(void) {
    return pull_with(false);
}

/* Events evt_<from> down to evt_<to>, one a second, created at their number. */
static void answer_events(long from, long to, bool more) {
    json_t *list = json_array();
    for (long i = from; i >= to; i--)
        json_array_append_new(list, json_pack("{s:o, s:s, s:I}", "id", json_sprintf("evt_%ld", i), "object", "event",
                                              "created", (json_int_t)i));
    json_t *page = json_pack("{s:s, s:b, s:o}", "object", "list", "has_more", more, "data", list);
    char *text = json_dumps(page, 0);
    fake_answer(&fake, 200, text);
    free(text);
    json_decref(page);
}

static size_t object_lists(void) {
    size_t lists = 0;
    for (const struct etl_stripe_kind *kind = etl_stripe_kinds; kind->name != NULL; kind++)
        lists += kind->list != NULL;
    return lists;
}

static void answer_no_objects(void) {
    for (size_t i = object_lists(); i > 0; i--)
        fake_answer(&fake, 200, "{\"has_more\":false,\"data\":[]}");
}

/* A volume whose objects were taken and whose newest event is evt_<newest>. */
static void begin_after(long newest) {
    http = fake_http(&fake);
    answer_no_objects();
    answer_events(newest, newest, false);
    assert_true(pull());
    assert_true(intake_again(NOON));
    http = fake_http(&fake);
}

static void a_first_pull_takes_objects_then_all_events(void **state) {
    (void)state;
    http = fake_http(&fake);
    answer_no_objects();
    answer_events(50, 41, true);
    answer_events(40, 31, false);
    assert_true(pull());
    assert_int_equal(fake.asked, object_lists() + 2);
    assert_non_null(strstr(fake.url[0], "/v1/checkout/sessions?limit=100&expand%5B%5D=data.line_items"));
    assert_non_null(strstr(fake.url[2], "/v1/subscriptions?limit=100&status=all"));
    assert_null(strstr(fake.url[object_lists()], "created%5B"));
    assert_non_null(strstr(fake.url[object_lists() + 1], "starting_after=evt_41"));
    assert_int_equal(inbox_count("\"evt_"), 20);
    assert_string_equal(fake.key, "sk_test_key");
    assert_string_equal(fake.header, "Stripe-Version: 1");
}

static size_t count_in(const char *text, const char *word) {
    size_t count = 0;
    for (; (text = strstr(text, word)) != NULL; text++)
        count++;
    return count;
}

static void events_are_asked_for_by_type_and_no_more_than_stripe_takes(void **state) {
    (void)state;
    begin_after(100);
    answer_events(101, 101, false);
    assert_true(pull());
    assert_in_range(count_in(fake.url[0], "types%5B%5D="), 10, ETL_STRIPE_EVENT_TYPES);
    assert_int_equal(count_in(fake.url[0], "types%5B%5D=checkout.session.completed&"), 1);
    assert_int_equal(count_in(fake.url[0], "types%5B%5D=refund.failed&"), 1);
}

static void the_next_pull_takes_events_from_before_the_newest_and_appends_only_new_ones(void **state) {
    (void)state;
    begin_after(10000);
    answer_events(10003, 9999, false);
    assert_true(pull());
    assert_int_equal(fake.asked, 1);
    assert_non_null(strstr(fake.url[0], "created%5Bgte%5D=6400"));
    assert_int_equal(inbox_count("\"evt_10000\""), 1);
    assert_int_equal(inbox_count("\"evt_"), 5);
    assert_int_equal(sink.counts.duplicates, 1);
}

static void an_event_at_the_overlaps_edge_is_appended_once(void **state) {
    (void)state;
    begin_after(10000);
    answer_events(6400, 6400, false);
    assert_true(pull());
    assert_true(intake_again(NOON));
    answer_events(10001, 10001, true);
    answer_events(6400, 6400, false);
    assert_true(pull());
    assert_int_equal(inbox_count("\"evt_6400\""), 1);
}

static void so_is_one_at_the_edge_of_the_first_walks_overlap(void **state) {
    (void)state;
    http = fake_http(&fake);
    answer_no_objects();
    answer_events(10000, 10000, true);
    answer_events(6400, 6400, false);
    assert_true(pull());
    assert_true(intake_again(NOON));
    http = fake_http(&fake);
    answer_events(10001, 10001, true);
    answer_events(6400, 6400, false);
    assert_true(pull());
    assert_int_equal(inbox_count("\"evt_6400\""), 1);
}

static void an_interrupted_walk_goes_on_and_then_takes_what_is_new(void **state) {
    (void)state;
    begin_after(100);
    answer_events(300, 251, true);
    assert_false(pull()); /* then nothing answers */
    assert_true(err.retryable);
    assert_true(intake_again(NOON));
    http = fake_http(&fake);
    answer_events(250, 101, false);
    answer_events(310, 301, false);
    assert_true(pull());
    assert_non_null(strstr(fake.url[0], "starting_after=evt_251"));
    assert_null(strstr(fake.url[1], "starting_after"));
    for (long i = 100; i <= 310; i++) {
        char id[32];
        snprintf(id, sizeof id, "\"evt_%ld\"", i);
        assert_int_equal(inbox_count(id), 1);
    }
}

static void records_whose_cursor_was_not_saved_come_again_and_none_is_lost(void **state) {
    (void)state;
    begin_after(100);
    /* The page is on disk, the power goes before the cursor is. */
    static const char line[] = "{\"body\":{\"id\":\"evt_101\"}}\n";
    assert_true(append_log_write_once_at(volume, INBOX_FILE, line, strlen(line), &err));
    answer_events(101, 101, false);
    assert_true(pull());
    assert_int_equal(inbox_count("evt_101"), 2);
}

static void a_walk_that_stripe_has_forgotten_begins_again(void **state) {
    (void)state;
    begin_after(100);
    answer_events(300, 251, true);
    assert_false(pull());
    assert_true(intake_again(NOON));
    http = fake_http(&fake);
    fake_answer(&fake, 400, "{\"error\":{\"code\":\"resource_missing\"}}");
    answer_events(300, 101, false);
    answer_events(300, 101, false);
    assert_true(pull());
    assert_null(strstr(fake.url[1], "starting_after"));
    assert_int_equal(inbox_count("\"evt_101\""), 1);
}

static void a_backfill_takes_objects_again(void **state) {
    (void)state;
    begin_after(100);
    answer_no_objects();
    answer_events(100, 100, false);
    assert_true(pull_with(true));
    assert_int_equal(fake.asked, object_lists() + 1);
}

static void a_pause_longer_than_events_are_kept_takes_objects_again(void **state) {
    (void)state;
    begin_after(100);
    assert_true(intake_again(NOON + 28 * DAY));
    answer_events(100, 100, false);
    assert_true(pull());
    assert_int_equal(fake.asked, 1);
    assert_true(intake_again(NOON + 58 * DAY));
    http = fake_http(&fake);
    answer_no_objects();
    answer_events(100, 100, false);
    assert_true(pull());
    assert_int_equal(fake.asked, object_lists() + 1);
}

static void another_accounts_cursor_is_not_continued(void **state) {
    (void)state;
    begin_after(100);
    record_sink_done(&sink);
    sink = (struct record_sink){.volume = volume, .inbox = "test-unit", .at = NOON};
    assert_true(cursor_open(&sink.cursor, volume, "raw/.sync-test.json", "another", 64, &err));
    answer_no_objects();
    answer_events(100, 100, false);
    assert_true(pull());
    assert_int_equal(fake.asked, object_lists() + 1);
}

static void what_stripe_would_never_answer_is_rejected(void **state) {
    (void)state;
    static const char *const answers[] = {
        "[]",
        "null",
        "not json",
        "{\"data\":[]}",
        "{\"has_more\":false}",
        "{\"has_more\":true,\"data\":[]}",
        "{\"has_more\":false,\"data\":[7]}",
        "{\"has_more\":false,\"data\":[{\"created\":1}]}",
        "{\"has_more\":false,\"data\":[{\"id\":\"\"}]}",
    };
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        assert_int_equal(intake_fresh(state), 0);
        http = fake_http(&fake);
        fake_answer(&fake, 200, answers[i]);
        assert_false(pull());
        assert_false(err.retryable);
        assert_int_equal(inbox_count(""), 0);
    }
}

static void a_page_that_leads_nowhere_does_not_loop(void **state) {
    (void)state;
    begin_after(100);
    answer_events(300, 300, true);
    answer_events(300, 300, true);
    assert_false(pull());
    assert_non_null(strstr(err.text, "evt_300"));
}

static void a_rejection_is_reported_by_its_word_without_what_was_sent(void **state) {
    (void)state;
    begin_after(100);
    fake_answer(&fake, 401,
                "{\"error\":{\"type\":\"invalid_request_error\",\"message\":\"Invalid API Key: sk_test_key\"}}");
    assert_false(pull());
    assert_false(err.retryable);
    assert_string_equal(err.text, "GET https://stripe.example/v1/events: status 401 (invalid_request_error): "
                                  "invalid API key");
}

#define PULL(test) cmocka_unit_test_setup_teardown(test, intake_fresh, intake_end)

int main(void) {
    const struct CMUnitTest tests[] = {
        PULL(a_first_pull_takes_objects_then_all_events),
        PULL(events_are_asked_for_by_type_and_no_more_than_stripe_takes),
        PULL(the_next_pull_takes_events_from_before_the_newest_and_appends_only_new_ones),
        PULL(an_event_at_the_overlaps_edge_is_appended_once),
        PULL(so_is_one_at_the_edge_of_the_first_walks_overlap),
        PULL(an_interrupted_walk_goes_on_and_then_takes_what_is_new),
        PULL(records_whose_cursor_was_not_saved_come_again_and_none_is_lost),
        PULL(a_walk_that_stripe_has_forgotten_begins_again),
        PULL(a_backfill_takes_objects_again),
        PULL(a_pause_longer_than_events_are_kept_takes_objects_again),
        PULL(another_accounts_cursor_is_not_continued),
        PULL(what_stripe_would_never_answer_is_rejected),
        PULL(a_page_that_leads_nowhere_does_not_loop),
        PULL(a_rejection_is_reported_by_its_word_without_what_was_sent),
    };
    setenv("LOG_LEVEL", "error", 1);
    log_open("test", NULL);
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
