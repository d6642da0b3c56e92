/* monitoring_test.c - the overview of a volume, however the volume looks, and requests that wait for it. */
#include "tests/unit/api/fixture.h"

#include <unistd.h>

#include "services/api/pages/monitoring.h"
#include "services/api/pages/monitoring_snapshot.h"
#include "services/common/store/atomic_file.h"
#include "tests/helpers/scratch.h"

static void put(const char *name, const char *text) {
    struct error err;
    if (!atomic_file_write(scratch_path(name), text, strlen(text), &err))
        fail_msg("%s", err.text);
}

static json_t *read_overview(void) {
    size_t size;
    char *text = monitoring_snapshot_read(scratch, &size);
    assert_non_null(text);
    json_t *value = json_loadb(text, size, 0, NULL);
    free(text);
    assert_non_null(value);
    return value;
}

/* ---- the overview ---- */

static void an_empty_volume_is_an_empty_overview(void **state) {
    (void)state;
    json_t *all = read_overview();
    assert_int_equal(json_array_size(json_object_get(all, "days")), 0);
    assert_int_equal(json_array_size(json_object_get(all, "runs")), 0);
    assert_int_equal(json_object_size(json_object_get(all, "state")), 0);
    json_decref(all);
}

static void the_newest_days_are_kept_and_torn_lines_skipped(void **state) {
    (void)state;
    static char lines[MONITORING_SNAPSHOT_DAYS * 64 + 4096];
    size_t used = (size_t)snprintf(lines, sizeof lines, "{\"until\":\"the first\"}\nno json\n");
    for (int i = 1; i < MONITORING_SNAPSHOT_DAYS; i++)
        used += (size_t)snprintf(lines + used, sizeof lines - used,
                                 "{\"until\":\"day %d\",\"email\":\"a@b.example\"}\n", i);
    snprintf(lines + used, sizeof lines - used, "{\"until\":\"half a li");
    put("monitoring/history.ndjson", lines);
    json_t *all = read_overview();
    const json_t *days = json_object_get(all, "days");
    assert_int_equal(json_array_size(days), MONITORING_SNAPSHOT_DAYS - 1); /* of as many lines one was no JSON */
    assert_string_equal(json_string_value(json_object_get(json_array_get(days, 0), "until")), "day 1");
    assert_null(json_object_get(json_array_get(days, 0), "email"));
    json_decref(all);
}

/* A file of years costs no more than its end. */
static void of_a_long_file_the_end_is_read(void **state) {
    (void)state;
    enum { LINES = 4000, SIZE = 1000 };
    char *text = malloc((size_t)LINES * SIZE + 1), pad[SIZE];
    assert_non_null(text);
    memset(pad, 'x', sizeof pad - 1);
    pad[900] = '\0';
    size_t used = 0;
    for (int i = 0; i < LINES; i++)
        used += (size_t)snprintf(text + used, (size_t)LINES * SIZE + 1 - used, "{\"time\":\"%d\",\"reason\":\"%s\"}\n",
                                 i, pad);
    put("registry/decisions.ndjson", text);
    free(text);
    json_t *all = read_overview();
    const json_t *decisions = json_object_get(all, "decisions");
    assert_int_equal(json_array_size(decisions), MONITORING_SNAPSHOT_DECISIONS);
    assert_string_equal(
        json_string_value(json_object_get(json_array_get(decisions, MONITORING_SNAPSHOT_DECISIONS - 1), "time")),
        "3999");
    json_decref(all);
}

static void a_run_shows_its_stages_and_what_was_rejected(void **state) {
    (void)state;
    put("runs/a.json",
        "{\"run\":\"a\",\"status\":\"done\",\"exit\":0,\"stages\":[{\"stage\":\"etl\",\"exit\":0,\"seconds\":0.5,"
        "\"result\":{\"read\":10,\"quarantined\":1,\"files\":[\"secret\"]}}]}");
    put("runs/b.json", "broken");
    json_t *all = read_overview();
    const json_t *runs = json_object_get(all, "runs"), *run = json_array_get(runs, 0);
    assert_int_equal(json_array_size(runs), 1);
    assert_int_equal(json_integer_value(json_object_get(json_object_get(run, "records"), "quarantined")), 1);
    char *text = json_dumps(all, 0);
    assert_null(strstr(text, "secret"));
    free(text);
    json_decref(all);
}

