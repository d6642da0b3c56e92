/* string_intern_test.c - texts get numbers in the order they come, and keep them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "services/common/table/string_intern.h"

static uint32_t number_of(struct string_intern *d, const char *text) {
    uint32_t number;
    assert_true(string_intern_add(d, text, &number));
    return number;
}

static void the_first_text_is_0_and_a_known_one_keeps_its_number(void **state) {
    (void)state;
    struct string_intern d = {0};
    assert_int_equal(number_of(&d, "Dental"), 0);
    assert_int_equal(number_of(&d, ""), 1);
    assert_int_equal(number_of(&d, "Dental"), 0);
    assert_int_equal(number_of(&d, "Denta"), 2);
    assert_int_equal(d.count, 3);
    assert_string_equal(string_intern_text(&d, 2), "Denta");
    string_intern_done(&d);
}

static void a_hundred_thousand_texts_are_all_found_again(void **state) {
    (void)state;
    enum { TEXTS = 100000 };
    struct string_intern d = {0};
    char text[16];
    for (uint32_t round = 0; round < 2; round++)
        for (uint32_t i = 0; i < TEXTS; i++) {
            snprintf(text, sizeof text, "text %u", i);
            assert_int_equal(number_of(&d, text), i);
        }
    assert_string_equal(string_intern_text(&d, 77777), "text 77777");
    string_intern_done(&d);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_text_is_0_and_a_known_one_keeps_its_number),
        cmocka_unit_test(a_hundred_thousand_texts_are_all_found_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
