/* Tests of the traffic: what counts as a call, what becomes the reference, when windows and streams speak. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "services/common/store/atomic_file.h"
#include "services/drift/data/labels.h"
#include "services/drift/data/reference.h"
#include "services/drift/data/request_log.h"
#include "services/drift/detect/threshold_calibration.h"
#include "services/drift/stats/quantile_bins.h"
#include "services/drift/stats/volume_test.h"
#include "tests/helpers/scratch.h"
#include "tests/helpers/volume.h"

enum { DAY = 86400, START = 1767225600 /* 2026-01-01 */ };

static const char configuration[] = "{\"currency\":\"usd\",\"setup_fee\":0,\"packages\":[{\"name\":\"Small\",\"price\":"
                                    "1},{\"name\":\"Large\",\"price\":2}],"
                                    "\"features\":[{\"name\":\"trade\",\"kind\":\"categorical\"},{\"name\":\"age\","
                                    "\"kind\":\"numeric\"}],\"offers\":[]}";

/* Calls of a test: the inputs they share, and a log to read. */
struct shop {
    struct etl_config *config;
    struct cell_set cell_set;
    struct request_log requests;
};

static struct shop open_shop(void) {
    struct shop shop = {0};
    struct etl_config_error problem;
    shop.config = etl_config_parse(configuration, sizeof configuration - 1, &problem);
    assert_non_null(shop.config);
    return shop;
}

static void read_log(struct shop *shop, const char *log) {
    struct error err = {.text = ""};
    struct request_log_limits limits = {START, START + 100 * (unix_time)DAY, 2};
    assert_true(atomic_file_write(scratch_path("predictions/api-2026-01-01.ndjson"), log, strlen(log), &err));
    assert_true(cell_set_init(&shop->cell_set, shop->config));
    if (!request_log_read(&shop->requests, open_volume(scratch), &shop->cell_set, &limits, &err))
        fail_msg("%s", err.text);
}

static void close_shop(struct shop *shop) {
    request_log_done(&shop->requests);
    cell_set_done(&shop->cell_set);
    etl_config_free(shop->config);
}

static size_t counted(const struct request_log *requests) {
    size_t count = 0;
    for (size_t i = 0; i < requests->count; i++)
        count += requests->request[i].counts;
    return count;
}

#define CALL(time, trade, more)                                                                                        \
    "{\"time\":\"2026-01-01T" time "Z\",\"model_version\":3,\"inputs\":{\"trade\":\"" trade                            \
    "\",\"age\":40},\"probabilities\":{\"Small\":0.25,\"Large\":0.75}" more "}\n"

static void calls_are_read_in_order_of_time(void **state) {
    (void)state;
    struct shop shop = open_shop();
    read_log(&shop, CALL("12:00:00.5", "Dental", "") CALL("09:00:00", "Legal", ",\"lead_id\":\"a\""));
    assert_int_equal(shop.requests.count, 2);
    assert_string_equal(cell_set_text(&shop.cell_set, shop.requests.request[0].cell, 0), "Legal");
    assert_string_equal(cell_set_text(&shop.cell_set, shop.requests.request[0].cell, 1), "40");
    assert_int_equal(shop.requests.request[0].lead, 1);
    assert_int_equal(shop.requests.request[1].version, 3);
    assert_true(shop.requests.probability[1] == 0.75F);
    close_shop(&shop);
}

static void demo_and_batch_calls_are_skipped(void **state) {
    (void)state;
    struct shop shop = open_shop();
    read_log(&shop, CALL("09:00:00", "Legal", ",\"source\":\"demo\"") CALL("10:00:00", "Legal", ",\"source\":\"batch\"")
                        CALL("11:00:00", "Legal", ",\"source\":\"website\""));
    assert_int_equal(shop.requests.count, 1);
    assert_int_equal(shop.requests.other_sources, 2);
    close_shop(&shop);
}

static void a_lead_that_changes_its_form_counts_once_with_its_last_answer(void **state) {
    (void)state;
    struct shop shop = open_shop();
    read_log(&shop, CALL("09:00:00", "Legal", ",\"lead_id\":\"a\"") CALL("09:00:05", "Dental", ",\"lead_id\":\"a\"")
                        CALL("09:00:06", "Legal", ",\"lead_id\":\"b\""));
    assert_int_equal(counted(&shop.requests), 2);
    assert_false(shop.requests.request[0].counts);
    assert_int_equal(shop.requests.repeated, 1);
    close_shop(&shop);
}

