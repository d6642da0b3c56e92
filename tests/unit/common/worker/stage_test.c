/* stage_test.c - a stage runs once at a time, knows when nothing has changed, and is never fooled by a lost output. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "services/common/store/atomic_file.h"
#include "services/common/worker/run_id.h"
#include "services/common/worker/stage.h"
#include "tests/helpers/scratch.h"

/* One run: what is up to date is left alone, otherwise scores/result is made from in. */
static enum exit_code run(const char *setting) {
    struct stage stage;
    struct error err;
    enum exit_code code;
    if (!stage_begin(&stage, WORKER_SCORE, scratch, &code))
        return code;
    stage_output(&stage, "result");
    stage_input_text(&stage, "setting", setting);
    assert_true(stage_input_file(&stage, "in", &err));
    if (stage_up_to_date(&stage))
        return stage_end(&stage, EXIT_NOTHING_TO_DO, NULL);
    assert_true(atomic_file_write(scratch_path("scores/result"), setting, strlen(setting), &err));
    assert_true(stage_stamp(&stage, &err));
    return stage_end(&stage, EXIT_DONE, json_pack("{s:i}", "rows", 1));
}

static void the_same_inputs_are_nothing_to_do(void **state) {
    (void)state;
    scratch_write("in", "a");
    assert_int_equal(run("x"), EXIT_DONE);
    assert_int_equal(run("x"), EXIT_NOTHING_TO_DO);
}

static void a_changed_input_or_setting_is_something_to_do(void **state) {
    (void)state;
    scratch_write("in", "b");
    assert_int_equal(run("x"), EXIT_DONE);
    assert_int_equal(run("y"), EXIT_DONE);
    assert_int_equal(run("y"), EXIT_NOTHING_TO_DO);
    assert_int_equal(unlink(scratch_path("in")), 0);
    assert_int_equal(run("y"), EXIT_DONE);
}

/* Settings whose names and values read the same one after the other. */
static void a_letter_that_moves_between_name_and_value_is_a_change(void **state) {
    (void)state;
    static const char *const settings[][2] = {{"ab", "c"}, {"a", "bc"}, {"abc", ""}};
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
        struct stage stage;
        struct error err;
        enum exit_code code;
        assert_true(stage_begin(&stage, WORKER_SCORE, scratch, &code));
        stage_output(&stage, "result");
        stage_input_text(&stage, settings[i][0], settings[i][1]);
        assert_false(stage_up_to_date(&stage));
        assert_true(atomic_file_write(scratch_path("scores/result"), "x", 1, &err));
        assert_true(stage_stamp(&stage, &err));
        stage_end(&stage, EXIT_DONE, NULL);
    }
}

static void a_lost_or_changed_output_is_made_again(void **state) {
    (void)state;
    scratch_write("in", "c");
    assert_int_equal(run("x"), EXIT_DONE);
    assert_int_equal(unlink(scratch_path("scores/result")), 0);
    assert_int_equal(run("x"), EXIT_DONE);
    scratch_write("scores/result", "tampered");
    assert_int_equal(run("x"), EXIT_DONE);
    scratch_write("scores/.stamp-score.json", "{");
    assert_int_equal(run("x"), EXIT_DONE);
    assert_int_equal(run("x"), EXIT_NOTHING_TO_DO);
}

/* The stamp that 1.1.0 would have left: of the same inputs and outputs, without the version. */
static void stamp_as_1_1_0(const char *in, const char *setting) {
    char inputs[200], stamp[400], in_hash[SHA256_HEX], digest[SHA256_HEX], result[SHA256_HEX];
    bytes_sha256(in, strlen(in), in_hash);
    bytes_sha256(setting, strlen(setting), result);
    int size = snprintf(inputs, sizeof inputs, "setting%c%s%c\nin%c%s%c\n", 0, setting, 0, 0, in_hash, 0);
    bytes_sha256(inputs, (size_t)size, digest);
    snprintf(stamp, sizeof stamp, "{\"inputs\": \"%s\", \"outputs\": {\"result\": \"%s\"}}", digest, result);
    scratch_write("scores/.stamp-score.json", stamp);
}

static void what_another_version_of_the_program_made_is_made_again(void **state) {
    (void)state;
    scratch_write("in", "d");
    assert_int_equal(run("x"), EXIT_DONE);
    stamp_as_1_1_0("d", "x");
    assert_int_equal(run("x"), EXIT_DONE);
    assert_int_equal(run("x"), EXIT_NOTHING_TO_DO);
}

static void a_second_run_at_the_same_time_is_told_to_try_later(void **state) {
    (void)state;
    struct stage first;
    enum exit_code code;
    assert_true(stage_begin(&first, WORKER_SCORE, scratch, &code));
    assert_int_equal(run("x"), EXIT_TEMPFAIL);
    stage_end(&first, EXIT_DONE, NULL);
}

static void the_run_is_the_pipelines_where_it_gives_one(void **state) {
    (void)state;
    struct stage stage;
    enum exit_code code;
    setenv("LEADFOREST_RUN", "0b9d5a3e-7f1c-4f53-9d6e-0a1b2c3d4e5f", 1);
    assert_true(stage_begin(&stage, WORKER_ETL, scratch, &code));
    assert_string_equal(stage.run, "0b9d5a3e-7f1c-4f53-9d6e-0a1b2c3d4e5f");
    stage_end(&stage, EXIT_DONE, NULL);
    setenv("LEADFOREST_RUN", "../../etc", 1);
    assert_true(stage_begin(&stage, WORKER_ETL, scratch, &code));
    assert_true(run_id_valid(stage.run));
    stage_end(&stage, EXIT_DONE, NULL);
    unsetenv("LEADFOREST_RUN");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_inputs_are_nothing_to_do),
        cmocka_unit_test(a_changed_input_or_setting_is_something_to_do),
        cmocka_unit_test(a_letter_that_moves_between_name_and_value_is_a_change),
        cmocka_unit_test(a_lost_or_changed_output_is_made_again),
        cmocka_unit_test(what_another_version_of_the_program_made_is_made_again),
        cmocka_unit_test(a_second_run_at_the_same_time_is_told_to_try_later),
        cmocka_unit_test(the_run_is_the_pipelines_where_it_gives_one),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
