/* model_signature_test.c - what one key signed only its own public key accepts, and only unchanged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "services/common/registry/model_signature.h"
#include "tests/unit/common/seal_key.h"

/* What the RFC's key signs in that test, and what that gives. */
static const unsigned char message[] = {0xaf, 0x82};

static void a_signature_is_the_standard_s(void **state) {
    (void)state;
    static const unsigned char first[] = {0x62, 0x91, 0xd6, 0x57, 0xde, 0xec, 0x24, 0x02};
    unsigned char made[MODEL_SIGNATURE_SIZE];
    struct error err;
    if (!model_signature_sign(made, seal_seed, message, sizeof message, &err))
        fail_msg("%s", err.text);
    assert_memory_equal(made, first, sizeof first);
    assert_true(model_signature_verify(made, sizeof made, seal_public_key, message, sizeof message, &err));
}

static void a_changed_byte_or_another_key_is_rejected(void **state) {
    (void)state;
    static const char other[] = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
    unsigned char made[MODEL_SIGNATURE_SIZE];
    struct error err;
    assert_true(model_signature_sign(made, seal_seed, message, sizeof message, &err));
    assert_false(model_signature_verify(made, sizeof made, seal_public_key, "\xaf\x83", 2, &err));
    assert_false(model_signature_verify(made, sizeof made - 1, seal_public_key, message, sizeof message, &err));
    assert_false(model_signature_verify(made, sizeof made, other, message, sizeof message, &err));
    made[5] ^= 1;
    assert_false(model_signature_verify(made, sizeof made, seal_public_key, message, sizeof message, &err));
    assert_non_null(strstr(err.text, "MODEL_PUBLIC_KEY"));
}

static void what_is_no_key_is_reported_without_showing_it(void **state) {
    (void)state;
    unsigned char made[MODEL_SIGNATURE_SIZE] = {0};
    struct error err;
    assert_false(model_signature_sign(made, "c2VjcmV0", message, sizeof message, &err));
    assert_non_null(strstr(err.text, "not an Ed25519 private key"));
    assert_null(strstr(err.text, "c2VjcmV0"));
    assert_false(model_signature_verify(made, sizeof made, "-----BEGIN nonsense", message, sizeof message, &err));
    assert_non_null(strstr(err.text, "not an Ed25519 public key"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_signature_is_the_standard_s),
        cmocka_unit_test(a_changed_byte_or_another_key_is_rejected),
        cmocka_unit_test(what_is_no_key_is_reported_without_showing_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
