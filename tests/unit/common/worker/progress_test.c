/* progress_test.c - what a person sees while something takes long. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "services/common/worker/progress.h"

/* What a bar of 4,000 bytes that began so long ago says at `done`. */
static void see(char *output, size_t size, double seconds, uint64_t done, int terminal) {
    struct progress progress;
    FILE *file = tmpfile();
    int before = dup(STDERR_FILENO);
    assert_non_null(file);
    progress_begin(&progress, "reading", "bytes", 4000);
    progress.terminal = terminal;
    progress.started -= seconds;
    dup2(fileno(file), STDERR_FILENO);
    progress_update(&progress, done);
    dup2(before, STDERR_FILENO);
    close(before);
    rewind(file);
    output[fread(output, 1, size - 1, file)] = '\0';
    fclose(file);
}

static void a_bar_reports_share_rate_and_time_left(void **state) {
    (void)state;
    char output[256];
    see(output, sizeof output, 10, 1000, 1);
    assert_non_null(strstr(output, "reading"));
    assert_non_null(strstr(output, "[######..................]  25%"));
    assert_non_null(strstr(output, " 100 bytes/s"));
    assert_non_null(strstr(output, " 30 s left"));
}

static void what_is_quick_draws_none(void **state) {
    (void)state;
    char output[256];
    see(output, sizeof output, 0.5, 1000, 1);
    assert_string_equal(output, "");
}

static void nor_does_what_runs_without_a_terminal(void **state) {
    (void)state;
    char output[256];
    see(output, sizeof output, 10, 1000, 0);
    assert_string_equal(output, "");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bar_reports_share_rate_and_time_left),
        cmocka_unit_test(what_is_quick_draws_none),
        cmocka_unit_test(nor_does_what_runs_without_a_terminal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
