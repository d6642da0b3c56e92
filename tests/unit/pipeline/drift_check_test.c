/* Tests of asking drift: a script of the test's own stands where leadforest-drift would. */
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

#include "services/pipeline/drift_check.h"

enum { DAY = 86400, HOUR = 3600 };
static char program[PATH_MAX];

static const struct cron *at(const char *text) {
    static struct cron cron;
    assert_true(cron_parse(&cron, text));
    return &cron;
}

/* A leadforest-drift that says this line and exits with this code. */
static void drift_says(const char *line, int code) {
    ssize_t n = readlink("/proc/self/exe", program, sizeof program - 32);
    assert_true(n > 0);
    program[n] = '\0';
    strcpy(strrchr(program, '/'), "/leadforest-drift");
    FILE *file = fopen(program, "w");
    assert_non_null(file);
    fprintf(file, "#!/bin/sh\necho '%s'\nexit %d\n", line, code);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(program, 0755), 0);
}

static int forget_program(void **state) {
    (void)state;
    unlink(program);
    return 0;
}

static void wait_for_answer(struct drift_check *l, unix_time now) {
    drift_check_continue(l, now, false);
    for (int i = 0; i < 12000 && l->child.pid != 0; i++) {
        usleep(5000);
        drift_check_continue(l, now, false);
    }
    assert_int_equal(l->child.pid, 0);
}

static void drift_runs_at_the_start_and_at_its_times(void **state) {
    (void)state;
    static struct drift_check l;
    drift_says("{\"retrain\":false,\"state\":\"OK\",\"reason\":\"quiet\"}", 0);
    drift_check_begin(&l, at("0 1 * * *"), 0, 10 * DAY + 2 * HOUR);
    wait_for_answer(&l, 10 * DAY + 2 * HOUR);
    assert_string_equal(l.state, "OK");
    assert_int_equal(l.next, 11 * DAY + HOUR);
    drift_says("{\"retrain\":true,\"alarm\":true,\"state\":\"RETRAIN\",\"reason\":\"dentists\"}", 0);
    wait_for_answer(&l, 11 * DAY);
    assert_false(l.retrain);
    wait_for_answer(&l, 11 * DAY + HOUR);
    assert_true(l.retrain && l.alarm);
    assert_string_equal(l.reason, "dentists");
    assert_int_equal(l.next, 12 * DAY + HOUR);
}

static void a_clock_that_was_years_ahead_is_not_waited_for(void **state) {
    (void)state;
    static struct drift_check l;
    drift_says("{\"retrain\":false,\"state\":\"OK\"}", 0);
    drift_check_begin(&l, at("0 1 * * *"), 0, 4000 * DAY);
    wait_for_answer(&l, 4000 * DAY);
    wait_for_answer(&l, 10 * DAY);
    assert_int_equal(l.next, 10 * DAY + HOUR);
}

static void a_drift_that_hangs_is_stopped(void **state) {
    (void)state;
    static struct drift_check l;
    drift_says("{}", 0);
    FILE *file = fopen(program, "w");
    assert_non_null(file);
    fputs("#!/bin/sh\nexec sleep 60\n", file);
    assert_int_equal(fclose(file), 0);
    drift_check_begin(&l, at("0 1 * * *"), 0.2, 0);
    wait_for_answer(&l, DAY);
    assert_string_equal(l.state, "FAILED");
}

static void one_that_ends_with_an_alarm_has_answered(void **state) {
    (void)state;
    static struct drift_check l;
    drift_says("{\"retrain\":true,\"alarm\":true,\"state\":\"RETRAIN\"}", 3);
    drift_check_begin(&l, at("0 1 * * *"), 0, 0);
    wait_for_answer(&l, DAY);
    assert_true(l.retrain && l.alarm);
}

static void a_standing_request_is_reported_again_by_a_drift_with_nothing_new(void **state) {
    (void)state;
    static struct drift_check l;
    drift_says("{\"retrain\":true,\"alarm\":false,\"reason\":\"purchases\"}", 99);
    drift_check_begin(&l, at("0 1 * * *"), 0, 0);
    wait_for_answer(&l, DAY + HOUR);
    assert_true(l.retrain);
    assert_false(l.alarm);
}

static void a_drift_that_fails_requests_nothing(void **state) {
    (void)state;
    static struct drift_check l;
    drift_says("{\"retrain\":true,\"alarm\":true}", 65);
    drift_check_begin(&l, at("0 1 * * *"), 0, 0);
    wait_for_answer(&l, DAY + HOUR);
    assert_false(l.retrain || l.alarm);
    assert_string_equal(l.state, "FAILED");
    drift_says("no json", 0);
    wait_for_answer(&l, 3 * DAY);
    assert_false(l.retrain);
}

static void without_a_time_drift_is_never_asked(void **state) {
    (void)state;
    static struct drift_check l;
    drift_says("{\"retrain\":true}", 0);
    drift_check_begin(&l, at("never"), 0, 0);
    wait_for_answer(&l, 100 * DAY);
    assert_false(l.retrain);
}

static void only_a_run_for_an_alarm_exports_it_to_its_stages(void **state) {
    (void)state;
    static struct drift_check l = {.retrain = true, .alarm = true};
    drift_check_export_env(&l);
    assert_string_equal(getenv("TRAIN_ALARM"), "1");
    assert_string_equal(getenv("GATE_ALARM"), "1");
    l.retrain = false;
    drift_check_export_env(&l);
    assert_string_equal(getenv("TRAIN_ALARM"), "0");
    assert_string_equal(getenv("GATE_ALARM"), "0");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(drift_runs_at_the_start_and_at_its_times),
        cmocka_unit_test(a_clock_that_was_years_ahead_is_not_waited_for),
        cmocka_unit_test(a_drift_that_hangs_is_stopped),
        cmocka_unit_test(one_that_ends_with_an_alarm_has_answered),
        cmocka_unit_test(a_standing_request_is_reported_again_by_a_drift_with_nothing_new),
        cmocka_unit_test(a_drift_that_fails_requests_nothing),
        cmocka_unit_test(without_a_time_drift_is_never_asked),
        cmocka_unit_test(only_a_run_for_an_alarm_exports_it_to_its_stages),
    };
    return cmocka_run_group_tests(tests, NULL, forget_program);
}
