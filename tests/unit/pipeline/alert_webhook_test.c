/* alert_webhook_test.c - messages to the operator: signed as Stripe signs, tried again where that may help, told once.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "libetl/sources/source.h"
#include "services/pipeline/alert_webhook.h"
#include "services/pipeline/child_result.h"
#include "services/pipeline/notifications.h"

/* A receiver that answers with these statuses in turn (0: nobody is there), the last for ever. */
struct receiver {
    long status[4];
    int asked, waited;
    char signature[200], body[2000];
};

static enum http_outcome ask(void *self, const struct http_request *request, struct http_response *response,
                             char problem[200]) {
    struct receiver *r = self;
    long status = r->status[r->asked < 3 ? r->asked : 3];
    r->asked++;
    assert_string_equal(request->method, "POST");
    snprintf(r->body, sizeof r->body, "%.*s", (int)request->size, (const char *)request->body);
    r->signature[0] = '\0';
    if (request->header[1] != NULL)
        snprintf(r->signature, sizeof r->signature, "%s", request->header[1]);
    *response = (struct http_response){.status = status};
    snprintf(problem, 200, "nobody is there");
    return status == 0 ? HTTP_UNREACHABLE : HTTP_RESPONDED;
}

static void wait(void *self, double least, double most) {
    struct receiver *r = self;
    assert_true(least < most);
    r->waited++;
}

static enum exit_code send_to(struct receiver *r, const char *secret, const char *body) {
    char problem[200];
    const struct http http = {r, ask, wait};
    return alert_webhook_send(&http, "http://127.0.0.1:1/", secret, body, problem);
}

static void a_message_is_signed_over_its_time_and_bytes(void **state) {
    (void)state;
    struct receiver r = {.status = {200}};
    struct etl_signature_secrets secrets;
    static const char prefix[] = "Leadforest-Signature: ";
    assert_int_equal(send_to(&r, "whsec", "{\"a\":1}"), EXIT_DONE);
    assert_memory_equal(r.signature, prefix, sizeof prefix - 1);
    etl_signature_read_secrets(&secrets, "other,whsec");
    const char *header = r.signature + sizeof prefix - 1;
    assert_int_equal(etl_signature_check(&etl_format_stripe.signature, &secrets, header,
                                         (struct etl_text){"{\"a\":1}", 7}, unix_time_now()),
                     ETL_SIGNATURE_VALID);
    assert_int_equal(etl_signature_check(&etl_format_stripe.signature, &secrets, header,
                                         (struct etl_text){"{\"a\":2}", 7}, unix_time_now()),
                     ETL_SIGNATURE_WRONG);
}

static void without_a_secret_nothing_is_signed(void **state) {
    (void)state;
    struct receiver r = {.status = {204}};
    assert_int_equal(send_to(&r, NULL, "{}"), EXIT_DONE);
    assert_string_equal(r.signature, "");
}

static void a_receiver_that_is_away_or_busy_is_tried_again(void **state) {
    (void)state;
    struct receiver r = {.status = {0, 503, 429, 200}};
    assert_int_equal(send_to(&r, NULL, "{}"), EXIT_DONE);
    assert_int_equal(r.asked, 4);
    assert_int_equal(r.waited, 3);
    r = (struct receiver){.status = {0, 0, 0, 0}};
    assert_int_equal(send_to(&r, NULL, "{}"), EXIT_TEMPFAIL);
    assert_int_equal(r.asked, 4);
}

static void one_that_rejects_is_not_tried_again(void **state) {
    (void)state;
    struct receiver r = {.status = {404}};
    assert_int_equal(send_to(&r, NULL, "{}"), EXIT_USAGE);
    assert_int_equal(r.asked, 1);
}

static void a_message_says_what_when_and_where(void **state) {
    (void)state;
    char *text = alert_webhook_message("drift.alarm", "dentists came", json_pack("{s:i}", "calls", 7), 1767225600);
    json_t *message = json_loads(text, 0, NULL);
    assert_string_equal(json_string_value(json_object_get(message, "type")), "drift.alarm");
    assert_string_equal(json_string_value(json_object_get(message, "time")), "2026-01-01T00:00:00Z");
    assert_int_equal(json_integer_value(json_object_get(json_object_get(message, "details"), "calls")), 7);
    assert_int_equal(strlen(json_string_value(json_object_get(message, "id"))), 36);
    json_decref(message);
    free(text);
}

