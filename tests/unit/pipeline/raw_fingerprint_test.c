/* raw_fingerprint_test.c - new, changed and removed raw files are noticed; files on their way are not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "services/pipeline/raw_fingerprint.h"
#include "tests/helpers/scratch.h"

static void every_change_in_raw_or_its_inbox_is_noticed(void **state) {
    (void)state;
    assert_int_equal(raw_fingerprint(scratch), 0);
    mkdir(scratch_path("raw"), 0755);
    mkdir(scratch_path("raw/inbox"), 0755);
    assert_int_equal(raw_fingerprint(scratch), 0);
    scratch_write("raw/customers.csv", "a");
    uint64_t first = raw_fingerprint(scratch);
    assert_int_not_equal(first, 0);
    assert_int_equal(raw_fingerprint(scratch), first);
    scratch_write("raw/inbox/stripe-1-2026-01-01.ndjson", "{}\n");
    uint64_t second = raw_fingerprint(scratch);
    assert_int_not_equal(second, first);
    scratch_write("raw/customers.csv", "ab");
    assert_int_not_equal(raw_fingerprint(scratch), second);
    unlink(scratch_path("raw/customers.csv"));
    unlink(scratch_path("raw/inbox/stripe-1-2026-01-01.ndjson"));
    scratch_write("raw/.tmp-customers.csv-abc", "half");
    assert_int_equal(raw_fingerprint(scratch), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_change_in_raw_or_its_inbox_is_noticed),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
