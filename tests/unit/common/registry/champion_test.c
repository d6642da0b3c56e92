/* champion_test.c - a model is loaded only when pointer, manifest, files and forest all agree. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "services/common/store/atomic_file.h"
#include "tests/helpers/volume.h"
#include "tests/unit/common/registry.h"

static struct forest *train(void) {
    const char *const levels[] = {"a", "b"}, *const classes[] = {"x", "y"};
    const struct forest_feature feature = {"f", FOREST_CATEGORICAL, 2, levels};
    const struct forest_schema schema = {1, &feature, 2, classes};
    const float rows[] = {0, 1};
    const uint16_t labels[] = {0, 1};
    const uint32_t weights[] = {30, 20};
    struct forest_params params;
    struct forest_dataset *ds = NULL;
    struct forest *forest = NULL;
    forest_params_init(&params);
    params.trees = 5;
    assert_int_equal(forest_dataset_new(&ds, &schema, NULL), FOREST_OK);
    assert_int_equal(forest_dataset_add(ds, rows, labels, weights, 2, NULL), FOREST_OK);
    assert_int_equal(forest_train(&forest, ds, &params, NULL), FOREST_OK);
    forest_dataset_free(ds);
    return forest;
}

static int fresh_registry(void **state) {
    (void)state;
    struct forest *forest = train();
    registry_add(1, forest);
    registry_point(1);
    forest_free(forest);
    return 0;
}

/* The version's files as they are now, sealed and pointed at. */
static void seal(const char *more) {
    registry_seal(1, more);
    registry_point(1);
}

static void assert_rejected(const char *because) {
    struct champion champion = {0};
    struct error err;
    if (champion_load_at(&champion, open_volume(scratch), &err)) {
        champion_done(&champion);
        fail_msg("loaded in spite of: %s", because);
    }
    if (strstr(err.text, because) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", err.text, because);
}

static void a_sealed_version_is_loaded(void **state) {
    (void)state;
    struct champion champion;
    struct error err;
    float prob[2];
    assert_true(champion_load_at(&champion, open_volume(scratch), &err));
    assert_int_equal(champion.version, 1);
    forest_predict(champion.forest, &(float){0}, prob);
    assert_true(prob[0] > 0.8F);
    champion_done(&champion);
    champion_done(&champion);
}

static void a_missing_alias_is_something_to_try_later(void **state) {
    (void)state;
    struct champion champion;
    struct error err;
    assert_int_equal(remove(scratch_path("registry/champion.json")), 0);
    assert_false(champion_load_at(&champion, open_volume(scratch), &err));
    assert_true(err.retryable);
}

static void an_alias_that_is_none_is_rejected(void **state) {
    (void)state;
    static const char *const wrong[] = {"{}", "[]", "{\"version\":1,\"sha256\":\"ab\"}",
                                        "{\"version\":-1,\"sha256\":\"\"}"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        scratch_write("registry/champion.json", wrong[i]);
        assert_rejected("it must contain version and sha256 (of the manifest)");
    }
}

static void a_changed_file_is_rejected_by_its_hash(void **state) {
    (void)state;
    registry_write(1, "card.json", "{ }");
    assert_rejected("card.json: its SHA-256 differs from the one in the manifest");
    seal("");
    registry_write(1, "manifest.json", "{}");
    assert_rejected("manifest.json: its SHA-256 differs from the expected one");
}

/* The text with the last digit of the first such hash changed. */
static void change_last_digit(char *text, const char *hash) {
    char *last = strstr(text, hash) + SHA256_HEX - 2;
    *last = *last == '0' ? '1' : '0';
}

static void a_hash_that_differs_in_its_last_digit_is_another(void **state) {
    (void)state;
    struct error err;
    size_t size;
    char hash[SHA256_HEX];
    char *pointer = files_read(scratch_path("registry/champion.json"), 1000, &size, &err);
    char *manifest = files_read(registry_path(1, "manifest.json"), 1000, &size, &err);
    registry_hash(registry_path(1, "manifest.json"), hash);
    change_last_digit(pointer, hash);
    scratch_write("registry/champion.json", pointer);
    assert_rejected("manifest.json: its SHA-256 differs from the expected one");
    registry_hash(registry_path(1, "card.json"), hash);
    change_last_digit(manifest, hash);
    registry_write(1, "manifest.json", manifest);
    registry_point(1);
    assert_rejected("card.json: its SHA-256 differs from the one in the manifest");
    free(pointer);
    free(manifest);
}

static void a_damaged_forest_is_rejected_even_where_all_hashes_agree(void **state) {
    (void)state;
    struct error err;
    size_t size;
    char *bytes = files_read(registry_path(1, "forest.bin"), 1 << 24, &size, &err);
    assert_non_null(bytes);
    for (size_t cut = 0; cut < size; cut += size / 7) { /* truncated */
        assert_true(atomic_file_write(registry_path(1, "forest.bin"), bytes, cut, &err));
        seal("");
        assert_rejected("forest.bin");
    }
    for (size_t at = 0; at < size; at += 97) { /* a byte changed */
        bytes[at] = (char)(bytes[at] ^ 1);
        assert_true(atomic_file_write(registry_path(1, "forest.bin"), bytes, size, &err));
        seal("");
        assert_rejected("forest.bin");
        bytes[at] = (char)(bytes[at] ^ 1);
    }
    free(bytes);
}

/* The file is there and has that hash: it is refused for where it is. */
static void a_file_outside_the_versions_folder_is_refused(void **state) {
    (void)state;
    static const char *const files[] = {"../secret", "more/secret"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char hash[SHA256_HEX], more[200];
        registry_write(1, files[i], "secret");
        registry_hash(registry_path(1, files[i]), hash);
        snprintf(more, sizeof more, ",\"%s\":\"%s\"", files[i], hash);
        seal(more);
        assert_rejected("the manifest names a file outside its folder");
    }
}

static void a_manifest_of_another_version_is_refused(void **state) {
    (void)state;
    char text[300];
    struct error err;
    struct champion champion;
    snprintf(text, sizeof text, "cp -r '%s/registry/versions/1' '%s/registry/versions/2'", scratch, scratch);
    assert_int_equal(system(text), 0);
    assert_false(champion_load_version_at(&champion, open_volume(scratch), 2, NULL, &err));
    assert_non_null(strstr(err.text, "belongs to another version"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_sealed_version_is_loaded, fresh_registry),
        cmocka_unit_test_setup(a_missing_alias_is_something_to_try_later, fresh_registry),
        cmocka_unit_test_setup(an_alias_that_is_none_is_rejected, fresh_registry),
        cmocka_unit_test_setup(a_changed_file_is_rejected_by_its_hash, fresh_registry),
        cmocka_unit_test_setup(a_hash_that_differs_in_its_last_digit_is_another, fresh_registry),
        cmocka_unit_test_setup(a_damaged_forest_is_rejected_even_where_all_hashes_agree, fresh_registry),
        cmocka_unit_test_setup(a_file_outside_the_versions_folder_is_refused, fresh_registry),
        cmocka_unit_test_setup(a_manifest_of_another_version_is_refused, fresh_registry),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