static void what_a_stage_says_too_long_is_cut_between_characters_and_told(void **state) {
    (void)state;
    char out[8];
    json_t *answer = json_pack("{s:s}", "error", "12345\u20ac\u20ac");
    child_result_text(out, sizeof out, answer, "error", "");
    assert_string_equal(out, "12345");
    char *message = alert_webhook_message("run.failed", out, NULL, 0);
    assert_non_null(message);
    free(message);
    child_result_text(out, sizeof out, answer, "reason", "none");
    assert_string_equal(out, "none");
    child_result_text(out, sizeof out, NULL, "reason", "1234567");
    assert_string_equal(out, "1234567");
    json_decref(answer);
}

/* ---- what is news ---- */

static struct alert_queue alert_queue;
static struct notifications notifications;
static struct run run;
static struct drift_check drift_check;

static int nothing_sent(void **state) {
    (void)state;
    alert_queue_begin(&alert_queue, true);
    notifications = (struct notifications){.alert_queue = &alert_queue};
    return 0;
}

static int forget(void **state) {
    (void)state;
    alert_queue_done(&alert_queue);
    return 0;
}

/* The type of the newest message; "" where there are still `before`. */
static const char *reported_after(size_t before) {
    static char type[40];
    type[0] = '\0';
    if (alert_queue.count > before) {
        json_t *message = json_loads(alert_queue.waiting[alert_queue.count - 1], 0, NULL);
        snprintf(type, sizeof type, "%s", json_string_value(json_object_get(message, "type")));
        json_decref(message);
    }
    return type;
}

static const char *run_ends_at(double now, enum exit_code code, const char *stage, long long promoted) {
    size_t before = alert_queue.count;
    run = (struct run){.reason = "nightly", .code = code, .promoted = promoted};
    snprintf(run.stopped_at, sizeof run.stopped_at, "%s", stage);
    notify_run(&notifications, &run, now);
    return reported_after(before);
}

static const char *run_ends(enum exit_code code, long long promoted) {
    return run_ends_at(0, code, "", promoted);
}

static const char *time_passes_until(double now) {
    size_t before = alert_queue.count;
    notifications_continue(&notifications, now);
    return reported_after(before);
}

static const char *drift_result(const char *said) {
    size_t before = alert_queue.count;
    snprintf(drift_check.state, sizeof drift_check.state, "%s", said);
    notify_drift(&notifications, &drift_check);
    return reported_after(before);
}

static void a_failed_run_is_reported_once_and_its_recovery_too(void **state) {
    (void)state;
    assert_string_equal(run_ends(EXIT_DONE, 0), "");
    assert_string_equal(run_ends(EXIT_DATAERR, 0), "run.failed");
    assert_string_equal(run_ends(EXIT_DATAERR, 0), "");
    assert_string_equal(run_ends(EXIT_NOTHING_TO_DO, 0), "run.recovered");
    assert_string_equal(run_ends(EXIT_DONE, 0), "");
}

static void a_job_that_fails_every_other_minute_is_reported_once_an_hour(void **state) {
    (void)state;
    assert_string_equal(run_ends_at(60, EXIT_DATAERR, "etl", 0), "run.failed");
    assert_string_equal(run_ends_at(120, EXIT_DONE, "", 0), "run.recovered");
    for (double now = 180; now < 60 + NOTIFICATIONS_REPEAT_SECONDS; now += 120) {
        assert_string_equal(run_ends_at(now, EXIT_DATAERR, "etl", 0), "");
        assert_string_equal(time_passes_until(now + 59), "");
        assert_string_equal(run_ends_at(now + 60, EXIT_DONE, "", 0), "");
    }
    assert_string_equal(run_ends_at(80 + NOTIFICATIONS_REPEAT_SECONDS, EXIT_DATAERR, "etl", 0), "run.failed");
    assert_string_equal(run_ends_at(90 + NOTIFICATIONS_REPEAT_SECONDS, EXIT_DONE, "", 0), "run.recovered");
}

static void one_that_goes_on_failing_is_reported_when_the_hour_is_over(void **state) {
    (void)state;
    run_ends_at(60, EXIT_DATAERR, "etl", 0);
    run_ends_at(120, EXIT_DONE, "", 0);
    assert_string_equal(run_ends_at(180, EXIT_DATAERR, "etl", 0), "");
    assert_string_equal(time_passes_until(59 + NOTIFICATIONS_REPEAT_SECONDS), "");
    assert_string_equal(time_passes_until(60 + NOTIFICATIONS_REPEAT_SECONDS), "run.failed");
    assert_string_equal(time_passes_until(61 + 2 * NOTIFICATIONS_REPEAT_SECONDS), "");
    assert_string_equal(run_ends_at(62 + 2 * NOTIFICATIONS_REPEAT_SECONDS, EXIT_DONE, "", 0), "run.recovered");
}

