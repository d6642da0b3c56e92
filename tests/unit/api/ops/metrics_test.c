/* metrics_test.c - what operators scrape of the workers. */
#include "tests/unit/api/fixture.h"

#include <fcntl.h>
#include <sys/stat.h>

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

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_worker_shows_its_last_success, fixture_with_model, fixture_done),
        cmocka_unit_test_setup_teardown(the_sources_of_sync_keep_their_old_labels, fixture_with_model, fixture_done),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
