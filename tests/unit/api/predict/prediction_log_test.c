/* prediction_log_test.c - the prediction log and the metrics: what is kept of a prediction, and what is counted. */
#include "tests/unit/api/fixture.h"

#include <dirent.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "services/common/store/atomic_file.h"
#include "services/common/util/unix_time.h"

/* A house whose predictions are logged below a temporary folder. */
struct logged {
    struct fixture *fixture;
    struct log_writer writer;
    char folder[40], file[PATH_MAX];
};

static int open_logged(void **state) {
    struct logged *logged = aligned_alloc(64, (sizeof *logged + 63) / 64 * 64);
    void *fixture = NULL;
    assert_non_null(logged);
    fixture_with_model(&fixture);
    logged->fixture = fixture;
    snprintf(logged->folder, sizeof logged->folder, "/tmp/leadforest-log-XXXXXX");
    assert_non_null(mkdtemp(logged->folder));
    assert_true(log_writer_open(&logged->writer, logged->folder, "one", 1));
    logged->fixture->app.predictions = &logged->writer;
    *state = logged;
    return 0;
}

static int close_logged(void **state) {
    struct logged *logged = *state;
    fixture_close(logged->fixture);
    free(logged);
    return 0;
}

static bool remove_folders(const char *folder) {
    char predictions[PATH_MAX];
    snprintf(predictions, sizeof predictions, "%s/predictions", folder);
    return rmdir(predictions) == 0 && rmdir(folder) == 0;
}

/* Stop the writer and return its only file's text; the folder is removed. */
static char *read_log(struct logged *logged) {
    log_writer_close(&logged->writer);
    logged->fixture->app.predictions = NULL;
    char predictions[PATH_MAX];
    snprintf(predictions, sizeof predictions, "%s/predictions", logged->folder);
    DIR *folder = opendir(predictions);
    const struct dirent *entry;
    while ((entry = readdir(folder)) != NULL)
        if (entry->d_name[0] != '.')
            snprintf(logged->file, sizeof logged->file, "%s/predictions/%s", logged->folder, entry->d_name);
    closedir(folder);
    struct error err;
    size_t size;
    char *text = files_read(logged->file, 1 << 20, &size, &err);
    assert_non_null(text);
    unlink(logged->file);
    remove_folders(logged->folder);
    return text;
}

static void a_prediction_is_logged_with_its_probabilities(void **state) {
    struct logged *logged = *state;
    fixture_header(logged->fixture, HEADER_REQUEST_ID, "r1");
    fixture_post(
        logged->fixture, "/predict",
        "{\"business_type\":\"dentist\",\"business_size\":\"10-25\",\"lead_id\":\"5b1c\",\"source\":\"website\"}");
    char *text = read_log(logged);
    json_t *line = json_loads(text, 0, NULL);
    assert_non_null(line);
    json_t *expected =
        json_pack("{s:s,s:i,s:{s:s,s:s},s:{s:f,s:f,s:f,s:f},s:s,s:s}", "request_id", "r1", "model_version", 7, "inputs",
                  "business_type", "Dental", "business_size", "10-25", "probabilities", "Business", 0.06, "Elite", 0.06,
                  "MVP", 0.82, "Now", 0.06, "lead_id", "5b1c", "source", "website");
    assert_int_equal(strlen(json_string_value(json_object_get(line, "time"))), strlen("2026-01-31T10:20:30.123Z"));
    json_object_del(line, "time");
    assert_true(json_equal(line, expected));
    assert_non_null(strstr(logged->file, "/one-20"));
    json_decref(line);
    json_decref(expected);
    free(text);
}

static void an_unseen_category_is_kept_short_and_never_as_an_address(void **state) {
    struct logged *logged = *state;
    char body[400];
    snprintf(body, sizeof body, "{\"business_type\":\"%0200d\",\"business_size\":\"ann@example.org\"}", 0);
    fixture_post(logged->fixture, "/predict", body);
    char *text = read_log(logged);
    json_t *line = json_loads(text, 0, NULL);
    const json_t *input = json_object_get(line, "inputs");
    assert_int_equal(json_string_length(json_object_get(input, "business_type")), 64);
    assert_true(json_is_null(json_object_get(input, "business_size")));
    assert_int_equal(json_array_size(json_object_get(line, "unseen")), 2);
    json_decref(line);
    free(text);
}