static void another_cause_is_reported_at_once(void **state) {
    (void)state;
    run_ends_at(60, EXIT_DATAERR, "etl", 0);
    run_ends_at(120, EXIT_DONE, "", 0);
    assert_string_equal(run_ends_at(180, EXIT_SOFTWARE, "etl", 0), "run.failed");
    run_ends_at(240, EXIT_DONE, "", 0);
    assert_string_equal(run_ends_at(300, EXIT_SOFTWARE, "train", 0), "run.failed");
}

static void a_champion_of_a_run_that_failed_later_is_told_too(void **state) {
    (void)state;
    run_ends_at(60, EXIT_DATAERR, "score", 0);
    assert_string_equal(run_ends_at(120, EXIT_DATAERR, "score", 7), "model.promoted");
}

static void one_to_be_tried_later_is_news_after_some_tries(void **state) {
    (void)state;
    for (int i = 1; i < NOTIFICATIONS_TEMPFAIL_LIMIT; i++)
        assert_string_equal(run_ends(EXIT_TEMPFAIL, 0), "");
    assert_string_equal(run_ends(EXIT_TEMPFAIL, 0), "run.failed");
    assert_string_equal(run_ends(EXIT_TEMPFAIL, 0), "");
    assert_string_equal(run_ends(EXIT_DONE, 0), "run.recovered");
}

static void being_told_to_stop_is_no_failure(void **state) {
    (void)state;
    assert_string_equal(run_ends(EXIT_TERMINATED, 0), "");
}

static void a_new_champion_is_reported(void **state) {
    (void)state;
    assert_string_equal(run_ends(EXIT_DONE, 7), "model.promoted");
}

static void drift_is_reported_where_it_changes(void **state) {
    (void)state;
    assert_string_equal(drift_result("OK"), "");
    assert_string_equal(drift_result("WARN"), "");
    assert_string_equal(drift_result("ALARM"), "drift.alarm");
    assert_string_equal(drift_result("ALARM"), "");
    assert_string_equal(drift_result("RETRAIN"), "drift.retrain");
    assert_string_equal(drift_result("WARN"), "drift.over");
    assert_string_equal(drift_result("OK"), "");
    assert_string_equal(drift_result("FAILED"), "drift.failed");
}

static void nothing_is_sent_without_a_webhook(void **state) {
    (void)state;
    alert_queue.enabled = false;
    assert_string_equal(drift_result("ALARM"), "");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_message_is_signed_over_its_time_and_bytes),
        cmocka_unit_test(without_a_secret_nothing_is_signed),
        cmocka_unit_test(a_receiver_that_is_away_or_busy_is_tried_again),
        cmocka_unit_test(one_that_rejects_is_not_tried_again),
        cmocka_unit_test(a_message_says_what_when_and_where),
        cmocka_unit_test(what_a_stage_says_too_long_is_cut_between_characters_and_told),
        cmocka_unit_test_setup_teardown(a_failed_run_is_reported_once_and_its_recovery_too, nothing_sent, forget),
        cmocka_unit_test_setup_teardown(one_to_be_tried_later_is_news_after_some_tries, nothing_sent, forget),
        cmocka_unit_test_setup_teardown(a_job_that_fails_every_other_minute_is_reported_once_an_hour, nothing_sent,
                                        forget),
        cmocka_unit_test_setup_teardown(one_that_goes_on_failing_is_reported_when_the_hour_is_over, nothing_sent,
                                        forget),
        cmocka_unit_test_setup_teardown(another_cause_is_reported_at_once, nothing_sent, forget),
        cmocka_unit_test_setup_teardown(a_champion_of_a_run_that_failed_later_is_told_too, nothing_sent, forget),
        cmocka_unit_test_setup_teardown(being_told_to_stop_is_no_failure, nothing_sent, forget),
        cmocka_unit_test_setup_teardown(a_new_champion_is_reported, nothing_sent, forget),
        cmocka_unit_test_setup_teardown(drift_is_reported_where_it_changes, nothing_sent, forget),
        cmocka_unit_test_setup_teardown(nothing_is_sent_without_a_webhook, nothing_sent, forget),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
