/* retention_test.c - old candidates go, new ones and what is no candidate stay. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <cmocka.h>

#include "services/common/store/files.h"
#include "services/train/retention.h"
#include "tests/helpers/scratch.h"

/* A candidate that is so many days old. */
static const char *make(int number, int days) {
    static char names[8][60];
    snprintf(names[number], sizeof names[0], "candidates/00000000-0000-4000-8000-%012d", number);
    mkdir(scratch_path(names[number]), 0755);
    char file[80];
    snprintf(file, sizeof file, "%s/forest.bin", names[number]);
    scratch_write(file, "x");
    struct timespec times[2] = {{1700000000 - days * 86400, 0}, {1700000000 - days * 86400, 0}};
    assert_int_equal(utimensat(AT_FDCWD, scratch_path(names[number]), times, 0), 0);
    return names[number];
}

static void the_newest_and_the_one_just_made_stay(void **state) {
    (void)state;
    mkdir(scratch_path("candidates"), 0755);
    scratch_write("candidates/newest.json", "{}");
    const char *old = make(1, 30), *older = make(2, 40), *newer = make(3, 1), *made = make(4, 99);
    struct volume volume;
    assert_true(volume_open(&volume, scratch, NULL));
    retention_apply(&volume, 2, strrchr(made, '/') + 1);
    volume_close(&volume);
    assert_true(files_exist_at(&volume_none, scratch_path(newer)));
    assert_true(files_exist_at(&volume_none, scratch_path(old)));
    assert_false(files_exist_at(&volume_none, scratch_path(older)));
    assert_true(files_exist_at(&volume_none, scratch_path(made))); /* a clock that was set back does not lose it */
    assert_true(files_exist_at(&volume_none, scratch_path("candidates/newest.json")));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_newest_and_the_one_just_made_stay),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
