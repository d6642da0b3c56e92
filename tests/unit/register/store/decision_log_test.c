/* decision_log_test.c - decisions survive a torn line, and the pointer follows the last of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>
#include <cmocka.h>

#include "services/common/registry/champion.h"
#include "services/common/store/paths.h"
#include "services/register/store/alias.h"
#include "services/register/store/decision_log.h"
#include "tests/helpers/scratch.h"
#include "tests/helpers/volume.h"

static const char hash_a[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
static const char hash_b[] = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

static int forget(void **state) {
    (void)state;
    unlink(scratch_path(VOLUME_DECISIONS));
    unlink(scratch_path(VOLUME_CHAMPION));
    unlink(scratch_path(VOLUME_PREVIOUS));
    return 0;
}

static void append_text(const char *text) {
    FILE *file = fopen(scratch_path(VOLUME_DECISIONS), "a");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void append(json_t *decision) {
    struct error err;
    assert_true(decision_log_append(open_volume(scratch), decision, &err));
    json_decref(decision);
}

static json_t *move(long long from, long long to) {
    json_t *decision = json_pack("{s:s}", "time", "2026-01-01T00:00:00Z");
    struct alias before = {.version = from}, after = {.version = to};
    memcpy(before.sha256, hash_a, SHA256_HEX);
    memcpy(after.sha256, hash_b, SHA256_HEX);
    alias_add_move(decision, &before, &after);
    return decision;
}

static json_t *read_all(void) {
    struct error err;
    json_t *all = decision_log_read(open_volume(scratch), &err);
    if (all == NULL)
        fail_msg("%s", err.text);
    return all;
}

static void reconcile(void) {
    struct error err;
    json_t *all = read_all();
    if (!alias_reconcile(open_volume(scratch), all, &err))
        fail_msg("%s", err.text);
    json_decref(all);
}

static long long version_of(const char *name) {
    struct alias alias;
    struct error err;
    assert_true(alias_read(&alias, open_volume(scratch), name, &err));
    return alias.version;
}

static void a_line_torn_by_a_power_cut_is_skipped_and_then_cut_off(void **state) {
    (void)state;
    append(json_pack("{s:i}", "n", 1));
    append_text("{\"n\":2,\"rea");
    json_t *all = read_all();
    assert_int_equal(json_array_size(all), 1);
    json_decref(all);
    append(json_pack("{s:i}", "n", 3));
    all = read_all();
    assert_int_equal(json_array_size(all), 2);
    assert_int_equal(json_integer_value(json_object_get(json_array_get(all, 1), "n")), 3);
    json_decref(all);
}

static void a_damaged_line_in_the_middle_is_an_error_that_names_it(void **state) {
    (void)state;
    struct error err;
    append_text("{\"n\":1}\nnonsense\n{\"n\":3}\n");
    assert_null(decision_log_read(open_volume(scratch), &err));
    assert_non_null(strstr(err.text, "line 2"));
}

static void the_first_move_makes_a_champion_without_a_previous(void **state) {
    (void)state;
    reconcile();
    assert_int_equal(version_of(VOLUME_CHAMPION), 0);
    append(move(0, 1));
    reconcile();
    assert_int_equal(version_of(VOLUME_CHAMPION), 1);
    assert_int_equal(version_of(VOLUME_PREVIOUS), 0);
}

static void a_move_that_was_decided_but_not_made_is_made_by_the_next_run(void **state) {
    (void)state;
    scratch_write(VOLUME_CHAMPION,
                  "{\"version\":1,\"sha256\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
                  "aaaaaaaa\"}");
    append(move(1, 2));
    reconcile();
    assert_int_equal(version_of(VOLUME_CHAMPION), 2);
    assert_int_equal(version_of(VOLUME_PREVIOUS), 1);
    unlink(scratch_path(VOLUME_CHAMPION)); /* lost: made again */
    reconcile();
    assert_int_equal(version_of(VOLUME_CHAMPION), 2);
}

static void an_alias_set_by_someone_else_is_left_alone(void **state) {
    (void)state;
    append(move(1, 2));
    scratch_write(VOLUME_CHAMPION,
                  "{\"version\":9,\"sha256\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
                  "aaaaaaaa\"}");
    reconcile();
    assert_int_equal(version_of(VOLUME_CHAMPION), 9);
}

static void a_candidate_is_known_by_name_and_forest(void **state) {
    (void)state;
    append(json_pack("{s:s, s:s}", "candidate", "run-1", "forest_sha256", hash_a));
    json_t *all = read_all();
    assert_non_null(decision_log_about(all, "run-1", hash_a));
    assert_null(decision_log_about(all, "run-1", hash_b));
    assert_null(decision_log_about(all, "run-2", hash_a));
    json_decref(all);
}

static void comparisons_of_alarms_and_routine_ones_are_kept_apart(void **state) {
    (void)state;
    append(json_pack("{s:i, s:b, s:i}", "compared_with", 1, "alarm", 1, "n", 1));
    append(json_pack("{s:i, s:b, s:i}", "compared_with", 1, "alarm", 0, "n", 2));
    append(json_pack("{s:b, s:i}", "alarm", 1, "n", 3)); /* compared nothing */
    json_t *all = read_all();
    assert_int_equal(json_integer_value(json_object_get(decision_log_last_comparison(all, true), "n")), 1);
    assert_int_equal(json_integer_value(json_object_get(decision_log_last_comparison(all, false), "n")), 2);
    json_decref(all);
}

static void a_held_version_is_no_move_and_is_found(void **state) {
    (void)state;
    append(json_pack("{s:{s:i, s:s, s:i}}", "held", "version", 4, "manifest_sha256", hash_a, "champion", 3));
    json_t *all = read_all();
    assert_null(decision_log_last_move(all));
    assert_null(decision_log_pending(all, 3));
    assert_int_equal(
        json_integer_value(json_object_get(json_object_get(decision_log_pending(all, 4), "held"), "champion")), 3);
    json_decref(all);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_line_torn_by_a_power_cut_is_skipped_and_then_cut_off, forget),
        cmocka_unit_test_setup(a_damaged_line_in_the_middle_is_an_error_that_names_it, forget),
        cmocka_unit_test_setup(the_first_move_makes_a_champion_without_a_previous, forget),
        cmocka_unit_test_setup(a_move_that_was_decided_but_not_made_is_made_by_the_next_run, forget),
        cmocka_unit_test_setup(an_alias_set_by_someone_else_is_left_alone, forget),
        cmocka_unit_test_setup(a_candidate_is_known_by_name_and_forest, forget),
        cmocka_unit_test_setup(comparisons_of_alarms_and_routine_ones_are_kept_apart, forget),
        cmocka_unit_test_setup(a_held_version_is_no_move_and_is_found, forget),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
