/* hash_test.c - equal bytes have equal hashes, and nobody can choose others that have. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "libetl/base/hash.h"

static struct etl_hash_key key_of(const char *random) {
    struct etl_hash_key key;
    etl_hash_key_set(&key, random, strlen(random));
    return key;
}

static void the_same_bytes_have_one_hash_under_one_key_and_kind(void **state) {
    (void)state;
    struct etl_hash_key key = key_of("one"), same = key_of("one"), other = key_of("other");
    assert_true(etl_hash_bytes(&key, ETL_HASH_ID, "cus_1", 5) == etl_hash_bytes(&same, ETL_HASH_ID, "cus_1", 5));
    assert_true(etl_hash_bytes(&key, ETL_HASH_ID, "cus_1", 5) != etl_hash_bytes(&other, ETL_HASH_ID, "cus_1", 5));
    assert_true(etl_hash_bytes(&key, ETL_HASH_ID, "cus_1", 5) != etl_hash_bytes(&key, ETL_HASH_EMAIL, "cus_1", 5));
    assert_true(etl_hash_bytes(&key, ETL_HASH_ID, "cus_1", 5) != etl_hash_bytes(&key, ETL_HASH_LEAD_ID, "cus_1", 5));
}

static void every_byte_of_any_length_counts(void **state) {
    (void)state;
    struct etl_hash_key key = key_of("one");
    char bytes[600] = "";
    for (size_t size = 1; size <= sizeof bytes; size++) {
        uint64_t whole = etl_hash_bytes(&key, ETL_HASH_ID, bytes, size);
        assert_true(whole != etl_hash_bytes(&key, ETL_HASH_ID, bytes, size - 1));
        for (size_t i = 0; i < size; i++) {
            bytes[i] ^= 1;
            assert_true(etl_hash_bytes(&key, ETL_HASH_ID, bytes, size) != whole);
            bytes[i] ^= 1;
        }
    }
}

/* XXH3 reads seven or eight bytes as two words of four, which overlap in one byte. */
static void write_words(uint64_t words, size_t size, unsigned char out[8]) {
    uint32_t first = (uint32_t)(words >> 32), last = (uint32_t)words;
    memcpy(out, &first, 4);
    memcpy(out + size - 4, &last, 4);
}

/* A text of eight bytes and one of seven. Pairs that differ in these bits often differ by one where XXH3 adds the
 * length, whatever the secret. */
static void craft_pair(uint64_t number, unsigned char eight[8], unsigned char seven[8]) {
    static const uint64_t difference = 0xa04d8e6d066a640f;
    uint64_t words = number * 0x9e3779b97f4a7c15;
    words = (words & ~(uint64_t)0xff) | words >> 56;
    write_words(words, 7, seven);
    write_words(words ^ difference, 8, eight);
}

static void pairs_crafted_to_share_an_xxh3_hash_have_different_hashes(void **state) {
    (void)state;
    struct etl_hash_key key = key_of("one");
    unsigned char eight[8], seven[8];
    size_t shared[2] = {0};
    for (uint64_t i = 0; i < 1 << 26 && shared[0] * shared[1] == 0; i++) {
        craft_pair(i, eight, seven);
        for (size_t k = 0; k < 2; k++) {
            if (XXH3_64bits_withSecret(eight, 8, key.secret[k], ETL_HASH_SECRET) !=
                XXH3_64bits_withSecret(seven, 7, key.secret[k], ETL_HASH_SECRET))
                continue;
            shared[k]++;
            assert_true(etl_hash_bytes(&key, ETL_HASH_ID, eight, 8) != etl_hash_bytes(&key, ETL_HASH_ID, seven, 7));
        }
    }
    assert_true(shared[0] > 0 && shared[1] > 0); /* they are crafted indeed */
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_bytes_have_one_hash_under_one_key_and_kind),
        cmocka_unit_test(every_byte_of_any_length_counts),
        cmocka_unit_test(pairs_crafted_to_share_an_xxh3_hash_have_different_hashes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
