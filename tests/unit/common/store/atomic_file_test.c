/* atomic_file_test.c - files and folders appear whole or not at all, and leave nothing beside them. */
#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#include <cmocka.h>

#include "services/common/store/atomic_file.h"
#include "services/common/store/files.h"
#include "tests/helpers/scratch.h"

static size_t count_names(const char *folder) {
    DIR *dir = opendir(folder);
    size_t count = 0;
    for (struct dirent *entry; dir != NULL && (entry = readdir(dir)) != NULL;)
        count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    if (dir != NULL)
        closedir(dir);
    return count;
}

static void assert_content(const char *path, const char *expected) {
    size_t size;
    struct error err;
    char *text = files_read(path, 1000, &size, &err);
    assert_non_null(text);
    assert_string_equal(text, expected);
    free(text);
}

static void a_file_appears_whole_at_commit_and_not_before(void **state) {
    (void)state;
    struct atomic_file p;
    struct error err;
    assert_true(atomic_file_open_at(&p, &volume_none, scratch_path("whole/deep/file"), &err));
    fputs("all of it", p.file);
    fflush(p.file);
    assert_false(files_exist_at(&volume_none, scratch_path("whole/deep/file")));
    assert_true(atomic_file_commit(&p, &err));
    assert_content(scratch_path("whole/deep/file"), "all of it");
    assert_int_equal(count_names(scratch_path("whole/deep")), 1);
}

static void an_aborted_file_leaves_the_old_one(void **state) {
    (void)state;
    struct atomic_file p;
    struct error err;
    assert_true(atomic_file_write(scratch_path("old/file"), "old", 3, &err));
    assert_true(atomic_file_open_at(&p, &volume_none, scratch_path("old/file"), &err));
    fputs("new", p.file);
    atomic_file_abort(&p);
    atomic_file_abort(&p);
    assert_content(scratch_path("old/file"), "old");
    assert_int_equal(count_names(scratch_path("old")), 1);
}

static void a_full_disk_is_named_and_leaves_the_old_file(void **state) {
    (void)state;
    struct atomic_file p;
    struct error err;
    assert_true(atomic_file_write(scratch_path("full/file"), "old", 3, &err));
    assert_true(atomic_file_open_at(&p, &volume_none, scratch_path("full/file"), &err));
    /* The stream now writes to a device that is always full. */
    assert_non_null(freopen("/dev/full", "w", p.file));
    fputs("new", p.file);
    assert_false(atomic_file_commit(&p, &err));
    assert_true(err.retryable);
    assert_non_null(strstr(err.text, "full/file"));
    assert_content(scratch_path("full/file"), "old");
    assert_int_equal(count_names(scratch_path("full")), 1);
}

static void what_cannot_be_told_as_json_leaves_the_old_file(void **state) {
    (void)state;
    struct error err;
    assert_true(atomic_file_write(scratch_path("told/file"), "old", 3, &err));
    assert_false(atomic_file_write_json(scratch_path("told/file"), NULL, &err)); /* as json_pack gives without memory */
    assert_true(err.retryable);
    assert_content(scratch_path("told/file"), "old");
    assert_int_equal(count_names(scratch_path("told")), 1);
}

static void what_cannot_be_looked_at_is_taken_to_exist(void **state) {
    (void)state;
    char loop[PATH_MAX];
    snprintf(loop, sizeof loop, "%s", scratch_path("loop"));
    assert_int_equal(symlink(loop, loop), 0);
    assert_true(files_exist_at(&volume_none, loop));
    assert_false(files_exist_at(&volume_none, scratch_path("nothing")));
    scratch_write("plain", "x");
    assert_false(files_exist_at(&volume_none, scratch_path("plain/nothing")));
}

static void a_folder_appears_whole_and_only_once(void **state) {
    (void)state;
    struct atomic_folder p;
    struct error err;
    char path[PATH_MAX];
    for (int again = 0; again < 2; again++) {
        assert_true(atomic_folder_open_at(&p, &volume_none, scratch_path("versions/1"), &err));
        assert_true(path_format(path, &err, "%s/part", p.temporary));
        assert_true(atomic_file_write(path, again ? "b" : "a", 1, &err));
        assert_int_equal(atomic_folder_commit(&p, &err), again == 0);
        assert_content(scratch_path("versions/1/part"), "a");
    }
    assert_int_equal(count_names(scratch_path("versions")), 1);
}

