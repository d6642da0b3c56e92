/* webhook_signature_test.c - deliveries that are genuine, forged, stale, or signed with a secret on its way out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <cmocka.h>

#include "libetl/sources/source.h"

static const char body[] = "{\"id\":\"evt_1\",\n \"object\":\"event\"}";
enum { NOW = 1746757390 };

static const struct etl_signature_scheme *const stripe = &etl_format_stripe.signature, *const formspree =
                                                                                           &etl_format_formspree
                                                                                                .signature;

/* "v1=<hex>" of a body as a sender would sign it. */
static const char *sign(const char *secret, int64_t at, char out[80]) {
    char signed_text[256];
    unsigned char sum[EVP_MAX_MD_SIZE];
    int size = snprintf(signed_text, sizeof signed_text, "%lld.%s", (long long)at, body);
    HMAC(EVP_sha256(), secret, (int)strlen(secret), (unsigned char *)signed_text, (size_t)size, sum, NULL);
    int used = snprintf(out, 80, "v1=");
    for (size_t i = 0; i < 32; i++)
        used += snprintf(out + used, 80 - (size_t)used, "%02x", sum[i]);
    return out;
}

static enum etl_signature_result check(const struct etl_signature_scheme *scheme, const char *setting,
                                       const char *header, int64_t now) {
    struct etl_signature_secrets secrets;
    assert_true(etl_signature_read_secrets(&secrets, setting));
    return etl_signature_check(scheme, &secrets, header, (struct etl_text){body, sizeof body - 1}, now);
}

static enum etl_signature_result check_signed(const char *setting, const char *secret, int64_t at, int64_t now) {
    char header[200], v1[80];
    snprintf(header, sizeof header, "t=%lld,%s,v0=0000", (long long)at, sign(secret, at, v1));
    return check(stripe, setting, header, now);
}

static void a_known_sum_is_recomputed(void **state) {
    (void)state;
    /* printf 1.x | openssl dgst -sha256 -hmac whsec_a */
    static const char header[] = "t=1,v1=06b7434ab5e3d1ce4be5c1b43e8d91c1c0a9fbeb0a1bfac56425d7b13fce8740";
    struct etl_signature_secrets secrets;
    etl_signature_read_secrets(&secrets, "whsec_a");
    assert_int_equal(etl_signature_check(stripe, &secrets, header, (struct etl_text){"x", 1}, 1), ETL_SIGNATURE_VALID);
    assert_int_equal(etl_signature_check(stripe, &secrets, header, (struct etl_text){"y", 1}, 1), ETL_SIGNATURE_WRONG);
}

static void a_genuine_delivery_is_taken(void **state) {
    (void)state;
    assert_int_equal(check_signed("whsec_a", "whsec_a", NOW, NOW), ETL_SIGNATURE_VALID);
}

static void one_signed_with_another_secret_is_not(void **state) {
    (void)state;
    assert_int_equal(check_signed("whsec_a", "whsec_b", NOW, NOW), ETL_SIGNATURE_WRONG);
    assert_int_equal(check_signed("", "whsec_b", NOW, NOW), ETL_SIGNATURE_WRONG);
}

static void a_forgery_of_all_but_one_digit_is_found(void **state) {
    (void)state;
    char v1[80], header[200];
    sign("whsec_a", NOW, v1);
    for (char *digit = strchr(v1, '=') + 1; *digit != '\0'; digit++) {
        char right = *digit;
        *digit = right == '0' ? '1' : '0';
        snprintf(header, sizeof header, "t=%d,%s", NOW, v1);
        assert_int_equal(check(stripe, "whsec_a", header, NOW), ETL_SIGNATURE_WRONG);
        *digit = right;
    }
}

static void any_of_several_secrets_will_do(void **state) {
    (void)state;
    assert_int_equal(check_signed("whsec_new, whsec_old", "whsec_old", NOW, NOW), ETL_SIGNATURE_VALID);
    assert_int_equal(check_signed("whsec_new\nwhsec_old\n", "whsec_new", NOW, NOW), ETL_SIGNATURE_VALID);
}

static void any_of_several_signatures_will_do(void **state) {
    (void)state;
    char header[400], one[80], two[80];
    snprintf(header, sizeof header, "t=%d,%s,%s", NOW, sign("whsec_x", NOW, one), sign("whsec_a", NOW, two));
    assert_int_equal(check(stripe, "whsec_a", header, NOW), ETL_SIGNATURE_VALID);
}

static void the_old_scheme_is_never_enough(void **state) {
    (void)state;
    char header[200], v1[80];
    snprintf(header, sizeof header, "t=%d,v0%s", NOW, sign("whsec_a", NOW, v1) + 2);
    assert_int_equal(check(stripe, "whsec_a", header, NOW), ETL_SIGNATURE_MISSING);
}

static void a_stale_delivery_is_refused_and_a_retry_is_not(void **state) {
    (void)state;
    assert_int_equal(check_signed("whsec_a", "whsec_a", NOW, NOW + 300), ETL_SIGNATURE_VALID);
    assert_int_equal(check_signed("whsec_a", "whsec_a", NOW, NOW + 301), ETL_SIGNATURE_TOO_OLD);
}

static void a_second_time_in_the_header_does_not_make_a_replay_fresh(void **state) {
    (void)state;
    char header[200], v1[80];
    snprintf(header, sizeof header, "t=%d,t=%d9x,%s", NOW, NOW, sign("whsec_a", NOW, v1));
    assert_int_equal(check(stripe, "whsec_a", header, NOW + 5000), ETL_SIGNATURE_TOO_OLD);
    snprintf(header, sizeof header, "t=%d,t=%d,%s", NOW, NOW + 5000, v1);
    assert_int_equal(check(stripe, "whsec_a", header, NOW + 5000), ETL_SIGNATURE_WRONG);
}

