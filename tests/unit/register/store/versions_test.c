/* versions_test.c - the sources that a version was trained on lie in its folder and are what its manifest says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "services/common/store/atomic_file.h"
#include "services/common/store/paths.h"
#include "services/register/store/versions.h"
#include "tests/helpers/scratch.h"
#include "tests/helpers/volume.h"

/* Whether the sources hold of a version whose manifest names this file, which says "a,b", with a hash. */
static bool holds(const char *name, const char *hash, struct error *err) {
    char path[100];
    snprintf(path, sizeof path, VOLUME_VERSIONS "/1/%s", name);
    assert_true(atomic_file_write(scratch_path(path), "a,b", 3, err));
    json_t *manifest = json_pack("{s:{s:s}}", "sources", name, hash);
    bool good = versions_check_sources(open_volume(scratch), 1, manifest, err);
    json_decref(manifest);
    return good;
}

static void a_source_is_known_by_its_hash(void **state) {
    (void)state;
    char hash[SHA256_HEX];
    struct error err;
    bytes_sha256("a,b", 3, hash);
    assert_true(holds("features.csv", hash, &err));
    hash[SHA256_HEX - 2] = hash[SHA256_HEX - 2] == '0' ? '1' : '0';
    assert_false(holds("features.csv", hash, &err));
    assert_non_null(strstr(err.text, "its SHA-256 differs from the one in the manifest"));
}

static void a_source_outside_the_versions_folder_is_refused(void **state) {
    (void)state;
    char hash[SHA256_HEX];
    struct error err;
    bytes_sha256("a,b", 3, hash);
    assert_false(holds("../secret", hash, &err));
    assert_non_null(strstr(err.text, "not file names"));
}

static void a_version_without_sources_holds(void **state) {
    (void)state;
    struct error err;
    json_t *manifest = json_object();
    assert_true(versions_check_sources(open_volume(scratch), 1, manifest, &err));
    json_decref(manifest);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_source_is_known_by_its_hash),
        cmocka_unit_test(a_source_outside_the_versions_folder_is_refused),
        cmocka_unit_test(a_version_without_sources_holds),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
