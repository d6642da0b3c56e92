/* model_test.c - a manifest from elsewhere, however well signed, names files of its own folder only. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "services/common/registry/champion.h"
#include "services/common/registry/model_signature.h"
#include "services/sync/model_sync.h"
#include "tests/helpers/scratch.h"
#include "tests/helpers/volume.h"
#include "tests/unit/common/seal_key.h"
#include "tests/unit/sync/fake_http.h"

/* A version 5 that is one file: its pointer, manifest and signature, and the file, as a web server would give them. */
static void offer(struct fake *fake, const char *name) {
    char hash[SHA256_HEX], manifest[400], pointer[200];
    unsigned char signature[MODEL_SIGNATURE_SIZE];
    struct error err;
    bytes_sha256("file", 4, hash);
    snprintf(manifest, sizeof manifest, "{\"version\":5,\"files\":{\"%s\":\"%s\"}}", name, hash);
    bytes_sha256(manifest, strlen(manifest), hash);
    snprintf(pointer, sizeof pointer, "{\"version\":5,\"sha256\":\"%s\"}", hash);
    assert_true(model_signature_sign(signature, seal_seed, manifest, strlen(manifest), &err));
    fake_answer(fake, 200, pointer);
    fake_answer(fake, 200, manifest);
    fake_answer_bytes(fake, 200, signature, sizeof signature);
    fake_answer(fake, 200, "file");
}

static void drop_unasked(struct fake *fake) {
    for (size_t i = fake->asked; i < fake->answers; i++)
        free(fake->answer[i].body);
}

static enum exit_code fetch(struct fake *fake, const char *name, struct error *err) {
    struct http http = fake_http(fake);
    const struct model_sync source = {.volume = open_volume(scratch),
                                      .url = "https://models.example.com",
                                      .key = "key",
                                      .public_key = seal_public_key,
                                      .max_wait_s = 0.1};
    long long version;
    offer(fake, name);
    enum exit_code code = model_sync_fetch(&source, &http, &version, err);
    drop_unasked(fake);
    return code;
}

static void a_name_that_leads_elsewhere_is_not_even_asked_for(void **state) {
    (void)state;
    static const char *const names[] = {"../escaped", "more/escaped", "/tmp/escaped", "..",        ".hidden",
                                        "",           "manifest.sig", "es caped",     "es%2fcaped"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct fake fake;
        struct error err;
        assert_int_equal(fetch(&fake, names[i], &err), EXIT_DATAERR);
        assert_non_null(strstr(err.text, "invalid file name"));
        assert_int_equal(fake.asked, 3);
    }
    assert_false(files_exist_at(open_volume(scratch), "registry/versions/escaped"));
}

static void a_plain_one_is_and_a_model_without_its_forest_is_refused(void **state) {
    (void)state;
    struct fake fake;
    struct error err;
    assert_int_equal(fetch(&fake, "card-1_b.json", &err), EXIT_DATAERR);
    assert_int_equal(fake.asked, 4);
    assert_string_equal(fake.url[3], "https://models.example.com/versions/5/card-1_b.json");
    assert_non_null(strstr(err.text, "does not list forest.bin"));
    assert_false(files_exist_at(open_volume(scratch), "registry/versions/5"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_that_leads_elsewhere_is_not_even_asked_for),
        cmocka_unit_test(a_plain_one_is_and_a_model_without_its_forest_is_refused),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
