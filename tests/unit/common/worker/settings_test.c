/* settings_test.c - flags, environment and defaults end up where the table says, or are refused by name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "services/common/worker/settings.h"
#include "tests/helpers/scratch.h"

struct options {
    struct settings_common common;
    long long trees, renamed, threads;
    double share;
    unix_time until;
    const char *mode, *key;
    bool quick, kept;
};

static const struct setting rows[] = {
    SETTINGS_COMMON(struct options, common),
    {"trees", "TEST_TREES", SETTING_INTEGER, offsetof(struct options, trees), "100", 1, 1000, NULL, "trees"},
    {"share", NULL, SETTING_NUMBER, offsetof(struct options, share), "0.2", 0, 1, NULL, "share"},
    {"until", NULL, SETTING_TIME, offsetof(struct options, until), NULL, 0, 0, NULL, "until"},
    {"mode", "TEST_MODE", SETTING_CHOICE, offsetof(struct options, mode), "live", 0, 0, "live|test", "mode"},
    {NULL, "TEST_KEY", SETTING_SECRET, offsetof(struct options, key), NULL, 8, 64, NULL, "key"},
    {"quick", "TEST_QUICK", SETTING_FLAG, offsetof(struct options, quick), NULL, 0, 0, NULL, "quick"},
    {"kept", NULL, SETTING_FLAG, offsetof(struct options, kept), "1", 0, 0, NULL, "kept"},
    {"new-name|old-name|oldest-name", "TEST_NEW_NAME|TEST_OLD_NAME", SETTING_INTEGER, offsetof(struct options, renamed),
     "5", 1, 9, NULL, "renamed twice"},
    SETTINGS_THREADS(struct options, threads, "TEST_THREADS"),
};
static const struct program program = {
    .name = "test",
    .summary = "tests",
    .usage = "[options]",
    .examples = "  test --trees 9",
    .settings = rows,
    .setting_count = sizeof rows / sizeof *rows,
    .max_args = 1,
};

static enum exit_code read_words(struct options *o, struct args *args, const char *const *argv, bool *finished) {
    int argc = 0;
    while (argv[argc] != NULL)
        argc++;
    memset(o, 0xAB, sizeof *o); /* as a struct on a program's stack may be */
    return settings_read(&program, o, args, argc, (char **)(uintptr_t)argv, finished);
}

static enum exit_code read_line(struct options *o, const char *const *argv) {
    struct args args;
    bool finished;
    return read_words(o, &args, argv, &finished);
}

/* What a call writes to a stream (1: stdout, 2: stderr). */
static void capture(int stream, const char *const *argv, char *out, size_t size) {
    struct options o;
    fflush(NULL);
    int kept = dup(stream);
    FILE *file = fopen(scratch_path("captured"), "w+");
    assert_non_null(file);
    dup2(fileno(file), stream);
    read_line(&o, argv);
    fflush(NULL);
    dup2(kept, stream);
    close(kept);
    rewind(file);
    out[fread(out, 1, size - 1, file)] = '\0';
    fclose(file);
}

static void defaults_hold_where_nothing_is_set(void **state) {
    (void)state;
    struct options o;
    assert_int_equal(read_line(&o, (const char *[]){"test", NULL}), EXIT_DONE);
    assert_string_equal(o.common.data, "./data");
    assert_null(o.common.config);
    assert_int_equal(o.trees, 100);
    assert_true(o.share > 0.19 && o.share < 0.21);
    assert_string_equal(o.mode, "live");
    assert_null(o.key);
    assert_false(o.quick);
    assert_true(o.kept);
}

static void a_flag_beats_the_environment_which_beats_the_default(void **state) {
    (void)state;
    struct options o;
    setenv("TEST_TREES", "7", 1);
    assert_int_equal(read_line(&o, (const char *[]){"test", NULL}), EXIT_DONE);
    assert_int_equal(o.trees, 7);
    assert_int_equal(read_line(&o, (const char *[]){"test", "--trees=8", NULL}), EXIT_DONE);
    assert_int_equal(o.trees, 8);
    assert_int_equal(read_line(&o, (const char *[]){"test", "--trees", "9", "--quick", NULL}), EXIT_DONE);
    assert_int_equal(o.trees, 9);
    assert_true(o.quick);
    unsetenv("TEST_TREES");
}

static void an_empty_variable_is_an_unset_one(void **state) {
    (void)state;
    struct options o;
    setenv("TEST_MODE", "", 1);
    assert_int_equal(read_line(&o, (const char *[]){"test", NULL}), EXIT_DONE);
    assert_string_equal(o.mode, "live");
    unsetenv("TEST_MODE");
}

static void a_time_that_nobody_gives_is_the_present(void **state) {
    (void)state;
    struct options o;
    unix_time before = unix_time_now();
    assert_int_equal(read_line(&o, (const char *[]){"test", NULL}), EXIT_DONE);
    assert_true(o.until >= before && o.until <= unix_time_now());
    assert_int_equal(read_line(&o, (const char *[]){"test", "--until", "1970-01-01T00:02:00+00:01", NULL}), EXIT_DONE);
    assert_int_equal(o.until, 60);
}

