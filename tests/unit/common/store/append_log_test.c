/* append_log_test.c - lines at the end of a file, and what a crash left there. */
#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "services/common/store/append_log.h"
#include "services/common/store/atomic_file.h"
#include "services/common/store/files.h"
#include "tests/helpers/scratch.h"

static void assert_content(const char *path, const char *expected) {
    struct error err;
    size_t size;
    char *text = files_read(path, 1 << 20, &size, &err);
    assert_non_null(text);
    assert_string_equal(text, expected);
    free(text);
}

/* A file of these bytes, then a line appended. */
static void append_to(const char *name, const char *bytes, size_t size) {
    struct error err;
    assert_true(atomic_file_write(scratch_path(name), bytes, size, &err));
    assert_true(append_log_write_once_at(&volume_none, scratch_path(name), "new\n", 4, &err));
}

static void lines_are_appended(void **state) {
    (void)state;
    struct error err;
    assert_true(append_log_write_once_at(&volume_none, scratch_path("log/lines"), "one\n", 4, &err));
    assert_true(append_log_write_once_at(&volume_none, scratch_path("log/lines"), "two\n", 4, &err));
    assert_content(scratch_path("log/lines"), "one\ntwo\n");
}

static void half_a_line_that_a_crash_left_is_cut_away(void **state) {
    (void)state;
    struct error err;
    scratch_write("torn", "one\ntw");
    assert_true(append_log_write_once_at(&volume_none, scratch_path("torn"), "three\n", 6, &err));
    assert_content(scratch_path("torn"), "one\nthree\n");
}

static void what_is_not_appended_whole_is_not_appended(void **state) {
    (void)state;
    struct error err;
    struct rlimit before, tight = {.rlim_cur = 8};
    getrlimit(RLIMIT_FSIZE, &before);
    tight.rlim_max = before.rlim_max;
    signal(SIGXFSZ, SIG_IGN);
    scratch_write("lines", "one\n");
    setrlimit(RLIMIT_FSIZE, &tight);
    bool done = append_log_write_once_at(&volume_none, scratch_path("lines"), "two three\n", 10, &err);
    setrlimit(RLIMIT_FSIZE, &before);
    assert_false(done);
    assert_content(scratch_path("lines"), "one\n");
}

static void the_length_of_a_line_without_its_text_is_cut_away(void **state) {
    (void)state;
    append_to("zeros", "one\n\0\0\0\0", 8);
    assert_content(scratch_path("zeros"), "one\nnew\n");
    append_to("begun", "one\n\0\0o\n", 8);
    assert_content(scratch_path("begun"), "one\nnew\n");
    append_to("two", "one\n\0\0\nt\0o\n", 11);
    assert_content(scratch_path("two"), "one\nnew\n");
    append_to("all", "\0\0\n", 3);
    assert_content(scratch_path("all"), "new\n");
}

static void a_torn_end_longer_than_a_block_is_cut_away(void **state) {
    (void)state;
    char bytes[10000];
    memset(bytes, 'x', sizeof bytes);
    memcpy(bytes, "one\n", 4);
    append_to("long", bytes, sizeof bytes);
    assert_content(scratch_path("long"), "one\nnew\n");
    bytes[5] = '\0';
    bytes[sizeof bytes - 1] = '\n';
    append_to("long", bytes, sizeof bytes);
    assert_content(scratch_path("long"), "one\nnew\n");
}

static void a_file_that_was_moved_away_is_made_again(void **state) {
    (void)state;
    struct append_log append = {.file = -1};
    struct error err;
    char aside[PATH_MAX];
    assert_true(append_log_write(&append, scratch_path("open/lines"), "one\n", 4, &err));
    assert_true(append_log_write(&append, scratch_path("open/lines"), "two\n", 4, &err));
    snprintf(aside, sizeof aside, "%s", scratch_path("aside"));
    assert_int_equal(rename(scratch_path("open"), aside), 0);
    assert_true(append_log_write(&append, scratch_path("open/lines"), "three\n", 6, &err));
    assert_true(append_log_write(&append, scratch_path("open/others"), "four\n", 5, &err));
    append_log_close(&append);
    assert_content(scratch_path("aside/lines"), "one\ntwo\n");
    assert_content(scratch_path("open/lines"), "three\n");
    assert_content(scratch_path("open/others"), "four\n");
}

static mode_t mode_of(const char *path) {
    struct stat about;
    assert_int_equal(stat(path, &about), 0);
    return about.st_mode & 0777;
}

static void a_file_is_not_for_everybody_unless_requested(void **state) {
    (void)state;
    struct append_log open = {.file = -1, .world_readable = true};
    struct error err;
    mode_t before = umask(022);
    assert_true(append_log_write_once_at(&volume_none, scratch_path("personal"), "ann@example.org\n", 16, &err));
    assert_true(append_log_write(&open, scratch_path("decisions"), "{}\n", 3, &err));
    append_log_close(&open);
    umask(before);
    assert_int_equal(mode_of(scratch_path("personal")), 0640);
    assert_int_equal(mode_of(scratch_path("decisions")), 0644);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_appended),
        cmocka_unit_test(half_a_line_that_a_crash_left_is_cut_away),
        cmocka_unit_test(what_is_not_appended_whole_is_not_appended),
        cmocka_unit_test(the_length_of_a_line_without_its_text_is_cut_away),
        cmocka_unit_test(a_torn_end_longer_than_a_block_is_cut_away),
        cmocka_unit_test(a_file_that_was_moved_away_is_made_again),
        cmocka_unit_test(a_file_is_not_for_everybody_unless_requested),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
