/* subprocess_test.c - programs that stand beside this one: what comes of their output, their end and their absence. */
#include "services/common/util/subprocess.h"

#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* A shell script as leadforest-<name> beside this test. */
static void path_of(char out[PATH_MAX], const char *name) {
    char self[PATH_MAX];
    ssize_t size = readlink("/proc/self/exe", self, sizeof self);
    assert_true(size > 0);
    const char *slash = memrchr(self, '/', (size_t)size);
    snprintf(out, PATH_MAX, "%.*s/leadforest-%s", (int)(slash - self), self, name);
}

static void make_program(const char *name, const char *script) {
    char path[PATH_MAX];
    path_of(path, name);
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    fprintf(file, "#!/bin/sh\n%s\n", script);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(path, 0755), 0);
}

static void remove_program(const char *name) {
    char path[PATH_MAX];
    path_of(path, name);
    unlink(path);
}

static int wait_for(struct subprocess *child) {
    int code = -1;
    while (!subprocess_ended(child, &code)) {
        struct pollfd output = {.fd = child->output, .events = POLLIN};
        poll(&output, 1, 10);
        subprocess_read(child);
    }
    return code;
}

static void its_exit_code_is_ours_to_read(void **state) {
    const char *arguments[] = {"7", NULL};
    struct error err;
    int code = 0;
    (void)state;
    make_program("ends", "exit $1");
    assert_true(subprocess_exists("ends"));
    assert_true(subprocess_run("ends", arguments, &code, &err));
    assert_int_equal(code, 7);
    remove_program("ends");
}

static void one_that_is_not_there_is_named(void **state) {
    static struct subprocess child;
    struct error err;
    int code;
    (void)state;
    assert_false(subprocess_exists("absent"));
    assert_false(subprocess_run("absent", (const char *[]){NULL}, &code, &err));
    assert_non_null(strstr(err.text, "/leadforest-absent: No such file or directory"));
    assert_false(subprocess_start(&child, "absent", NULL, true, &err));
    assert_non_null(strstr(err.text, "/leadforest-absent: No such file or directory"));
    assert_int_equal(child.pid, 0);
    assert_int_equal(child.output, -1);
}

static void a_signal_that_ends_it_is_an_error(void **state) {
    struct error err;
    int code;
    (void)state;
    make_program("dies", "kill -9 $$");
    assert_false(subprocess_run("dies", (const char *[]){NULL}, &code, &err));
    assert_string_equal(err.text, "leadforest-dies was ended by signal 9");
    assert_true(err.retryable);
    remove_program("dies");
}

static void its_last_line_is_kept(void **state) {
    static struct subprocess child;
    struct error err;
    (void)state;
    make_program("talks", "echo one; echo '{\"status\":\"done\"}'; echo; exit 3");
    assert_true(subprocess_start(&child, "talks", NULL, true, &err));
    assert_int_equal(wait_for(&child), 3);
    assert_string_equal(child.line, "{\"status\":\"done\"}");
    remove_program("talks");
}

/* Signals that we block or ignore reach it all the same. */
static void it_stops_when_asked(void **state) {
    static struct subprocess child;
    struct error err;
    sigset_t term;
    (void)state;
    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    sigprocmask(SIG_BLOCK, &term, NULL);
    make_program("waits", "exec sleep 600");
    assert_true(subprocess_start(&child, "waits", NULL, true, &err));
    subprocess_terminate(&child);
    assert_int_equal(wait_for(&child), 128 + SIGTERM);
    sigprocmask(SIG_UNBLOCK, &term, NULL);
    remove_program("waits");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(its_exit_code_is_ours_to_read),
        cmocka_unit_test(one_that_is_not_there_is_named),
        cmocka_unit_test(a_signal_that_ends_it_is_an_error),
        cmocka_unit_test(its_last_line_is_kept),
        cmocka_unit_test(it_stops_when_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