static void a_discarded_folder_is_gone(void **state) {
    (void)state;
    struct error err;
    assert_true(atomic_file_write(scratch_path("gone/1/part"), "x", 1, &err));
    assert_true(atomic_file_write(scratch_path("gone/2/part"), "x", 1, &err));
    atomic_folder_remove_at(&volume_none, scratch_path("gone/1"));
    atomic_folder_remove_at(&volume_none, scratch_path("gone/3"));
    assert_int_equal(count_names(scratch_path("gone")), 1);
    assert_content(scratch_path("gone/2/part"), "x");
}

static void a_folder_made_before_is_made_again_once_it_is_gone(void **state) {
    (void)state;
    struct error err;
    assert_true(folder_create(scratch_path("deep/er/folder"), &err));
    assert_true(folder_create(scratch_path("deep/er"), &err));
    assert_int_equal(rmdir(scratch_path("deep/er/folder")), 0);
    assert_int_equal(rmdir(scratch_path("deep/er")), 0);
    assert_true(folder_create(scratch_path("deep/er/folder"), &err));
    assert_true(files_exist_at(&volume_none, scratch_path("deep/er/folder")));
}

static void a_sweep_removes_what_a_killed_run_left_and_nothing_else(void **state) {
    (void)state;
    struct atomic_file file;
    struct atomic_folder folder;
    struct error err;
    assert_true(atomic_file_write(scratch_path("swept/kept"), "x", 1, &err));
    assert_true(atomic_file_open_at(&file, &volume_none, scratch_path("swept/half"), &err));
    fclose(file.file);
    assert_true(atomic_folder_open_at(&folder, &volume_none, scratch_path("swept/7"), &err));
    char path[PATH_MAX];
    assert_true(path_format(path, &err, "%s/part", folder.temporary));
    assert_true(atomic_file_write(path, "x", 1, &err));
    assert_int_equal(count_names(scratch_path("swept")), 3);
    atomic_file_sweep_folder_at(&volume_none, scratch_path("swept"));
    assert_int_equal(count_names(scratch_path("swept")), 1);
    assert_true(files_exist_at(&volume_none, scratch_path("swept/kept")));
}

static void a_sweep_next_to_a_file_leaves_what_others_are_writing(void **state) {
    (void)state;
    struct atomic_file ours, theirs;
    struct error err;
    assert_true(atomic_file_open_at(&ours, &volume_none, scratch_path("shared/ours"), &err));
    fclose(ours.file);
    assert_true(atomic_file_open_at(&theirs, &volume_none, scratch_path("shared/theirs"), &err));
    atomic_file_sweep_at(&volume_none, scratch_path("shared/ours"));
    assert_int_equal(count_names(scratch_path("shared")), 1);
    assert_true(atomic_file_commit(&theirs, &err));
}

static void a_file_over_the_limit_is_rejected_by_name(void **state) {
    (void)state;
    struct error err;
    size_t size;
    scratch_write("big", "0123456789");
    assert_null(files_read(scratch_path("big"), 9, &size, &err));
    assert_non_null(strstr(err.text, "big: the file is larger than 9 bytes"));
    assert_false(err.retryable);
    assert_null(files_read(scratch_path("none"), 9, &size, &err));
    assert_true(err.retryable);
}

static void hashes_are_sha256(void **state) {
    (void)state;
    char hex[SHA256_HEX];
    struct error err;
    scratch_write("abc", "abc");
    assert_true(files_sha256(scratch_path("abc"), hex, &err));
    assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    bytes_sha256("", 0, hex);
    assert_string_equal(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_appears_whole_at_commit_and_not_before),
        cmocka_unit_test(an_aborted_file_leaves_the_old_one),
        cmocka_unit_test(a_full_disk_is_named_and_leaves_the_old_file),
        cmocka_unit_test(what_cannot_be_told_as_json_leaves_the_old_file),
        cmocka_unit_test(what_cannot_be_looked_at_is_taken_to_exist),
        cmocka_unit_test(a_folder_appears_whole_and_only_once),
        cmocka_unit_test(a_discarded_folder_is_gone),
        cmocka_unit_test(a_folder_made_before_is_made_again_once_it_is_gone),
        cmocka_unit_test(a_sweep_removes_what_a_killed_run_left_and_nothing_else),
        cmocka_unit_test(a_sweep_next_to_a_file_leaves_what_others_are_writing),
        cmocka_unit_test(a_file_over_the_limit_is_rejected_by_name),
        cmocka_unit_test(hashes_are_sha256),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
