/* strbuf_test.c - numbers and strings as they stand in replies. */
#include "services/common/util/strbuf.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void assert_share(double share, const char *text) {
    struct strbuf out = {0};
    strbuf_probability(&out, share);
    assert_int_equal(out.size, strlen(text));
    assert_memory_equal(out.at, text, out.size);
    strbuf_done(&out);
}

static void a_share_has_one_to_four_decimals(void **state) {
    (void)state;
    assert_share(0.82, "0.82");
    assert_share(0.5, "0.5");
    assert_share(0.12345, "0.1235");
    assert_share(0.00004, "0.0");
    assert_share(0.00005, "0.0001");
    assert_share(0.99996, "1.0");
    assert_share(1, "1.0");
    assert_share(0, "0.0");
    assert_share(1.5, "1.0");
    assert_share(-1, "0.0");
    assert_share((double)NAN, "0.0");
    assert_share(0.1002, "0.1002");
}

static void a_string_is_quoted_for_json(void **state) {
    static const char text[] = "a\"b\\c\n\x7f\xc3\xa9";
    struct strbuf out = {0};
    (void)state;
    strbuf_json_string(&out, text, sizeof text - 1);
    static const char quoted[] = "\"a\\\"b\\\\c\\u000a\\u007f\xc3\xa9\"";
    assert_int_equal(out.size, sizeof quoted - 1);
    assert_memory_equal(out.at, quoted, out.size);
    strbuf_done(&out);
}

/* JSON allows none below a space within a string. */
static void every_control_character_is_escaped(void **state) {
    (void)state;
    for (unsigned c = 0; c < 0x20; c++) {
        struct strbuf out = {0};
        char text[] = {(char)c}, quoted[16];
        snprintf(quoted, sizeof quoted, "\"\\u%04x\"", c);
        strbuf_json_string(&out, text, 1);
        assert_int_equal(out.size, strlen(quoted));
        assert_memory_equal(out.at, quoted, out.size);
        strbuf_done(&out);
    }
}

static void formats_grow_the_buffer(void **state) {
    struct strbuf out = {0};
    size_t size;
    (void)state;
    for (int i = 0; i < 500; i++)
        strbuf_printf(&out, "%llu%s", 18446744073709551615ull, ";");
    assert_true(strbuf_ok(&out));
    char *at = strbuf_detach(&out, &size);
    assert_int_equal(size, 500 * 21);
    assert_memory_equal(at, "18446744073709551615;", 21);
    free(at);
}

static void what_was_written_is_a_string_at_any_time(void **state) {
    struct strbuf out = {0};
    (void)state;
    assert_string_equal(strbuf_text(&out), "");
    for (int i = 0; i < 300; i++)
        strbuf_append(&out, "x", 1);
    assert_int_equal(strlen(strbuf_text(&out)), 300);
    strbuf_printf(&out, "%0*d", 212, 7);
    assert_int_equal(strlen(strbuf_text(&out)), 512);
    strbuf_truncate(&out, 3);
    assert_string_equal(strbuf_text(&out), "xxx");
    strbuf_clear(&out);
    assert_string_equal(strbuf_text(&out), "");
    strbuf_done(&out);
}

static void an_empty_text_is_handed_over_as_an_empty_string(void **state) {
    struct strbuf out = {0};
    size_t size = 1;
    (void)state;
    char *at = strbuf_detach(&out, &size);
    assert_int_equal(size, 0);
    assert_string_equal(at, "");
    free(at);
}

static void a_text_that_failed_stays_as_it_was_and_says_so(void **state) {
    struct strbuf out = {0};
    size_t size;
    (void)state;
    strbuf_puts(&out, "kept");
    strbuf_append(&out, "", SIZE_MAX / 2);
    strbuf_puts(&out, "more");
    assert_false(strbuf_ok(&out));
    assert_string_equal(strbuf_text(&out), "kept");
    assert_null(strbuf_detach(&out, &size));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_share_has_one_to_four_decimals),
        cmocka_unit_test(a_string_is_quoted_for_json),
        cmocka_unit_test(every_control_character_is_escaped),
        cmocka_unit_test(formats_grow_the_buffer),
        cmocka_unit_test(what_was_written_is_a_string_at_any_time),
        cmocka_unit_test(an_empty_text_is_handed_over_as_an_empty_string),
        cmocka_unit_test(a_text_that_failed_stays_as_it_was_and_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