static void lines_stay_whole_in_great_number(void **state) {
    struct logged *logged = *state;
    for (int i = 0; i < 3000; i++)
        fixture_post(logged->fixture, "/predict", "{\"business_type\":\"Legal\",\"business_size\":\"1-9\"}");
    uint64_t dropped = log_writer_dropped(&logged->writer), lines = 0;
    char *text = read_log(logged);
    for (char *at = text, *end; (end = strchr(at, '\n')) != NULL; at = end + 1, lines++)
        assert_true(strncmp(at, "{\"time\":\"", 9) == 0 && end[-1] == '}');
    assert_int_equal(lines + dropped, 3000);
    free(text);
}

static void an_access_is_json_whatever_was_requested(void **state) {
    struct logged *logged = *state;
    struct fixture *fixture = logged->fixture;
    fixture->app.predictions = NULL;
    fixture->app.access_log = &logged->writer;
    fixture_header(fixture, HEADER_TRACEPARENT, "00-\xff\"");
    assert_int_equal(fixture_request(fixture, METHOD_GET, "/\xc3\xa9%0a%22%5c", NULL), 404);
    assert_int_equal(fixture_request(fixture, METHOD_GET, "/%ff", NULL), 404);
    char *text = read_log(logged), *second = strchr(text, '\n') + 1;
    json_t *one = json_loadb(text, (size_t)(second - text), 0, NULL), *two = json_loads(second, 0, NULL);
    assert_string_equal(json_string_value(json_object_get(one, "path")), "/\xc3\xa9\n\"\\");
    assert_string_equal(json_string_value(json_object_get(one, "traceparent")), "00-\xc3\xbf\"");
    assert_string_equal(json_string_value(json_object_get(two, "path")), "/\xc3\xbf");
    assert_int_equal(json_integer_value(json_object_get(two, "status")), 404);
    json_decref(one);
    json_decref(two);
    free(text);
}

static void a_loop_is_behind_once_half_its_ring_waits(void **state) {
    struct spsc_ring ring[2];
    struct log_writer writer = {
        .loops = 2, .ring = ring, .wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)}; /* no writer */
    eventfd_t reported;
    (void)state;
    assert_true(spsc_ring_open(&ring[0], 64) && spsc_ring_open(&ring[1], 64));
    log_writer_put(&writer, 0, "0123456789012345678901234567890", 31);
    assert_false(log_writer_is_behind(&writer, 0));
    assert_int_equal(eventfd_read(writer.wake, &reported), -1);
    log_writer_put(&writer, 0, "\n", 1);
    assert_true(log_writer_is_behind(&writer, 0));
    assert_int_equal(eventfd_read(writer.wake, &reported), 0);
    assert_false(log_writer_is_behind(&writer, 1));
    writer.failing = true;
    assert_false(log_writer_is_behind(&writer, 0));
    writer.failing = false;
    assert_int_equal(log_writer_waiting(&writer), 32);
    spsc_ring_consume(&ring[0], 1);
    assert_false(log_writer_is_behind(&writer, 0));
    close(writer.wake);
    spsc_ring_done(&ring[0]);
    spsc_ring_done(&ring[1]);
}

static void a_half_written_line_does_not_spoil_the_next(void **state) {
    char folder[] = "/tmp/leadforest-log-XXXXXX", path[PATH_MAX], day[UNIX_TIME_TEXT];
    struct log_writer writer;
    struct error err;
    size_t size;
    (void)state;
    assert_non_null(mkdtemp(folder));
    unix_time_format_day((unix_time)time(NULL), day);
    snprintf(path, sizeof path, "%s/predictions/one-%s.ndjson", folder, day);
    assert_true(atomic_file_write(path, "{\"cut", 5, &err));
    assert_true(log_writer_open(&writer, folder, "one", 1));
    log_writer_put(&writer, 0, "{}\n", 3);
    log_writer_close(&writer);
    char *text = files_read(path, 100, &size, &err);
    assert_string_equal(text, "{\"cut\n{}\n");
    free(text);
    unlink(path);
    remove_folders(folder);
}