static void what_is_on_by_default_can_be_put_out_and_help_says_how(void **state) {
    (void)state;
    struct options o;
    char text[4000];
    assert_int_equal(read_line(&o, (const char *[]){"test", "--kept=0", NULL}), EXIT_DONE);
    assert_false(o.kept);
    capture(1, (const char *[]){"test", "--help", NULL}, text, sizeof text);
    assert_non_null(strstr(text, "--kept=1|0 "));
    assert_non_null(strstr(text, "--quick "));
}

static void a_wrong_value_is_rejected(void **state) {
    (void)state;
    static const char *const wrong[] = {
        "--trees=0",   "--trees=1001", "--trees=",    "--trees=9x",   "--trees=99999999999999999999",
        "--share=1.1", "--share=nan",  "--share=inf", "--mode=liv",   "--mode=live|test",
        "--none=1",    "--data=",      "--quick=2",   "--until=noon", "-trees=1"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct options o;
        assert_int_equal(read_line(&o, (const char *[]){"test", wrong[i], NULL}), EXIT_USAGE);
    }
}

static void the_rejection_names_setting_value_and_limits(void **state) {
    (void)state;
    char text[400];
    capture(2, (const char *[]){"test", "--trees=5000", NULL}, text, sizeof text);
    assert_string_equal(text, "test: --trees: \"5000\" is not a whole number, 1 to 1000\n");
}

static void a_secret_comes_from_the_environment_only_and_is_never_printed(void **state) {
    (void)state;
    struct options o;
    char text[4000];
    setenv("TEST_KEY", "s3cretpw", 1);
    assert_int_equal(read_line(&o, (const char *[]){"test", NULL}), EXIT_DONE);
    assert_string_equal(o.key, "s3cretpw");
    assert_int_equal(read_line(&o, (const char *[]){"test", "--TEST_KEY=s3cretpw", NULL}), EXIT_USAGE);
    setenv("TEST_KEY", "shrtkey", 1);
    capture(2, (const char *[]){"test", NULL}, text, sizeof text);
    assert_non_null(strstr(text, "TEST_KEY"));
    assert_null(strstr(text, "shrtkey"));
    unsetenv("TEST_KEY");
}

static void a_flag_without_its_value_and_an_extra_argument_are_rejected(void **state) {
    (void)state;
    struct options o;
    assert_int_equal(read_line(&o, (const char *[]){"test", "--trees", NULL}), EXIT_USAGE);
    assert_int_equal(read_line(&o, (const char *[]){"test", "one", "two", NULL}), EXIT_USAGE);
}

static void arguments_are_kept_in_order_next_to_options(void **state) {
    (void)state;
    struct options o;
    struct args args;
    bool finished;
    assert_int_equal(read_words(&o, &args, (const char *[]){"test", "promote", "--trees=3", NULL}, &finished),
                     EXIT_DONE);
    assert_int_equal(args.count, 1);
    assert_string_equal(args.arg[0], "promote");
    assert_int_equal(o.trees, 3);
}

static void an_older_name_works_as_option_and_variable(void **state) {
    (void)state;
    struct options o;
    setenv("TEST_OLD_NAME", "7", 1);
    assert_int_equal(read_line(&o, (const char *[]){"test", NULL}), EXIT_DONE);
    assert_int_equal(o.renamed, 7);
    assert_int_equal(read_line(&o, (const char *[]){"test", "--old-name=8", NULL}), EXIT_DONE);
    assert_int_equal(o.renamed, 8);
    assert_int_equal(read_line(&o, (const char *[]){"test", "--oldest-name", "9", NULL}), EXIT_DONE);
    assert_int_equal(o.renamed, 9);
    unsetenv("TEST_OLD_NAME");
    assert_int_equal(read_line(&o, (const char *[]){"test", NULL}), EXIT_DONE);
    assert_int_equal(o.renamed, 5);
}

static void the_current_name_beats_an_older_one_and_says_so(void **state) {
    (void)state;
    struct options o;
    char text[400];
    const char *const both[] = {"test", "--new-name", "2", "--old-name", "3", NULL};
    assert_int_equal(read_line(&o, both), EXIT_DONE);
    assert_int_equal(o.renamed, 2);
    capture(2, both, text, sizeof text);
    assert_string_equal(text, "test: --old-name is ignored: --new-name, its current name, is given too\n");

    setenv("TEST_OLD_NAME", "7", 1);
    setenv("TEST_NEW_NAME", "6", 1);
    assert_int_equal(read_line(&o, (const char *[]){"test", NULL}), EXIT_DONE);
    assert_int_equal(o.renamed, 6);
    capture(2, (const char *[]){"test", NULL}, text, sizeof text);
    assert_string_equal(text, "test: TEST_OLD_NAME is ignored: TEST_NEW_NAME, its current name, is given too\n");
    setenv("TEST_OLD_NAME", "6", 1); /* nothing to say where they agree */
    capture(2, (const char *[]){"test", NULL}, text, sizeof text);
    assert_string_equal(text, "");
    unsetenv("TEST_OLD_NAME");
    unsetenv("TEST_NEW_NAME");
}

