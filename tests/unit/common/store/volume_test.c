/* volume_test.c - a run stays in the folder that it has opened, and errors name files as a person knows them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "services/common/store/append_log.h"
#include "services/common/store/atomic_file.h"
#include "services/common/store/files.h"
#include "services/common/table/csv_table.h"
#include "tests/helpers/scratch.h"

/* A new folder, opened. */
static void open_folder(struct volume *volume, const char *name, char path[256]) {
    struct error err;
    snprintf(path, 256, "%s", scratch_path(name));
    assert_int_equal(mkdir(path, 0777), 0);
    assert_true(volume_open(volume, path, &err));
}

static void assert_content(const char *name, const char *expected) {
    size_t size;
    char *text = files_read(scratch_path(name), 1 << 10, &size, NULL);
    assert_non_null(text);
    assert_string_equal(text, expected);
    free(text);
}

/* The folder goes elsewhere, and another one takes its name. */
static void replace(const char *path, const char *new_name) {
    assert_int_equal(rename(path, scratch_path(new_name)), 0);
    assert_int_equal(mkdir(path, 0777), 0);
}

static void what_is_written_goes_to_the_folder_that_was_opened(void **state) {
    (void)state;
    struct volume volume;
    struct error err;
    char path[256];
    open_folder(&volume, "data", path);
    replace(path, "moved");
    assert_true(atomic_file_write_at(&volume, "a/file", "1", 1, &err));
    assert_true(append_log_write_once_at(&volume, "a/log", "2\n", 2, &err));
    volume_close(&volume);
    assert_content("moved/a/file", "1");
    assert_content("moved/a/log", "2\n");
    assert_int_equal(access(scratch_path("data/a"), F_OK), -1);
}

static void what_is_read_comes_from_it(void **state) {
    (void)state;
    struct volume volume;
    struct error err;
    char path[256], hex[SHA256_HEX], expected[SHA256_HEX];
    size_t size;
    open_folder(&volume, "read", path);
    scratch_write("read/file", "first");
    replace(path, "read.moved");
    scratch_write("read/file", "second");
    char *text = files_read_at(&volume, "file", 10, &size, &err);
    assert_string_equal(text, "first");
    free(text);
    assert_true(files_sha256_at(&volume, "file", hex, &err));
    bytes_sha256("first", 5, expected);
    assert_string_equal(hex, expected);
    volume_close(&volume);
}

static void a_folder_under_another_path_is_noticed(void **state) {
    (void)state;
    struct volume volume;
    char path[256];
    open_folder(&volume, "watched", path);
    assert_true(volume_is_at_its_path(&volume));
    assert_int_equal(rename(path, scratch_path("watched.moved")), 0);
    assert_false(volume_is_at_its_path(&volume));
    assert_int_equal(mkdir(path, 0777), 0);
    assert_false(volume_is_at_its_path(&volume));
    volume_close(&volume);
    volume_close(&volume);
}

static void a_path_that_leads_elsewhere_is_followed(void **state) {
    (void)state;
    struct error err;
    char path[256];
    snprintf(path, sizeof path, "%s", scratch_path("followed"));
    struct volume volume = {.fd = -1, .path = path};
    assert_false(volume_follow(&volume, &err));
    assert_non_null(strstr(err.text, path));
    assert_true(folder_create_volume(&volume, &err));
    replace(path, "followed.moved");
    assert_true(volume_follow(&volume, &err));
    assert_true(atomic_file_write_at(&volume, "file", "1", 1, &err));
    assert_content("followed/file", "1");
    volume_close(&volume);
}

static void folders_of_one_volume_are_not_taken_for_those_of_another(void **state) {
    (void)state;
    struct volume first, second;
    struct error err;
    char path[256];
    open_folder(&first, "first", path);
    assert_true(folder_create_at(&first, "deep/er", &err));
    volume_close(&first);
    open_folder(&second, "second", path);
    assert_true(folder_create_at(&second, "deep/er", &err));
    volume_close(&second);
    assert_int_equal(access(scratch_path("second/deep/er"), F_OK), 0);
}

static bool take_row(void *user, const struct csv_header *header, char *const *fields, char problem[200]) {
    (void)user, (void)header, (void)fields, (void)problem;
    return true;
}

static void errors_name_the_whole_path(void **state) {
    (void)state;
    struct volume volume;
    struct error err;
    char path[256], expected[400];
    size_t size;
    open_folder(&volume, "errors", path);
    snprintf(expected, sizeof expected, "read %s/registry/champion.json: No such file or directory", path);
    assert_null(files_read_at(&volume, "registry/champion.json", 10, &size, &err));
    assert_string_equal(err.text, expected);
    assert_true(err.retryable);
    scratch_write("errors/table.csv", "a,b\n1\n");
    snprintf(expected, sizeof expected, "read %s/table.csv: line 2: 1 fields where the header has 2", path);
    assert_false(csv_table_read_at(&volume, "table.csv", take_row, NULL, &err));
    assert_string_equal(err.text, expected);
    assert_false(err.retryable);
    assert_null(files_read_at(&volume_none, "no/such/file", 10, &size, &err));
    assert_string_equal(err.text, "read no/such/file: No such file or directory");
    volume_close(&volume);
}

static void a_folder_that_is_not_there_is_not_opened(void **state) {
    (void)state;
    struct volume volume;
    struct error err;
    assert_false(volume_open(&volume, scratch_path("none"), &err));
    assert_true(err.retryable);
    scratch_write("file", "");
    assert_false(volume_open(&volume, scratch_path("file"), &err));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_goes_to_the_folder_that_was_opened),
        cmocka_unit_test(what_is_read_comes_from_it),
        cmocka_unit_test(a_folder_under_another_path_is_noticed),
        cmocka_unit_test(a_path_that_leads_elsewhere_is_followed),
        cmocka_unit_test(folders_of_one_volume_are_not_taken_for_those_of_another),
        cmocka_unit_test(errors_name_the_whole_path),
        cmocka_unit_test(a_folder_that_is_not_there_is_not_opened),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
