/* retention_test.c - old versions go; the newest, the last champions and what a pointer names stay. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "services/common/store/atomic_file.h"
#include "services/common/store/paths.h"
#include "services/register/store/alias.h"
#include "services/register/store/retention.h"
#include "services/register/store/versions.h"
#include "tests/helpers/scratch.h"
#include "tests/helpers/volume.h"

enum { VERSIONS = 6 };

static const char hash[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

/* Six versions, of which the first, the second and the fourth became champion in this order. */
static int six_versions(void **state) {
    struct error err;
    struct alias from = {0}, to = {0};
    static const long long champions[] = {1, 2, 4};
    char path[80];
    for (int i = 1; i <= VERSIONS; i++) {
        snprintf(path, sizeof path, VOLUME_VERSIONS "/%d/manifest.json", i);
        assert_true(atomic_file_write(scratch_path(path), "{}", 2, &err));
    }
    json_t *decisions = json_array();
    memcpy(to.sha256, hash, sizeof hash);
    for (size_t i = 0; i < sizeof champions / sizeof *champions; i++) {
        json_t *decision = json_object();
        to.version = champions[i];
        alias_add_move(decision, &from, &to);
        json_array_append_new(decisions, decision);
        json_array_append_new(decisions, json_pack("{s:s}", "decision", "reject"));
        from = to;
    }
    remove(scratch_path(VOLUME_CHAMPION));
    remove(scratch_path(VOLUME_PREVIOUS));
    *state = decisions;
    return 0;
}

static int forget(void **state) {
    json_decref(*state);
    return 0;
}

static void point(const char *name, int version) {
    char text[100];
    snprintf(text, sizeof text, "{\"version\":%d,\"sha256\":\"%s\"}", version, hash);
    scratch_write(name, text);
}

static void expect_versions(const char *expected) {
    char found[4 * VERSIONS + 1] = "";
    size_t count, used = 0;
    long long *all = versions_list(open_volume(scratch), &count);
    for (size_t i = 0; i < count; i++)
        used += (size_t)snprintf(found + used, sizeof found - used, i > 0 ? " %lld" : "%lld", all[i]);
    free(all);
    assert_string_equal(found, expected);
}

static void as_many_as_asked_for_stay(void **state) {
    retention_apply(open_volume(scratch), *state, VERSIONS, 0);
    expect_versions("1 2 3 4 5 6");
    retention_apply(open_volume(scratch), *state, 3, 0);
    expect_versions("4 5 6");
}

static void so_do_the_last_champions(void **state) {
    retention_apply(open_volume(scratch), *state, 1, 2);
    expect_versions("2 4 6");
}

static void and_what_a_pointer_names(void **state) {
    point(VOLUME_CHAMPION, 3);
    point(VOLUME_PREVIOUS, 1);
    retention_apply(open_volume(scratch), *state, 1, 0);
    expect_versions("1 3 6");
}

static void a_pointer_that_cannot_be_read_may_name_any(void **state) {
    scratch_write(VOLUME_CHAMPION, "torn");
    retention_apply(open_volume(scratch), *state, 1, 0);
    expect_versions("1 2 3 4 5 6");
}

int main(void) {
#define OF_SIX(test) cmocka_unit_test_setup_teardown(test, six_versions, forget)
    const struct CMUnitTest tests[] = {
        OF_SIX(as_many_as_asked_for_stay),
        OF_SIX(so_do_the_last_champions),
        OF_SIX(and_what_a_pointer_names),
        OF_SIX(a_pointer_that_cannot_be_read_may_name_any),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
