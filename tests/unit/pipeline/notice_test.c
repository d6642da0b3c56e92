/* notice_test.c - raw/ tells of new data at once, also of what is appended to a file that stays open. */
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "services/common/append.h"
#include "services/pipeline/notice.h"
#include "tests/unit/common/scratch.h"

static bool tells(int notice) {
    struct pollfd wanted = {.fd = notice, .events = POLLIN};
    return poll(&wanted, 1, 1000) == 1;
}

static void lines_appended_to_an_open_file_are_told(void **state) {
    (void)state;
    struct append append = {.file = -1};
    struct file_error err;
    char path[PATH_MAX];
    int notice = notice_open();
    if (notice < 0) {
        print_message("no inotify here: raw/ is looked at from time to time\n");
        skip();
    }
    snprintf(path, sizeof path, "%s/raw/inbox/stripe-one-2026-06-01.ndjson", scratch);
    assert_true(append_lines(&append, path, "{}\n", 3, &err));
    for (int again = 0; again < 2; again++) {
        notice_renew(notice, scratch);
        assert_true(append_lines(&append, path, "{}\n", 3, &err));
        assert_true(tells(notice));
    }
    append_close(&append);
    notice_close(notice);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_appended_to_an_open_file_are_told),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
