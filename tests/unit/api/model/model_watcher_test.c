/* model_watcher_test.c - the api serves what the champion pointer names, however the pointer was changed. */
#include "tests/unit/api/fixture.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "services/api/model/model_watcher.h"
#include "tests/unit/common/registry.h"

#define POINTER "registry/champion.json"

struct shop {
    struct fixture *fixture;
    struct model_watcher watcher;
};

/* Two versions, and the first of them served. */
static int open_shop(void **state) {
    struct shop *shop = calloc(1, sizeof *shop);
    assert_non_null(shop);
    shop->fixture = fixture_open();
    struct forest *forest = fixture_forest(shop->fixture->config, false);
    registry_add(1, forest);
    registry_add(2, forest);
    forest_free(forest);
    registry_point(1);
    model_watcher_open(&shop->watcher, scratch, &shop->fixture->app.model_context, &shop->fixture->app.slot);
    model_watcher_poll(&shop->watcher, false);
    *state = shop;
    return 0;
}

static int close_shop(void **state) {
    struct shop *shop = *state;
    fixture_close(shop->fixture);
    model_watcher_done(&shop->watcher);
    free(shop);
    return 0;
}

static void expect_served(const struct shop *shop, const char *version) {
    assert_string_equal(model_slot_get(&shop->fixture->app.slot)->version, version);
}

static struct stat stat_pointer(void) {
    struct stat about;
    assert_int_equal(stat(scratch_path(POINTER), &about), 0);
    return about;
}

/* Give the pointer the times that another one had. */
static void set_times(const struct stat *like) {
    const struct timespec times[] = {like->st_atim, like->st_mtim};
    assert_int_equal(utimensat(AT_FDCWD, scratch_path(POINTER), times, 0), 0);
}

static void a_new_champion_is_served(void **state) {
    struct shop *shop = *state;
    expect_served(shop, "1");
    registry_point(2);
    model_watcher_poll(&shop->watcher, false);
    expect_served(shop, "2");
}

static void a_pointer_replaced_by_one_of_the_same_size_and_time_is_noticed(void **state) {
    struct shop *shop = *state;
    struct stat before = stat_pointer();
    registry_point(2);
    set_times(&before);
    assert_int_equal(stat_pointer().st_size, before.st_size);
    model_watcher_poll(&shop->watcher, false);
    expect_served(shop, "2");
}

/* The clock of a file system ticks some hundred times a second: write until it has. */
static void a_pointer_overwritten_with_the_same_size_and_time_is_noticed(void **state) {
    struct shop *shop = *state;
    struct stat before = stat_pointer(), after;
    char text[REGISTRY_POINTER];
    registry_pointer(2, text);
    do {
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
        scratch_write(POINTER, text);
        set_times(&before);
        after = stat_pointer();
    } while (after.st_ctim.tv_sec == before.st_ctim.tv_sec && after.st_ctim.tv_nsec == before.st_ctim.tv_nsec);
    assert_int_equal(after.st_ino, before.st_ino);
    assert_int_equal(after.st_size, before.st_size);
    model_watcher_poll(&shop->watcher, false);
    expect_served(shop, "2");
}

static void a_pointer_that_was_only_touched_loads_nothing_again(void **state) {
    struct shop *shop = *state;
    const struct timespec times[] = {{.tv_sec = 1}, {.tv_sec = 1}};
    assert_int_equal(utimensat(AT_FDCWD, scratch_path(POINTER), times, 0), 0);
    model_watcher_poll(&shop->watcher, false);
    assert_int_equal(atomic_load(&shop->watcher.loaded), 1);
}

static void a_pointer_to_nothing_leaves_the_old_model_serving(void **state) {
    struct shop *shop = *state;
    scratch_write(POINTER, "{}");
    model_watcher_poll(&shop->watcher, false);
    expect_served(shop, "1");
    assert_int_equal(atomic_load(&shop->watcher.rejected), 1);
    registry_point(2);
    model_watcher_poll(&shop->watcher, false);
    expect_served(shop, "2");
}

static void point_path_at(const char *path, const char *folder) {
    unlink(path);
    assert_int_equal(symlink(folder, path), 0);
}

/* A volume may be mounted after the api was started, and another one in its place later. */
static void a_volume_that_appears_or_is_replaced_is_served(void **state) {
    struct shop *shop = *state;
    char path[100], other[100], command[300];
    snprintf(path, sizeof path, "%s/mounted", scratch);
    snprintf(other, sizeof other, "%s/other", scratch);
    registry_point(2);
    snprintf(command, sizeof command, "mkdir '%s' && cp -r '%s/registry' '%s'", other, scratch, other);
    assert_int_equal(system(command), 0);
    registry_point(1);

    fixture_serve(shop->fixture, NULL);
    model_watcher_done(&shop->watcher);
    model_watcher_open(&shop->watcher, path, &shop->fixture->app.model_context, &shop->fixture->app.slot);
    model_watcher_poll(&shop->watcher, false);
    assert_null(model_slot_get(&shop->fixture->app.slot));
    point_path_at(path, scratch);
    model_watcher_poll(&shop->watcher, false);
    expect_served(shop, "1");
    assert_int_equal(unlink(path), 0);
    model_watcher_poll(&shop->watcher, false);
    expect_served(shop, "1");
    point_path_at(path, other);
    model_watcher_poll(&shop->watcher, false);
    expect_served(shop, "2");
}

int main(void) {
#define IN_SHOP(test) cmocka_unit_test_setup_teardown(test, open_shop, close_shop)
    const struct CMUnitTest tests[] = {
        IN_SHOP(a_new_champion_is_served),
        IN_SHOP(a_pointer_replaced_by_one_of_the_same_size_and_time_is_noticed),
        IN_SHOP(a_pointer_overwritten_with_the_same_size_and_time_is_noticed),
        IN_SHOP(a_pointer_that_was_only_touched_loads_nothing_again),
        IN_SHOP(a_pointer_to_nothing_leaves_the_old_model_serving),
        IN_SHOP(a_volume_that_appears_or_is_replaced_is_served),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
