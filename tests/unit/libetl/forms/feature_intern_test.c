/* feature_intern_test.c - features as written are one profile only where they are the same bytes. */
#include "tests/unit/libetl/join_fixture.h"

enum { HASH = 1000 };

struct bench {
    struct etl_config *config;
    struct etl_normalizer *normalizer;
    struct etl_hash_key key;
    struct etl_feature_intern intern;
};

static int bench_begin(void **state) {
    struct bench *b = calloc(1, sizeof *b);
    b->config = join_read_config(NULL);
    b->normalizer = etl_normalizer_new(b->config);
    b->key = join_key("profiles");
    etl_feature_intern_begin(&b->intern, b->config, b->normalizer, &b->key);
    *state = b;
    return 0;
}

static int bench_end(void **state) {
    struct bench *b = *state;
    etl_feature_intern_done(&b->intern);
    etl_normalizer_free(b->normalizer);
    etl_config_free(b->config);
    free(b);
    return 0;
}

static uint32_t find(struct bench *b, uint64_t hash, const char *type, const char *size) {
    struct etl_text written[] = {{type, strlen(type)}, {size, strlen(size)}};
    uint32_t profile;
    assert_true(etl_feature_intern_find(&b->intern, hash, written, &profile));
    return profile;
}

static void expect_values(const struct bench *b, uint32_t profile, const char *type, const char *size) {
    assert_string_equal(etl_feature_intern_value(&b->intern, profile, 0), type);
    assert_string_equal(etl_feature_intern_value(&b->intern, profile, 1), size);
}

static void the_same_bytes_are_one_profile(void **state) {
    assert_int_equal(find(*state, HASH, "dentist", "12"), find(*state, HASH, "dentist", "12"));
}

static void others_with_the_same_hash_keep_their_own_values(void **state) {
    struct bench *b = *state;
    uint32_t first = find(b, HASH, "dentist", "12"), second = find(b, HASH, "Legal", "12"),
             third = find(b, HASH, "dentist", "1-9");
    expect_values(b, first, "Dental", "10-25");
    expect_values(b, second, "Legal", "10-25");
    expect_values(b, third, "Dental", "1-9");
    assert_int_equal(find(b, HASH, "Legal", "12"), second);
    assert_int_equal(find(b, HASH, "dentist", "1-9"), third);
}

static void nor_does_the_largest_hash_end_the_search(void **state) {
    struct bench *b = *state;
    uint32_t first = find(b, UINT64_MAX, "Dental", "1-9"), second = find(b, UINT64_MAX, "Legal", "1-9");
    expect_values(b, first, "Dental", "1-9");
    expect_values(b, second, "Legal", "1-9");
}

static void bytes_that_move_from_one_feature_to_the_next_are_another_profile(void **state) {
    struct bench *b = *state;
    expect_values(b, find(b, HASH, "ab", "c"), "ab", "c");
    expect_values(b, find(b, HASH, "a", "bc"), "a", "bc");
}

/* White space is no part of a value, so there may be much of it. */
static void what_is_longer_than_any_value_is_kept_cleaned(void **state) {
    struct bench *b = *state;
    char wide[2][5000];
    memset(wide, ' ', sizeof wide);
    memcpy(wide[0] + 4000, "Dental", 7);
    memcpy(wide[1] + 4000, "Legal", 6);
    uint32_t first = find(b, HASH, wide[0], "1-9"), second = find(b, HASH, wide[1], "1-9");
    expect_values(b, first, "Dental", "1-9");
    expect_values(b, second, "Legal", "1-9");
    assert_int_equal(find(b, HASH, wide[1], "1-9"), second);
    assert_true(b->intern.written_size < 100);
}

#define test(name) cmocka_unit_test_setup_teardown(name, bench_begin, bench_end)

int main(void) {
    static const struct CMUnitTest tests[] = {
        test(the_same_bytes_are_one_profile),
        test(others_with_the_same_hash_keep_their_own_values),
        test(nor_does_the_largest_hash_end_the_search),
        test(bytes_that_move_from_one_feature_to_the_next_are_another_profile),
        test(what_is_longer_than_any_value_is_kept_cleaned),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