static void of_equal_calls_in_one_hour_only_the_first_count(void **state) {
    (void)state;
    struct shop shop = open_shop();
    read_log(&shop, CALL("09:00:00", "Legal", "") CALL("09:10:00", "Legal", "") CALL("09:20:00", "Legal", "")
                        CALL("09:21:00", "Dental", "") CALL("10:00:00", "Legal", ""));
    assert_int_equal(counted(&shop.requests), 4);
    assert_int_equal(shop.requests.capped, 1);
    close_shop(&shop);
}

static void lines_that_are_no_calls_are_counted_and_skipped(void **state) {
    (void)state;
    struct shop shop = open_shop();
    read_log(&shop, "not json\n{}\n[]\n" CALL("09:00:00", "Legal", "")
                        CALL("25:00:00", "Legal",
                             "") "{\"time\":\"2026-01-01T09:00:00Z\",\"inputs\":{},\"probabilities\":{\"Small\":7}}\n"
                                 "{\"time\":\"2026-01-01T0");
    assert_int_equal(shop.requests.count, 1);
    assert_int_equal(shop.requests.malformed, 6);
    close_shop(&shop);
}

static void only_log_files_of_the_days_requested_are_listed(void **state) {
    (void)state;
    char **names;
    size_t count;
    struct error err = {.text = ""};
    const char *const files[] = {"predictions/b-2026-01-02.ndjson", "predictions/a-2026-01-02.ndjson",
                                 "predictions/a-2026-01-05.ndjson", "predictions/.tmp-2026-01-02.ndjson",
                                 "predictions/a-2026-01-02.txt",    "predictions/a-2026-13-02.ndjson"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        assert_true(atomic_file_write(scratch_path(files[i]), "", 0, &err));
    assert_true(
        request_log_files(&names, &count, open_volume(scratch), START + DAY + 5, START + 3 * (unix_time)DAY, &err));
    assert_int_equal(count, 2);
    assert_string_equal(names[0], "a-2026-01-02.ndjson");
    request_log_free_files(names, count);
}

/* ---- reference ---- */

static void a_reference_is_whole_weeks_and_enough_rows(void **state) {
    (void)state;
    struct reference_rule rule = {4, 500, 30};
    assert_false(reference_enough(&rule, 3, 10000));
    assert_false(reference_enough(&rule, 4, 499));
    assert_true(reference_enough(&rule, 4, 500));
    assert_false(reference_enough(&rule, 25, 100));
    assert_true(reference_enough(&rule, 26, 100));
    assert_false(reference_enough(&rule, 26, 29));
}

static void a_reference_comes_back_from_its_file_unless_another_is_wanted(void **state) {
    (void)state;
    struct shop shop = open_shop();
    struct error err = {.text = ""};
    struct reference made, found = {0}, other = {0};
    struct reference_rule rule = {1, 2, 1};
    read_log(&shop, CALL("09:00:00", "Legal", "") CALL("10:00:00", "Dental", "") CALL("11:00:00", "Legal", ""));
    assert_true(reference_build(&made, &shop.requests, START, START + 6 * (unix_time)DAY, &rule));
    assert_false(made.complete);
    reference_done(&made);
    assert_true(reference_build(&made, &shop.requests, START, START + 7 * (unix_time)DAY, &rule));
    assert_true(made.complete);
    assert_int_equal(made.until, START + 7 * (unix_time)DAY);
    assert_true(reference_publish(&made, open_volume(scratch), &shop.cell_set, &err));
    assert_true(reference_read(&found, open_volume(scratch), START, &shop.cell_set, &err));
    assert_true(found.complete);
    assert_int_equal(found.rows, 3);
    assert_int_equal(found.count[shop.requests.request[0].cell], 2);
    assert_true(reference_read(&other, open_volume(scratch), START + DAY, &shop.cell_set, &err));
    assert_false(other.complete);
    reference_done(&made);
    reference_done(&found);
    close_shop(&shop);
}

/* ---- numbers ---- */

static void equal_numbers_are_never_parted_by_a_bin(void **state) {
    (void)state;
    struct quantile_bins q;
    struct quantile_bins_value values[] = {{3, 10}, {1, 60}, {2, 30}};
    quantile_bins_make(&q, values, 3);
    assert_int_equal(q.bins, 3);
    assert_int_equal(quantile_bins_find(&q, 1), 0);
    assert_int_equal(quantile_bins_find(&q, 1.5F), 1);
    assert_int_equal(quantile_bins_find(&q, 2), 1);
    assert_int_equal(quantile_bins_find(&q, 99), 2);
}

static void a_hundred_numbers_make_ten_bins_of_ten(void **state) {
    (void)state;
    struct quantile_bins q;
    struct quantile_bins_value values[100];
    size_t in[QUANTILE_BINS] = {0};
    for (int i = 0; i < 100; i++)
        values[i] = (struct quantile_bins_value){(float)(99 - i), 1};
    quantile_bins_make(&q, values, 100);
    assert_int_equal(q.bins, QUANTILE_BINS);
    for (int i = 0; i < 100; i++)
        in[quantile_bins_find(&q, (float)i)]++;
    for (int i = 0; i < QUANTILE_BINS; i++)
        assert_int_equal(in[i], 10);
}

static void weeks_that_always_differ_are_no_change_of_pace(void **state) {
    (void)state;
    uint32_t steady[] = {100, 104, 97, 99}, lively[] = {40, 160, 60, 140}, half[] = {45, 50}, same[] = {110, 95};
    assert_true(volume_test(steady, 4, half, 2).changed);
    assert_false(volume_test(lively, 4, half, 2).changed);
    assert_false(volume_test(steady, 4, same, 2).changed);
    assert_false(volume_test(steady, 3, half, 2).changed);
}

/* ---- labels ---- */

static void only_a_purchase_within_the_time_given_labels_the_last_call_before_it(void **state) {
    (void)state;
    struct shop shop = open_shop();
    struct labels labels;
    read_log(&shop,
             CALL("08:00:00", "Legal", ",\"lead_id\":\"a\"") CALL("09:00:00", "Dental", ",\"lead_id\":\"a\"")
                 CALL("10:00:00", "Legal", ",\"lead_id\":\"b\"") CALL("11:00:00", "Legal", ",\"lead_id\":\"c\""));
    struct purchase bought[] = {{START + 2 * DAY, 0, 0, 1}, {START + 40 * (unix_time)DAY, 0, 1, 0}};
    struct purchase_log purchases = {.count = 2, .purchase = bought};
    assert_true(labels_join(&labels, &shop.requests, &purchases, 3, START + 50 * (unix_time)DAY, 30 * DAY));
    assert_int_equal(labels.count, 1);
    assert_int_equal(labels.label[0].request, 1);
    assert_int_equal(labels.label[0].package, 1);
    labels_done(&labels);
    assert_true(labels_join(&labels, &shop.requests, &purchases, 3, START + 10 * (unix_time)DAY, 30 * DAY));
    assert_int_equal(labels.count, 0); /* bought already, but not everyone had the time */
    assert_int_equal(labels.waiting, 4);
    labels_done(&labels);
    close_shop(&shop);
}

/* Of a page that asks when its button is pressed. */
static void a_purchase_in_the_second_of_a_call_labels_it_and_one_before_does_not(void **state) {
    (void)state;
    struct shop shop = open_shop();
    struct labels labels;
    read_log(&shop, CALL("09:00:00", "Dental", ",\"lead_id\":\"a\"") CALL("10:00:00", "Legal", ",\"lead_id\":\"b\""));
    struct purchase bought[] = {{START + 9 * 3600, 0, 0, 1}, {START + 10 * 3600 - 1, 0, 1, 1}};
    struct purchase_log purchases = {.count = 2, .purchase = bought};
    assert_true(labels_join(&labels, &shop.requests, &purchases, 2, START + 50 * (unix_time)DAY, 30 * DAY));
    assert_int_equal(labels.count, 1);
    assert_int_equal(labels.label[0].request, 0);
    labels_done(&labels);
    close_shop(&shop);
}

static void a_score_is_what_was_promised_next_to_what_came_true(void **state) {
    (void)state;
    struct shop shop = open_shop();
    struct labels_score score;
    struct label label[] = {{0, 1}, {1, 0}};
    struct labels labels = {.count = 2, .label = label};
    read_log(&shop, CALL("08:00:00", "Legal", "") CALL("09:00:00", "Dental", ""));
    assert_true(labels_measure(&score, &labels, &shop.requests, START, LABELS_ANY_VERSION));
    assert_true(fabs(score.metrics.accuracy - 0.5) < 1e-9);
    assert_true(fabs(score.promised - 0.75) < 1e-6);
    assert_true(fabs(score.promised_error - sqrt(2 * 0.75 * 0.25) / 2) < 1e-6);
    assert_true(fabs(score.metrics.log_loss + (log(0.75) + log(0.25)) / 2) < 1e-6);
    assert_true(labels_measure(&score, &labels, &shop.requests, START, 4));
    assert_int_equal(score.metrics.rows, 0);
    close_shop(&shop);
}

static void answers_promise_an_accuracy_before_anyone_has_bought(void **state) {
    (void)state;
    struct shop shop = open_shop();
    read_log(&shop, CALL("08:00:00", "Legal", "") CALL("09:00:00", "Dental", "") CALL("10:00:00", "Legal", "")
                        CALL("11:00:00", "Dental", ",\"source\":\"demo\""));
    struct labels_promise promise = labels_promised(&shop.requests, START);
    assert_int_equal(promise.rows, 3);
    assert_true(fabs(promise.accuracy - 0.75) < 1e-6);
    assert_true(fabs(promise.error - sqrt(3 * 0.75 * 0.25) / 3) < 1e-6);
    assert_int_equal(labels_promised(&shop.requests, START + 9 * 3600).rows, 2);
    close_shop(&shop);
}

static void errors_of_another_version_are_not_the_champions(void **state) {
    (void)state;
    struct shop shop = open_shop();
    struct label wrong[] = {{0, 0}, {1, 0}};
    struct labels labels = {.count = 2, .label = wrong};
    read_log(&shop, CALL("08:00:00", "Legal", "") CALL("09:00:00", "Dental", ""));
    double step = cusum_step(0.3, 0.1, true);
    assert_true(fabs(labels_error_cusum(&labels, &shop.requests, START, 3, 0.3, 0.1).sum - 2 * step) < 1e-9);
    assert_true(labels_error_cusum(&labels, &shop.requests, START, 4, 0.3, 0.1).sum == 0);
    close_shop(&shop);
}

/* ---- the detector ---- */

/* Two streams over four kinds: a letter and a digit. */
static uint32_t category[] = {0, 0, 0, 1, 1, 0, 1, 1};
static struct feature_layout layout = {
    .features = 2, .offset = {0, 2, 4}, .cells = 4, .category = category, .floor = {0.03, 0.03}};
static const struct detector_rule rule = {30};

static void days_of(struct windows *w, int days, const uint32_t *cells, int rows) {
    for (int day = 0; day < days; day++) {
        windows_next_day(w);
        for (int i = 0; i < rows; i++)
            windows_add(w, cells[i % 4]);
    }
}

static struct finding look(int quiet, int changed, int rows, const uint32_t *new_kinds) {
    static const uint32_t cells[] = {0, 1, 2, 3};
    uint32_t reference[] = {200, 200, 200, 200};
    struct detector d;
    struct windows w;
    struct finding finding;
    assert_true(detector_init(&d, &layout, &rule) && windows_init(&w, &layout));
    assert_true(detector_set_reference(&d, reference, 400));
    days_of(&w, quiet, cells, rows);
    days_of(&w, changed, new_kinds, rows);
    assert_true(detector_test(&d, &w, 1, &finding));
    windows_done(&w);
    detector_done(&d);
    return finding;
}

static const uint32_t mostly_a[] = {0, 1, 0, 3}, as_ever[] = {0, 1, 2, 3};

static void a_window_with_too_few_days_or_rows_says_nothing(void **state) {
    (void)state;
    assert_false(look(6, 0, 20, as_ever).enough);
    assert_false(look(28, 0, 1, as_ever).enough);
    assert_true(look(7, 0, 20, as_ever).enough);
    assert_false(look(7, 0, 20, as_ever).of[1].enough);
}

static void the_stream_that_changed_is_the_one_named(void **state) {
    (void)state;
    struct finding f = look(28, 7, 20, mostly_a);
    assert_true(f.p < 0.001);
    assert_int_equal(f.feature, 0);
    assert_int_equal(f.window, 0);
    assert_true(f.of[0].found[1].adjusted > f.of[0].found[0].adjusted);
    assert_true(look(35, 0, 20, as_ever).p > 0.5);
}

static void a_change_below_the_floor_does_not_count_however_sure(void **state) {
    (void)state;
    struct feature_layout high = layout;
    layout.floor[0] = layout.floor[1] = 0.9;
    assert_true(look(28, 7, 20, mostly_a).p >= 1);
    layout = high;
}

static void old_days_leave_the_windows(void **state) {
    (void)state;
    struct windows w;
    assert_true(windows_init(&w, &layout));
    days_of(&w, 100, as_ever, 4);
    for (size_t i = 0; i < WINDOWS; i++) {
        assert_int_equal(w.rows[i], 4 * windows_days[i]);
        assert_int_equal(windows_counts(&w, i)[0], 2 * windows_days[i]);
    }
    windows_done(&w);
}

static void a_longer_target_between_false_alarms_makes_a_stricter_threshold(void **state) {
    (void)state;
    static const uint32_t cells[] = {0, 1, 2, 3};
    struct cell_population population = {cells, 4};
    double month, year, again;
    struct threshold_target target = {30, 20, 400, 100, 1};
    assert_true(threshold_calibrate(&month, &layout, &rule, &population, &target));
    assert_true(threshold_calibrate(&again, &layout, &rule, &population, &target));
    target.days = 365;
    assert_true(threshold_calibrate(&year, &layout, &rule, &population, &target));
    assert_true(year < month);
    assert_true(month == again);
}

static void a_busy_site_is_calibrated_as_a_thousand_calls_a_day_of_as_uncertain_a_reference(void **state) {
    (void)state;
    static const uint32_t cells[] = {0, 1, 2, 3};
    struct cell_population population = {cells, 4};
    double thousand, million;
    struct threshold_target target = {30, 1000, 2000, 10, 1}, busy = {30, 1000000, 2000000, 10, 1};
    assert_true(threshold_calibrate(&thousand, &layout, &rule, &population, &target));
    assert_true(threshold_calibrate(&million, &layout, &rule, &population, &busy));
    assert_true(million == thousand);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calls_are_read_in_order_of_time),
        cmocka_unit_test(demo_and_batch_calls_are_skipped),
        cmocka_unit_test(a_lead_that_changes_its_form_counts_once_with_its_last_answer),
        cmocka_unit_test(of_equal_calls_in_one_hour_only_the_first_count),
        cmocka_unit_test(lines_that_are_no_calls_are_counted_and_skipped),
        cmocka_unit_test(only_log_files_of_the_days_requested_are_listed),
        cmocka_unit_test(a_reference_is_whole_weeks_and_enough_rows),
        cmocka_unit_test(a_reference_comes_back_from_its_file_unless_another_is_wanted),
        cmocka_unit_test(equal_numbers_are_never_parted_by_a_bin),
        cmocka_unit_test(a_hundred_numbers_make_ten_bins_of_ten),
        cmocka_unit_test(weeks_that_always_differ_are_no_change_of_pace),
        cmocka_unit_test(only_a_purchase_within_the_time_given_labels_the_last_call_before_it),
        cmocka_unit_test(a_purchase_in_the_second_of_a_call_labels_it_and_one_before_does_not),
        cmocka_unit_test(a_score_is_what_was_promised_next_to_what_came_true),
        cmocka_unit_test(answers_promise_an_accuracy_before_anyone_has_bought),
        cmocka_unit_test(errors_of_another_version_are_not_the_champions),
        cmocka_unit_test(a_window_with_too_few_days_or_rows_says_nothing),
        cmocka_unit_test(the_stream_that_changed_is_the_one_named),
        cmocka_unit_test(a_change_below_the_floor_does_not_count_however_sure),
        cmocka_unit_test(old_days_leave_the_windows),
        cmocka_unit_test(a_busy_site_is_calibrated_as_a_thousand_calls_a_day_of_as_uncertain_a_reference),
        cmocka_unit_test(a_longer_target_between_false_alarms_makes_a_stricter_threshold),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
