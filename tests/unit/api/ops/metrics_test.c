/* metrics_test.c - what operators scrape. */
#include "tests/unit/api/fixture.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "services/api/ops/metric.h"
#include "services/common/store/atomic_file.h"
#include "tests/helpers/scratch.h"

enum { SUCCESS = 1767225600 };

/* The file that a worker leaves, of that time. */
static void leave(const char *file) {
    struct error err;
    const struct timespec times[2] = {{.tv_sec = SUCCESS}, {.tv_sec = SUCCESS}};
    assert_true(atomic_file_write(scratch_path(file), "{}", 2, &err));
    assert_int_equal(utimensat(AT_FDCWD, scratch_path(file), times, 0), 0);
}

static bool is_shown(struct fixture *fixture, const char *context) {
    char line[200];
    snprintf(line, sizeof line, "\nleadforest_worker_last_success_timestamp_seconds{worker=\"%s\"} %d\n", context,
             SUCCESS);
    assert_int_equal(fixture_request(fixture, METHOD_GET, "/metrics", NULL), 200);
    return fixture_body_has(fixture, line);
}

static void each_worker_shows_its_last_success(void **state) {
    static const struct {
        const char *file, *context;
    } left[] = {{"raw/.stamp-sample.json", "sample"},           {"raw/.sync-stripe.json", "sync-stripe"},
                {"raw/.sync-formspree.json", "sync-formspree"}, {"raw/.sync-mail.json", "sync-mail"},
                {"registry/.sync-model.json", "sync-model"},    {"processed/.stamp-etl.json", "etl"},
                {"features/.stamp-features.json", "features"},  {"candidates/.stamp-train.json", "train"},
                {"registry/decisions.ndjson", "register"},      {"scores/.stamp-score.json", "score"},
                {"monitoring/.stamp-drift.json", "drift"}};
    struct fixture *fixture = *state;
    fixture->options.common.data = scratch;
    for (size_t i = 0; i < sizeof left / sizeof *left; i++) {
        assert_false(is_shown(fixture, left[i].context));
        leave(left[i].file);
        assert_true(is_shown(fixture, left[i].context));
    }
}

/* Labels had a space once; dashboards may still ask for them. */
static void the_sources_of_sync_keep_their_old_labels(void **state) {
    struct fixture *fixture = *state;
    fixture->options.common.data = scratch;
    leave("raw/.sync-stripe.json");
    leave("raw/.sync-formspree.json");
    assert_true(is_shown(fixture, "sync stripe"));
    assert_true(is_shown(fixture, "sync formspree"));
}

/* Prometheus wants each metric's HELP and TYPE once, and all its samples below them. */
static void every_metric_is_explained_before_its_samples(void **state) {
    struct fixture *fixture = *state;
    char name[100], line[300], current[100] = "";
    size_t metrics = 0;
    assert_int_equal(fixture_request(fixture, METHOD_GET, "/metrics", NULL), 200);
    for (const char *at = fixture->response.body; at < fixture->response.body + fixture->response.size;) {
        int size = (int)strcspn(at, "\n");
        snprintf(line, sizeof line, "%.*s", size, at);
        if (sscanf(line, "# HELP %99s", name) == 1) {
            strcpy(current, name);
            metrics++;
        } else if (sscanf(line, "# TYPE %99s", name) == 1) {
            assert_string_equal(name, current);
        } else {
            assert_memory_equal(line, current, strlen(current));
        }
        at += size + 1;
    }
    assert_true(metrics >= 15);
}

static void predictions_are_counted_by_package_and_version(void **state) {
    struct fixture *fixture = *state;
    fixture_post(fixture, "/predict", "{\"business_type\":\"Dental\",\"business_size\":\"10-25\"}");
    assert_int_equal(fixture_request(fixture, METHOD_GET, "/metrics", NULL), 200);
    assert_true(fixture_body_has(fixture, "\nleadforest_predictions_total{package=\"MVP\",model_version=\"7\"} 1\n"));
    assert_true(fixture_body_has(fixture, "\nleadforest_model_info{version=\"7\",sha256=\"0123\"} 1\n"));
    fixture_serve(fixture, NULL);
    assert_int_equal(fixture_request(fixture, METHOD_GET, "/metrics", NULL), 200);
    assert_false(fixture_body_has(fixture, "leadforest_predictions_total{"));
}

static void values_of_labels_are_escaped(void **state) {
    static const struct metric metric = {"m", "gauge", "Help.", {"a", "b"}, NULL};
    struct strbuf out = {0};
    (void)state;
    metric_write_sample(&metric, "", METRIC_VALUES("\"x\\\n", ""), 0.5, &out);
    metric_write_sample(&metric, "_sum", METRIC_NO_LABELS, 1e15 - 1, &out);
    static const char expected[] = "m{a=\"\\\"x\\\\\\n\",b=\"\"} 0.5\nm_sum 999999999999999\n";
    assert_int_equal(out.size, sizeof expected - 1);
    assert_memory_equal(out.at, expected, out.size);
    strbuf_done(&out);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_worker_shows_its_last_success, fixture_with_model, fixture_done),
        cmocka_unit_test_setup_teardown(every_metric_is_explained_before_its_samples, fixture_with_model, fixture_done),
        cmocka_unit_test_setup_teardown(predictions_are_counted_by_package_and_version, fixture_with_model,
                                        fixture_done),
        cmocka_unit_test(values_of_labels_are_escaped),
        cmocka_unit_test_setup_teardown(the_sources_of_sync_keep_their_old_labels, fixture_with_model, fixture_done),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
