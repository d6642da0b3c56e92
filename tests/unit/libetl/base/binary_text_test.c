/* binary_text_test.c - bytes as text and back, and what is not such a text. */
#include "libetl/base/binary_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct etl_text text(const char *string) {
    return (struct etl_text){string, strlen(string)};
}

static void hex_is_written_in_lower_case_and_read_in_either(void **state) {
    char out[9];
    unsigned char bytes[4];
    (void)state;
    etl_hex_encode(out, "\x00\x9f\xa0\xff", 4);
    assert_string_equal(out, "009fa0ff");
    assert_true(etl_hex_decode(text("009FA0fF"), bytes, 4));
    assert_memory_equal(bytes, "\x00\x9f\xa0\xff", 4);
}

static void hex_of_another_length_or_with_other_characters_is_none(void **state) {
    static const char *const wrong[] = {"", "009fa0f", "009fa0ff0", "009fa0fg", " 09fa0ff", "0x9fa0ff"};
    unsigned char bytes[4];
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(etl_hex_decode(text(wrong[i]), bytes, 4));
}

static void base64_comes_back_at_every_length(void **state) {
    unsigned char bytes[ETL_BASE64_MAX_DECODED], back[ETL_BASE64_MAX_DECODED];
    char out[4 * ((ETL_BASE64_MAX_DECODED + 2) / 3) + 1];
    (void)state;
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (unsigned char)(255 - i * 7);
    for (size_t size = 1; size <= sizeof bytes; size++) {
        etl_base64_encode(out, bytes, size);
        assert_true(etl_base64_decode(text(out), back, size));
        assert_memory_equal(back, bytes, size);
        assert_false(etl_base64_decode(text(out), back, size - 1));
    }
}

static void base64_needs_its_padding_and_nothing_else(void **state) {
    static const char *const wrong[] = {"", "Zm9v", "Zm8", "Zm8==", "Zm8=\n", " Zm8", "Z=8=", "Zm=8", "Zm-_", "Zg=="};
    unsigned char bytes[2];
    (void)state;
    assert_true(etl_base64_decode(text("Zm8="), bytes, 2));
    assert_memory_equal(bytes, "fo", 2);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(etl_base64_decode(text(wrong[i]), bytes, 2));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hex_is_written_in_lower_case_and_read_in_either),
        cmocka_unit_test(hex_of_another_length_or_with_other_characters_is_none),
        cmocka_unit_test(base64_comes_back_at_every_length),
        cmocka_unit_test(base64_needs_its_padding_and_nothing_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