static void a_file_that_was_taken_away_is_made_anew(void **state) {
    char folder[] = "/tmp/leadforest-log-XXXXXX", path[PATH_MAX], day[UNIX_TIME_TEXT];
    const struct timespec pause = {.tv_nsec = 1000000};
    struct log_writer writer;
    struct error err;
    size_t size;
    (void)state;
    assert_non_null(mkdtemp(folder));
    assert_true(log_writer_open(&writer, folder, "one", 1));
    log_writer_put(&writer, 0, "{\"a\":1}\n", 8);
    while (atomic_load(&writer.written) == 0)
        nanosleep(&pause, NULL);
    unix_time_format_day((unix_time)time(NULL), day);
    snprintf(path, sizeof path, "%s/predictions/one-%s.ndjson", folder, day);
    assert_int_equal(unlink(path), 0);
    assert_true(remove_folders(folder));
    log_writer_put(&writer, 0, "{}\n", 3);
    log_writer_close(&writer);
    char *text = files_read(path, 100, &size, &err);
    assert_non_null(text);
    assert_string_equal(text, "{}\n");
    free(text);
    unlink(path);
    remove_folders(folder);
}

static void a_full_ring_drops_whole_lines_and_counts_them(void **state) {
    struct spsc_ring ring;
    struct iovec piece[2];
    (void)state;
    assert_true(spsc_ring_open(&ring, 16));
    assert_int_equal(spsc_ring_put(&ring, "123456789\n", 10), 10);
    assert_int_equal(spsc_ring_put(&ring, "abcdefg\n", 8), 10);
    assert_int_equal(atomic_load(&ring.dropped), 1);
    assert_int_equal(spsc_ring_peek(&ring, piece), 1);
    spsc_ring_consume(&ring, 10);
    assert_int_equal(spsc_ring_put(&ring, "abcdefg\n", 8), 8);
    assert_int_equal(spsc_ring_peek(&ring, piece), 2);
    assert_memory_equal(piece[0].iov_base, "abcdef", 6);
    assert_memory_equal(piece[1].iov_base, "g\n", 2);
    spsc_ring_done(&ring);
}

static void metrics_count_requests_predictions_and_unseen_categories(void **state) {
    struct fixture *fixture = *state;
    fixture_post(fixture, "/predict", "{\"business_type\":\"Dental\",\"business_size\":\"10-25\"}");
    fixture_post(fixture, "/predict", "{\"business_type\":\"Vet\",\"business_size\":\"10-25\"}");
    fixture_post(fixture, "/predict", "{");
    fixture_request(fixture, METHOD_GET, "/nowhere", NULL);
    assert_int_equal(fixture_request(fixture, METHOD_GET, "/metrics", NULL), 200);
    static const char *const lines[] = {
        "leadforest_http_requests_total{route=\"/predict\",method=\"POST\",code=\"200\"} 2\n",
        "leadforest_http_requests_total{route=\"/predict\",method=\"POST\",code=\"400\"} 1\n",
        "leadforest_http_requests_total{route=\"other\",method=\"other\",code=\"404\"} 1\n",
        "leadforest_http_request_duration_seconds_bucket{route=\"/predict\",method=\"POST\",le=\"5e-05\"} 0\n",
        "leadforest_http_request_duration_seconds_bucket{route=\"/predict\",method=\"POST\",le=\"0.0001\"} 3\n",
        "leadforest_http_request_duration_seconds_bucket{route=\"/predict\",method=\"POST\",le=\"+Inf\"} 3\n",
        "leadforest_http_request_duration_seconds_count{route=\"/predict\",method=\"POST\"} 3\n",
        "leadforest_unseen_categories_total{field=\"business_type\"} 1\n",
        "leadforest_unseen_categories_total{field=\"business_size\"} 0\n",
        "leadforest_model_info{version=\"7\",sha256=\"0123\"} 1\n",
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        if (!fixture_body_has(fixture, lines[i]))
            fail_msg("no line %s in\n%.*s", lines[i], (int)fixture->response.size, fixture->response.body);
}

int main(void) {
#define WITH_LOG(test) cmocka_unit_test_setup_teardown(test, open_logged, close_logged)
    const struct CMUnitTest tests[] = {
        WITH_LOG(a_prediction_is_logged_with_its_probabilities),
        WITH_LOG(an_unseen_category_is_kept_short_and_never_as_an_address),
        WITH_LOG(lines_stay_whole_in_great_number),
        WITH_LOG(an_access_is_json_whatever_was_requested),
        cmocka_unit_test(a_loop_is_behind_once_half_its_ring_waits),
        cmocka_unit_test(a_half_written_line_does_not_spoil_the_next),
        cmocka_unit_test(a_file_that_was_taken_away_is_made_anew),
        cmocka_unit_test(a_full_ring_drops_whole_lines_and_counts_them),
        cmocka_unit_test_setup_teardown(metrics_count_requests_predictions_and_unseen_categories, fixture_with_model,
                                        fixture_done),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