static void only_formspree_minds_the_future(void **state) {
    (void)state;
    char header[200], v1[80];
    snprintf(header, sizeof header, "t=%d,%s", NOW, sign("key", NOW, v1));
    assert_int_equal(check(stripe, "key", header, NOW - 1000), ETL_SIGNATURE_VALID);
    assert_int_equal(check(formspree, "key", header, NOW - 1000), ETL_SIGNATURE_TOO_EARLY);
    assert_int_equal(check(formspree, "key", header, NOW - 300), ETL_SIGNATURE_VALID);
}

static void headers_without_sense_are_no_signatures(void **state) {
    (void)state;
    static const char *const wrong[] = {NULL,
                                        "",
                                        "t=",
                                        "v1=00",
                                        "t=1746757390",
                                        "t=abc,v1=00",
                                        "t=1746757390,v1=zz",
                                        "t=99999999999999999999,v1=00",
                                        ",,,=,==",
                                        "t=-1,v1=00",
                                        "sha256=00"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(check(stripe, "whsec_a", wrong[i], NOW), ETL_SIGNATURE_MISSING);
}

/* What openssl dgst -hmac whsec_a says of the body, or of the time, ":" and the body. */
#define HEX "90e3d18e8f138df6e324c2fb5f31f7649b4dcbfacc8e2981f0ba31ec22b0e583"
#define BASE64 "kOPRjo8TjfbjJML7XzH3ZJtNy/rMjimB8Lox7CKw5YM="
#define SHA1 "33bbc34c96f5bcbd217caa3ecf19828ef8566b37"
#define TIMED "d79a6ad26ac8fc4ffe4ae194eb55208acf23f2548bcd23f28f6cf69c9e914281"

static void other_schemes_are_a_matter_of_description(void **state) {
    (void)state;
    const struct etl_signature_scheme
        pair = {.value_key = "sha256", .signed_text = "{body}"},
        bare = {.signed_text = "{body}"}, base64 = {.encoding = ETL_SIGNATURE_BASE64, .signed_text = "{body}"},
        base64_pair = {.value_key = "sha256", .encoding = ETL_SIGNATURE_BASE64, .signed_text = "{body}"},
        sha1 = {.value_key = "sha1", .hash = ETL_SIGNATURE_SHA1, .signed_text = "{body}"},
        colon = {.time_key = "t", .value_key = "v", .signed_text = "{time}:{body}", .tolerance_s = 300};
    const struct {
        const struct etl_signature_scheme *scheme;
        const char *header;
        enum etl_signature_result result;
    } cases[] = {
        {&pair, "sha256=" HEX, ETL_SIGNATURE_VALID},
        {&pair, HEX, ETL_SIGNATURE_MISSING},
        {&bare, " " HEX " ", ETL_SIGNATURE_VALID},
        {&bare, BASE64, ETL_SIGNATURE_MISSING},
        {&bare, "", ETL_SIGNATURE_MISSING},
        {&base64, BASE64, ETL_SIGNATURE_VALID},
        {&base64, "l" BASE64, ETL_SIGNATURE_MISSING},
        {&base64, "kOPRjo8TjfbjJML7XzH3ZJtNy/rMjimB8Lox7CKw5Y==", ETL_SIGNATURE_MISSING},
        {&base64, "kOPRjo8TjfbjJML7XzH3ZJtNy/rMjimB8Lox7CKw5YMA", ETL_SIGNATURE_MISSING},
        {&base64, "kOPRjo8TjfbjJML7XzH3ZJtNy/rMjimB8Lox7CKw5Y,=", ETL_SIGNATURE_MISSING},
        {&base64, "KOPRjo8TjfbjJML7XzH3ZJtNy/rMjimB8Lox7CKw5YM=", ETL_SIGNATURE_WRONG},
        {&base64_pair, "sha256=" BASE64, ETL_SIGNATURE_VALID},
        {&sha1, "sha1=" SHA1, ETL_SIGNATURE_VALID},
        {&sha1, "sha1=" HEX, ETL_SIGNATURE_MISSING},
        {&colon, "t=1746757390,v=" TIMED, ETL_SIGNATURE_VALID},
        {&colon, "t=1746757391,v=" TIMED, ETL_SIGNATURE_WRONG},
        {&colon, "v=" TIMED, ETL_SIGNATURE_MISSING},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(check(cases[i].scheme, "whsec_a", cases[i].header, NOW + 10), cases[i].result);
}

static void too_many_secrets_are_refused(void **state) {
    (void)state;
    struct etl_signature_secrets secrets;
    assert_false(etl_signature_read_secrets(&secrets, "a b c d e f g h i"));
    assert_true(etl_signature_read_secrets(&secrets, NULL));
    assert_int_equal(secrets.count, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_known_sum_is_recomputed),
        cmocka_unit_test(a_genuine_delivery_is_taken),
        cmocka_unit_test(one_signed_with_another_secret_is_not),
        cmocka_unit_test(a_forgery_of_all_but_one_digit_is_found),
        cmocka_unit_test(any_of_several_secrets_will_do),
        cmocka_unit_test(any_of_several_signatures_will_do),
        cmocka_unit_test(the_old_scheme_is_never_enough),
        cmocka_unit_test(a_stale_delivery_is_refused_and_a_retry_is_not),
        cmocka_unit_test(a_second_time_in_the_header_does_not_make_a_replay_fresh),
        cmocka_unit_test(only_formspree_minds_the_future),
        cmocka_unit_test(headers_without_sense_are_no_signatures),
        cmocka_unit_test(other_schemes_are_a_matter_of_description),
        cmocka_unit_test(too_many_secrets_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
