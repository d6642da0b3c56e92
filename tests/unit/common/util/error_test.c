/* error_test.c - the one line that says why something failed. */
#include "services/common/util/error.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void control_characters_from_outside_cannot_start_a_line(void **state) {
    struct error err;
    (void)state;
    assert_false(error_set(&err, "read %s: no such package", "a\nb\x1b[2J\x7f"));
    assert_string_equal(err.text, "read a?b?[2J?: no such package");
}

static void a_long_line_is_cut(void **state) {
    static char name[2 * sizeof((struct error *)0)->text];
    struct error err;
    (void)state;
    memset(name, 'x', sizeof name - 1);
    error_set(&err, "%s", name);
    assert_int_equal(strlen(err.text), sizeof err.text - 1);
}

static void a_full_disk_may_pass_and_wrong_input_does_not(void **state) {
    struct error err;
    (void)state;
    errno = ENOSPC;
    error_set_errno(&err, "write", "a.csv");
    assert_string_equal(err.text, "write a.csv: No space left on device");
    assert_true(err.retryable);
    errno = EISDIR;
    error_set_errno(&err, "write", "a.csv");
    assert_false(err.retryable);
    error_set(&err, "wrong");
    assert_false(err.retryable);
}

static void nobody_need_read_it(void **state) {
    (void)state;
    assert_false(error_set(NULL, "%d", 1));
    error_set_errno(NULL, "write", "a.csv");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(control_characters_from_outside_cannot_start_a_line),
        cmocka_unit_test(a_long_line_is_cut),
        cmocka_unit_test(a_full_disk_may_pass_and_wrong_input_does_not),
        cmocka_unit_test(nobody_need_read_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
