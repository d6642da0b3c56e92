/* inotify_watch_test.c - raw/ tells of new data at once, also of what is appended to a file that stays open. */
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "services/common/store/append_log.h"
#include "services/pipeline/inotify_watch.h"
#include "tests/helpers/scratch.h"

static bool is_readable(int inotify) {
    struct pollfd wanted = {.fd = inotify, .events = POLLIN};
    return poll(&wanted, 1, 1000) == 1;
}

static void lines_appended_to_an_open_file_are_reported(void **state) {
    (void)state;
    struct append_log append = {.file = -1};
    struct error err;
    char path[PATH_MAX];
    int inotify = inotify_watch_open();
    if (inotify < 0) {
        print_message("no inotify here: raw/ is looked at from time to time\n");
        skip();
    }
    snprintf(path, sizeof path, "%s/raw/inbox/stripe-one-2026-06-01.ndjson", scratch);
    assert_true(append_log_write(&append, path, "{}\n", 3, &err));
    for (int again = 0; again < 2; again++) {
        inotify_watch_renew(inotify, scratch);
        assert_true(append_log_write(&append, path, "{}\n", 3, &err));
        assert_true(is_readable(inotify));
    }
    append_log_close(&append);
    inotify_watch_close(inotify);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_appended_to_an_open_file_are_reported),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