static void a_wrong_value_is_named_as_it_was_given(void **state) {
    (void)state;
    char text[400];
    capture(2, (const char *[]){"test", "--old-name=77", NULL}, text, sizeof text);
    assert_string_equal(text, "test: --old-name: \"77\" is not a whole number, 1 to 9\n");
    setenv("TEST_OLD_NAME", "77", 1);
    capture(2, (const char *[]){"test", NULL}, text, sizeof text);
    assert_string_equal(text, "test: TEST_OLD_NAME: \"77\" is not a whole number, 1 to 9\n");
    unsetenv("TEST_OLD_NAME");
}

static void a_programs_own_threads_win_over_those_of_all(void **state) {
    (void)state;
    struct options o;
    setenv("THREADS", "2", 1);
    assert_int_equal(read_line(&o, (const char *[]){"test", NULL}), EXIT_DONE);
    assert_int_equal(o.threads, 2);
    setenv("TEST_THREADS", "3", 1);
    assert_int_equal(read_line(&o, (const char *[]){"test", NULL}), EXIT_DONE);
    assert_int_equal(o.threads, 3);
    assert_int_equal(read_line(&o, (const char *[]){"test", "--threads=4", NULL}), EXIT_DONE);
    assert_int_equal(o.threads, 4);
    unsetenv("THREADS");
    unsetenv("TEST_THREADS");
}

static void help_names_every_setting_but_no_older_name(void **state) {
    (void)state;
    char text[4000], name[80];
    capture(1, (const char *[]){"test", "--help", NULL}, text, sizeof text);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        snprintf(name, sizeof name, "--%.*s ", (int)strcspn(rows[i].flag != NULL ? rows[i].flag : "data", "|"),
                 rows[i].flag != NULL ? rows[i].flag : "data");
        assert_true(strstr(text, name) != NULL || rows[i].kind == SETTING_FLAG);
        snprintf(name, sizeof name, "%.*s", (int)strcspn(rows[i].variable != NULL ? rows[i].variable : "", "|"),
                 rows[i].variable != NULL ? rows[i].variable : "");
        assert_non_null(strstr(text, name));
    }
    assert_null(strstr(text, "old-name"));
    assert_null(strstr(text, "OLD_NAME"));
    assert_non_null(strstr(text, "\nExamples:\n  test --trees 9\n"));
}

static void help_fits_on_a_line_of_100_columns(void **state) {
    (void)state;
    char text[4000];
    capture(1, (const char *[]){"test", "--help", NULL}, text, sizeof text);
    assert_non_null(strstr(text, "\n                                 depend on it\n")); /* of a long one */
    for (const char *line = text; *line != '\0'; line += strcspn(line, "\n") + 1)
        assert_true(strcspn(line, "\n") <= 100);
}

static void help_and_version_have_letters(void **state) {
    (void)state;
    char text[4000], letter[4000];
    capture(1, (const char *[]){"test", "--help", NULL}, text, sizeof text);
    capture(1, (const char *[]){"test", "-h", NULL}, letter, sizeof letter);
    assert_string_equal(letter, text);
    capture(1, (const char *[]){"test", "--version", NULL}, text, sizeof text);
    capture(1, (const char *[]){"test", "-V", NULL}, letter, sizeof letter);
    assert_string_equal(letter, text);
    assert_memory_equal(text, "test 1.", 7);
}

static void threads_follow_what_was_asked_or_the_machine(void **state) {
    (void)state;
    assert_int_equal(settings_threads(3), 3);
    assert_int_equal(settings_threads(5000), 1024);
    assert_true(settings_threads(0) >= 1 && settings_threads(0) <= 1024);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_hold_where_nothing_is_set),
        cmocka_unit_test(a_flag_beats_the_environment_which_beats_the_default),
        cmocka_unit_test(an_empty_variable_is_an_unset_one),
        cmocka_unit_test(a_time_that_nobody_gives_is_the_present),
        cmocka_unit_test(what_is_on_by_default_can_be_put_out_and_help_says_how),
        cmocka_unit_test(a_wrong_value_is_rejected),
        cmocka_unit_test(the_rejection_names_setting_value_and_limits),
        cmocka_unit_test(a_secret_comes_from_the_environment_only_and_is_never_printed),
        cmocka_unit_test(a_flag_without_its_value_and_an_extra_argument_are_rejected),
        cmocka_unit_test(arguments_are_kept_in_order_next_to_options),
        cmocka_unit_test(an_older_name_works_as_option_and_variable),
        cmocka_unit_test(the_current_name_beats_an_older_one_and_says_so),
        cmocka_unit_test(a_wrong_value_is_named_as_it_was_given),
        cmocka_unit_test(a_programs_own_threads_win_over_those_of_all),
        cmocka_unit_test(help_names_every_setting_but_no_older_name),
        cmocka_unit_test(help_fits_on_a_line_of_100_columns),
        cmocka_unit_test(help_and_version_have_letters),
        cmocka_unit_test(threads_follow_what_was_asked_or_the_machine),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
