/* worker_test.c - a worker runs again after what its outputs depend on has changed, and only then. */
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
#include "services/common/worker/worker.h"
#include "tests/helpers/scratch.h"

struct settings {
    struct settings_common common;
    long long trees, threads;
    double share;
    const char *mode, *name, *key;
    bool quick;
};

static const struct setting rows[] = {
    SETTINGS_COMMON(struct settings, common),
    SETTINGS_THREADS(struct settings, threads, "TEST_THREADS"),
    {"trees", NULL, SETTING_INTEGER, offsetof(struct settings, trees), "10", 1, 1000, NULL, "trees"},
    {"share", NULL, SETTING_NUMBER, offsetof(struct settings, share), "0.5", 0, 1, NULL, "share"},
    {"mode", NULL, SETTING_CHOICE, offsetof(struct settings, mode), "live", 0, 0, "live|test", "mode"},
    {"name", NULL, SETTING_TEXT, offsetof(struct settings, name), NULL, 0, 10, NULL, "name"},
    {NULL, "TEST_KEY", SETTING_SECRET, offsetof(struct settings, key), NULL, 1, 64, NULL, "key"},
    {"quick", NULL, SETTING_FLAG, offsetof(struct settings, quick), "0", 0, 0, NULL, "quick", .not_an_input = true},
};

static const struct program program = {
    .name = "leadforest-test",
    .summary = "for tests",
    .usage = "[options] [fail]",
    .settings = rows,
    .setting_count = sizeof rows / sizeof *rows,
    .max_args = 1,
};

struct work {
    bool frees_this;
};
static unsigned freed;

static void work_done(void *work) {
    freed += ((struct work *)work)->frees_this;
}

static enum exit_code check(struct worker_run *run, bool *finished) {
    if (run->args.count > 0 && strcmp(run->args.arg[0], "version") == 0)
        *finished = true;
    if (run->args.count > 0 && strcmp(run->args.arg[0], "nonsense") == 0)
        return settings_reject(&program, "unknown command");
    return EXIT_DONE;
}

static enum exit_code make(struct worker_run *run, struct error *err) {
    ((struct work *)run->work)->frees_this = true;
    if (run->args.count > 0) {
        error_set(err, "as it was told to");
        return EXIT_SOFTWARE;
    }
    return worker_code(atomic_file_write(scratch_path("scores/result"), "x", 1, err), err);
}

static const struct worker worker = {
    .program = &program,
    .id = WORKER_SCORE,
    .settings_size = sizeof(struct settings),
    .work_size = sizeof(struct work),
    .configured = true,
    .inputs = {"in"},
    .outputs = {"result"},
    .check = check,
    .run = make,
    .done = work_done,
};

/* The exit code of a run with these options, NULL for fewer. */
static int run(const char *a, const char *b) {
    char *argv[] = {(char[]){"worker"}, (char[]){"--data"}, scratch, (char *)a, (char *)b, NULL};
    int argc = 3 + (a != NULL) + (b != NULL);
    return worker_main(&worker, argc, argv);
}

/* A run without options, and nothing to do in a second one. */
static void begin(void) {
    scratch_write("in", "a");
    run(NULL, NULL);
    assert_int_equal(run(NULL, NULL), EXIT_NOTHING_TO_DO);
}

static void each_setting_that_changes_outputs_makes_them_again(void **state) {
    (void)state;
    static const char *const options[] = {"--trees=11", "--share=0.5000000000000001", "--mode=test", "--name=x",
                                          "--name="};
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        begin();
        assert_int_equal(run(options[i], NULL), EXIT_DONE);
        assert_int_equal(run(options[i], NULL), EXIT_NOTHING_TO_DO);
    }
}

static void a_setting_that_changes_none_does_not(void **state) {
    (void)state;
    begin();
    assert_int_equal(run("--threads=3", "--quick"), EXIT_NOTHING_TO_DO);
    setenv("TEST_KEY", "secret", 1);
    assert_int_equal(run(NULL, NULL), EXIT_NOTHING_TO_DO);
    unsetenv("TEST_KEY");
}

/* The built-in configuration in a file of this name, with or without a byte that means nothing. */
static void write_configuration(const char *name, bool longer) {
    size_t size;
    struct error err;
    char *text = files_read("deploy/leadforest.json", 1 << 20, &size, &err);
    assert_non_null(text);
    text[size] = ' '; /* in place of the zero byte */
    assert_true(atomic_file_write(scratch_path(name), text, size + longer, &err));
    free(text);
}

static void a_configuration_counts_by_its_content(void **state) {
    (void)state;
    begin();
    write_configuration("same.json", false);
    assert_int_equal(run("--config", scratch_path("same.json")), EXIT_NOTHING_TO_DO);
    write_configuration("longer.json", true);
    assert_int_equal(run("--config", scratch_path("longer.json")), EXIT_DONE);
}

static void a_wrong_configuration_is_a_wrong_call(void **state) {
    (void)state;
    scratch_write("wrong.json", "{}");
    assert_int_equal(run("--config", scratch_path("wrong.json")), EXIT_USAGE);
}

static void a_changed_input_makes_outputs_again(void **state) {
    (void)state;
    begin();
    scratch_write("in", "b");
    assert_int_equal(run(NULL, NULL), EXIT_DONE);
}

static void leftovers_of_a_killed_run_are_removed(void **state) {
    (void)state;
    begin();
    scratch_write("in", "c");
    scratch_write("scores/.tmp-result-abcdef", "half");
    assert_int_equal(run(NULL, NULL), EXIT_DONE);
    assert_int_equal(access(scratch_path("scores/.tmp-result-abcdef"), F_OK), -1);
}

static void a_failed_run_ends_with_its_code_and_leaves_no_stamp(void **state) {
    (void)state;
    begin();
    scratch_write("in", "d");
    freed = 0;
    assert_int_equal(run("fail", NULL), EXIT_SOFTWARE);
    assert_int_equal(freed, 1);
    assert_int_equal(run(NULL, NULL), EXIT_DONE);
}

static void arguments_are_checked_before_anything_is_touched(void **state) {
    (void)state;
    begin();
    scratch_write("in", "e");
    freed = 0;
    assert_int_equal(run("nonsense", NULL), EXIT_USAGE);
    assert_int_equal(run("version", NULL), EXIT_DONE);
    assert_int_equal(freed, 0);
    assert_int_equal(run(NULL, NULL), EXIT_DONE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_setting_that_changes_outputs_makes_them_again),
        cmocka_unit_test(a_setting_that_changes_none_does_not),
        cmocka_unit_test(a_configuration_counts_by_its_content),
        cmocka_unit_test(a_wrong_configuration_is_a_wrong_call),
        cmocka_unit_test(a_changed_input_makes_outputs_again),
        cmocka_unit_test(leftovers_of_a_killed_run_are_removed),
        cmocka_unit_test(a_failed_run_ends_with_its_code_and_leaves_no_stamp),
        cmocka_unit_test(arguments_are_checked_before_anything_is_touched),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
