/* disagreement_test.c - how many answers would change: of the grid, of logged calls, of leads where none was logged. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "services/common/store/paths.h"
#include "services/register/gate/disagreement.h"
#include "services/register/gate/input_grid.h"
#include "tests/helpers/scratch.h"
#include "tests/helpers/volume.h"
#include "tests/unit/register/models.h"

static const char *const levels[] = {"Dental", "Legal", "Zoo", "Gym"}, *const classes[] = {"Business", "MVP"};

#define OLD_DAY VOLUME_PREDICTIONS "/a-2026-01-30.ndjson"
#define NEW_DAY VOLUME_PREDICTIONS "/b-2026-01-31.ndjson"

static int make_folders(void **state) {
    return scratch_make(state) || mkdir(scratch_path("processed"), 0700) || mkdir(scratch_path("predictions"), 0700);
}

static int forget(void **state) {
    (void)state;
    unlink(scratch_path(OLD_DAY));
    unlink(scratch_path(NEW_DAY));
    scratch_write(VOLUME_LEADS, "customer_id,type\nl1,Legal\nl2,Dental\nl3,\n");
    return 0;
}

/* A challenger that differs from the champion for Legal alone. */
static struct disagreement measure(void) {
    struct forest_feature feature;
    struct forest_schema schema = model_schema(&feature, levels, 4, classes, 2);
    struct forest *challenger = model_train(&schema, (const uint16_t[]){0, 1, 1, 0}, 100);
    struct forest *champion = model_train(&schema, (const uint16_t[]){0, 0, 1, 0}, 100);
    struct recent_requests requests;
    struct disagreement disagreement;
    struct error err;
    assert_true(recent_requests_read(&requests, open_volume(scratch), &schema, &err));
    assert_true(disagreement_measure(&disagreement, &requests, &schema, challenger, champion));
    recent_requests_done(&requests);
    forest_free(challenger);
    forest_free(champion);
    return disagreement;
}

static void leads_stand_for_calls_where_none_was_logged(void **state) {
    (void)state;
    struct disagreement disagreement = measure();
    assert_string_equal(disagreement.source, "leads");
    assert_int_equal(disagreement.cells, 4);
    assert_int_equal(disagreement.cells_changed, 1);
    assert_int_equal(disagreement.requests, 3);
    assert_true(disagreement.requests_changed >= 1); /* and perhaps the lead without a type */
}

static void logged_calls_count_as_often_as_they_came(void **state) {
    (void)state;
    scratch_write(OLD_DAY, "{\"inputs\":{\"type\":\"Legal\"}}\n{\"inputs\":{\"type\":\"Legal\"}}\n"
                           "{\"inputs\":{\"type\":\"Dental\"},\"source\":\"site\"}\n");
    scratch_write(NEW_DAY, "{\"inputs\":{\"type\":\"Gym\"}}\n");
    struct disagreement disagreement = measure();
    assert_string_equal(disagreement.source, "predictions");
    assert_int_equal(disagreement.requests, 4);
    assert_int_equal(disagreement.requests_changed, 2);
    assert_true(fabs(disagreement_rate(&disagreement) - 0.5) < 1e-12);
}

static void demo_batch_and_torn_lines_are_no_traffic(void **state) {
    (void)state;
    scratch_write(NEW_DAY, "{\"inputs\":{\"type\":\"Legal\"},\"source\":\"demo\"}\n"
                           "{\"inputs\":{\"type\":\"Legal\"},\"source\":\"batch\"}\n"
                           "nonsense\n{\"inputs\":3}\n{\"inputs\":{\"type\":\"Dental\"}}\n{\"inputs\":{\"ty");
    struct disagreement disagreement = measure();
    assert_int_equal(disagreement.requests, 1);
    assert_int_equal(disagreement.requests_changed, 0);
}

static void without_any_traffic_the_grid_is_what_counts(void **state) {
    (void)state;
    unlink(scratch_path(VOLUME_LEADS));
    struct disagreement disagreement = measure();
    assert_int_equal(disagreement.requests, 0);
    assert_true(fabs(disagreement_rate(&disagreement) - 0.25) < 1e-12);
}

static void a_grid_is_every_combination_once(void **state) {
    (void)state;
    struct forest_feature features[] = {{"type", FOREST_CATEGORICAL, 2, levels},
                                        {"size", FOREST_CATEGORICAL, 3, levels}};
    struct forest_schema schema = {2, features, 2, classes};
    struct input_grid grid;
    assert_true(input_grid_make(&grid, &schema));
    assert_int_equal(grid.rows, 6);
    for (size_t i = 0; i < 6; i++) {
        assert_true(grid.x[2 * i] == (float)(i / 3));
        assert_true(grid.x[2 * i + 1] == (float)(i % 3));
    }
    input_grid_done(&grid);
    features[1] = (struct forest_feature){"age", FOREST_NUMERIC, 0, NULL};
    assert_true(input_grid_make(&grid, &schema));
    assert_int_equal(grid.rows, 0);
    input_grid_done(&grid);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(leads_stand_for_calls_where_none_was_logged, forget),
        cmocka_unit_test_setup(logged_calls_count_as_often_as_they_came, forget),
        cmocka_unit_test_setup(demo_batch_and_torn_lines_are_no_traffic, forget),
        cmocka_unit_test_setup(without_any_traffic_the_grid_is_what_counts, forget),
        cmocka_unit_test(a_grid_is_every_combination_once),
    };
    return cmocka_run_group_tests(tests, make_folders, scratch_remove);
}
