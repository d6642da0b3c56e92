/* run_retention_test.c - of the records of runs the newest are kept. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "services/pipeline/run_retention.h"
#include "tests/helpers/scratch.h"
#include "tests/helpers/volume.h"

static void put(const char *name, time_t at) {
    scratch_write(name, "{}");
    const struct timespec times[2] = {{at, 0}, {at, 0}};
    assert_int_equal(utimensat(AT_FDCWD, scratch_path(name), times, 0), 0);
}

static bool there(const char *name) {
    return access(scratch_path(name), F_OK) == 0;
}

static void the_oldest_records_go_and_nothing_else(void **state) {
    (void)state;
    put("b.json", 200);
    put("a.json", 300);
    put("c.json", 100);
    put("notes.txt", 1);
    put(".tmp-d.json", 1);
    run_retention_prune(open_volume(scratch), ".", 2);
    assert_true(there("a.json") && there("b.json") && !there("c.json"));
    assert_true(there("notes.txt") && there(".tmp-d.json"));
    run_retention_prune(open_volume(scratch), "no folder", 2);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_oldest_records_go_and_nothing_else, scratch_make, scratch_remove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
