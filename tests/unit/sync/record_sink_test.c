/* record_sink_test.c - records reach the disk whole before the cursor passes them, and what was met is remembered. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "services/common/store/atomic_file.h"
#include "services/sync/inbox.h"
#include "tests/unit/sync/record_sink_fixture.h"

static bool record(const char *json, enum record_sink_dedup memory) {
    json_t *body = json_loads(json, JSON_DECODE_ANY, NULL);
    bool done = record_sink_add(&sink, body, memory, &err);
    json_decref(body);
    return done;
}

static void a_record_is_one_line_with_the_time_it_came(void **state) {
    (void)state;
    assert_true(record("{\"b\":1,\"a\":\"x\\ny\"}", RECORD_SINK_ALWAYS_APPEND));
    assert_true(record_sink_commit(&sink, &err));
    assert_int_equal(inbox_count("{\"received_at\":\"2026-06-01T12:00:00Z\",\"body\":{\"b\":1,\"a\":\"x\\ny\"}}"), 1);
}

static void what_is_remembered_is_appended_once_across_runs(void **state) {
    (void)state;
    assert_true(record("{\"a\":1}", RECORD_SINK_DEDUP));
    assert_true(record("{\"a\":1}", RECORD_SINK_DEDUP));
    assert_true(record_sink_commit(&sink, &err));
    assert_true(intake_again(NOON));
    assert_true(record("{\"a\":1}", RECORD_SINK_DEDUP));
    assert_true(record("{\"a\":2}", RECORD_SINK_DEDUP));
    assert_true(record_sink_commit(&sink, &err));
    assert_int_equal(inbox_count("\"a\""), 2);
    assert_int_equal(sink.counts.records, 2);
    assert_int_equal(sink.counts.duplicates, 1);
}

static void a_torn_last_line_is_cut_away_by_the_next_append(void **state) {
    (void)state;
    assert_true(inbox_append(volume, "test-unit", NOON, "{\"a\":1}\n", 8, &err));
    static char torn[10000]; /* longer than what is looked at in one piece */
    memset(torn, 't', sizeof torn);
    assert_true(append_log_write_once_at(volume, INBOX_FILE, torn, sizeof torn, &err));
    assert_true(inbox_append(volume, "test-unit", NOON, "{\"a\":2}\n", 8, &err));
    size_t size;
    char *all = files_read_at(volume, INBOX_FILE, 1 << 20, &size, &err);
    assert_string_equal(all, "{\"a\":1}\n{\"a\":2}\n");
    free(all);
}

static void a_file_that_is_one_torn_line_begins_anew(void **state) {
    (void)state;
    assert_true(append_log_write_once_at(volume, INBOX_FILE, "torn", 4, &err));
    assert_true(inbox_append(volume, "test-unit", NOON, "{}\n", 3, &err));
    assert_int_equal(inbox_count(""), 1);
    assert_int_equal(inbox_count("torn"), 0);
}

static void a_cursor_stays_where_it_was_when_records_cannot_be_appended(void **state) {
    (void)state;
    assert_true(record_sink_commit(&sink, &err));
    json_object_set_new(sink.cursor.state, "place", json_integer(7));
    assert_true(atomic_file_write_at(volume, "raw/inbox", "in the way", 10, &err));
    assert_true(record("{\"a\":1}", RECORD_SINK_DEDUP));
    assert_false(record_sink_commit(&sink, &err));
    assert_true(intake_again(NOON));
    assert_null(json_object_get(sink.cursor.state, "place"));
}

static void a_damaged_cursor_is_an_error_that_names_it(void **state) {
    (void)state;
    assert_true(record_sink_commit(&sink, &err));
    scratch_write("raw/.sync-test.json", "{\"of\":");
    assert_false(intake_again(NOON));
    assert_non_null(strstr(err.text, ".sync-test.json"));
}

static void litter_of_a_killed_run_is_swept_and_that_of_others_is_not(void **state) {
    (void)state;
    assert_true(record_sink_commit(&sink, &err));
    scratch_write("raw/.tmp-.sync-test.json-abcdef", "");
    scratch_write("raw/.tmp-customers.csv-abcdef", "");
    assert_true(intake_again(NOON));
    assert_false(files_exist_at(volume, "raw/.tmp-.sync-test.json-abcdef"));
    assert_true(files_exist_at(volume, "raw/.tmp-customers.csv-abcdef"));
}

static void memory_is_bounded_and_keeps_what_is_met_again(void **state) {
    (void)state;
    struct dedup_cache cache;
    assert_true(dedup_cache_open(&cache, 4));
    for (uint64_t i = 1; i <= 1000; i++) {
        dedup_cache_add(&cache, i * 0x9E3779B97F4A7C15U);
        dedup_cache_add(&cache, 42);
        assert_true(dedup_cache_has(&cache, 42));
        assert_true(dedup_cache_has(&cache, i * 0x9E3779B97F4A7C15U));
    }
    assert_false(dedup_cache_has(&cache, 0x9E3779B97F4A7C15U));
    json_t *json = dedup_cache_to_json(&cache);
    struct dedup_cache again;
    assert_true(dedup_cache_open(&again, 4));
    dedup_cache_from_json(&again, json);
    assert_true(dedup_cache_has(&again, 42));
    json_t *same = dedup_cache_to_json(&again);
    assert_true(json_equal(json, same));
    json_decref(same);
    json_decref(json);
    dedup_cache_done(&again);
    dedup_cache_done(&cache);
}

#define INTAKE(test) cmocka_unit_test_setup_teardown(test, intake_fresh, intake_end)

int main(void) {
    const struct CMUnitTest tests[] = {
        INTAKE(a_record_is_one_line_with_the_time_it_came),
        INTAKE(what_is_remembered_is_appended_once_across_runs),
        INTAKE(a_torn_last_line_is_cut_away_by_the_next_append),
        INTAKE(a_file_that_is_one_torn_line_begins_anew),
        INTAKE(a_cursor_stays_where_it_was_when_records_cannot_be_appended),
        INTAKE(a_damaged_cursor_is_an_error_that_names_it),
        INTAKE(litter_of_a_killed_run_is_swept_and_that_of_others_is_not),
        cmocka_unit_test(memory_is_bounded_and_keeps_what_is_met_again),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