/* ---- the route ---- */

static void *woken[8];
static _Atomic size_t wakes;

static void note_wake(void *waker) {
    woken[atomic_load(&wakes)] = waker; /* of one thread at a time */
    atomic_fetch_add(&wakes, 1);
}

static void without_a_volume_it_says_so(void **state) {
    assert_int_equal(fixture_request(*state, METHOD_GET, "/monitoring/data", NULL), 503);
}

static void a_request_sleeps_until_the_overview_is_read(void **state) {
    struct fixture *fixture = *state;
    struct monitoring monitoring;
    monitoring_open(&monitoring, scratch, note_wake);
    fixture->app.monitoring = &monitoring;
    atomic_store(&wakes, 0);
    put("monitoring/state.json", "{\"state\":\"OK\"}");
    fixture->request.waker = fixture;

    fixture_request(fixture, METHOD_GET, "/monitoring/data", NULL);
    assert_non_null(fixture->response.later);
    fixture->response.later(&fixture->request);
    while (atomic_load(&wakes) == 0)
        usleep(1000);
    assert_ptr_equal(woken[0], fixture);
    response_start(&fixture->response);
    dispatch_request(&fixture->context, &fixture->request, &fixture->response);
    assert_int_equal(fixture->response.status, 200);
    assert_true(fixture_body_has(fixture, "\"state\":\"OK\""));
    dispatch_finished(&fixture->context, &fixture->request, 200, 75000);

    /* The next one is answered from memory, though the volume has changed. */
    put("monitoring/state.json", "{\"state\":\"ALARM\"}");
    assert_int_equal(fixture_request(fixture, METHOD_GET, "/monitoring/data", NULL), 200);
    assert_true(fixture_body_has(fixture, "\"state\":\"OK\""));
    assert_int_equal(atomic_load(&wakes), 1);
    monitoring_close(&monitoring);
}

/* AddressSanitizer would find what is left. */
static void a_client_that_leaves_while_it_waits_leaves_nothing(void **state) {
    struct fixture *fixture = *state;
    struct monitoring monitoring;
    monitoring_open(&monitoring, scratch, note_wake);
    fixture->app.monitoring = &monitoring;
    atomic_store(&wakes, 0);
    fixture_request(fixture, METHOD_GET, "/monitoring/data", NULL);
    fixture->response.later(&fixture->request);
    while (atomic_load(&wakes) == 0)
        usleep(1000);
    dispatch_finished(&fixture->context, &fixture->request, 0, 75000);
    assert_null(fixture->request.ticket);
    monitoring_close(&monitoring);
}

static void it_needs_a_key_where_predictions_do(void **state) {
    struct fixture *fixture = *state;
    api_keys_parse(&fixture->app.access.keys, "secret");
    assert_int_equal(fixture_request(fixture, METHOD_GET, "/monitoring/data", NULL), 401);
    assert_int_equal(fixture_request(fixture, METHOD_GET, "/monitoring", NULL), 200);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_empty_volume_is_an_empty_overview, scratch_make, scratch_remove),
        cmocka_unit_test_setup_teardown(the_newest_days_are_kept_and_torn_lines_skipped, scratch_make, scratch_remove),
        cmocka_unit_test_setup_teardown(of_a_long_file_the_end_is_read, scratch_make, scratch_remove),
        cmocka_unit_test_setup_teardown(a_run_shows_its_stages_and_what_was_rejected, scratch_make, scratch_remove),
    };
    const struct CMUnitTest routes_tests[] = {
        cmocka_unit_test_setup_teardown(without_a_volume_it_says_so, fixture_with_model, fixture_done),
        cmocka_unit_test_setup_teardown(a_request_sleeps_until_the_overview_is_read, fixture_with_model, fixture_done),
        cmocka_unit_test_setup_teardown(a_client_that_leaves_while_it_waits_leaves_nothing, fixture_with_model,
                                        fixture_done),
        cmocka_unit_test_setup_teardown(it_needs_a_key_where_predictions_do, fixture_with_model, fixture_done),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) +
           cmocka_run_group_tests(routes_tests, (CMFixtureFunction)scratch_make, (CMFixtureFunction)scratch_remove);
}
