/* formspree_email_test.c - the text of a notification becomes the submission it tells of, or a reason why not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "services/sync/formspree_email.h"

#define OPENING "Hey there,\n\nSomeone just submitted your form on x. Here's what they had to say:\n\n"
#define CLOSING "This form was submitted at 12:05 AM UTC - 01 January 2026.\n"

static void expect(const char *text, const char *json) {
    const char *reason;
    json_t *found = formspree_email_parse(text, &reason), *expected = json_loads(json, 0, NULL);
    assert_null(reason);
    assert_true(json_equal(found, expected));
    json_decref(found);
    json_decref(expected);
}

static void expect_rejection(const char *text, const char *reason) {
    const char *given;
    assert_null(formspree_email_parse(text, &given));
    assert_string_equal(given, reason);
}

static void fields_and_date_are_read(void **state) {
    (void)state;
    expect(OPENING "email:\na@example.com\n\nsize:\n10-25\n\n" CLOSING,
           "{\"email\":\"a@example.com\",\"size\":\"10-25\",\"_date\":\"2026-01-01T00:05:00\"}");
}

static void values_keep_their_lines_and_lose_the_empty_ones_around_them(void **state) {
    (void)state;
    expect(OPENING "m:\n\none\r\n\r\n two\n\n\nn:\n\n\n" CLOSING,
           "{\"m\":\"one\\n\\n two\",\"n\":\"\",\"_date\":\"2026-01-01T00:05:00\"}");
}

static void a_colon_inside_a_value_begins_no_field(void **state) {
    (void)state;
    expect(OPENING "m:\nas follows:\nthis\n\n" CLOSING,
           "{\"m\":\"as follows:\\nthis\",\"_date\":\"2026-01-01T00:05:00\"}");
}

static void a_text_without_closing_has_no_date(void **state) {
    (void)state;
    expect(OPENING "m:\nx", "{\"m\":\"x\"}");
    expect(OPENING "m:\nx\n\nThis form was submitted at noon", "{\"m\":\"x\"}");
    expect(OPENING "m:\nx\n\nThis form was submitted at 07:28 AM UTC - 31 February 2018.", "{\"m\":\"x\"}");
    expect(OPENING "m:\nx\n\nThis form was submitted at 07:28 AM UTC - 03 November 2 18.", "{\"m\":\"x\"}");
}

static void the_date_is_not_the_forms_to_say(void **state) {
    (void)state;
    expect(OPENING "_date:\n1999-01-01\n\nm:\nx\n", "{\"m\":\"x\"}");
}

static void a_field_named_twice_is_rejected(void **state) {
    (void)state;
    expect_rejection(OPENING "m:\nx\n\nemail:\nother@example.com\n\nemail:\na@example.com\n\n" CLOSING,
                     "a field occurs twice");
}

static void other_texts_are_rejected(void **state) {
    (void)state;
    expect_rejection("", "not a notification of a form");
    expect_rejection("email:\na@example.com\n", "not a notification of a form");
    expect_rejection(OPENING, "no fields");
    expect_rejection(OPENING CLOSING, "no fields");
}

static void too_many_fields_and_too_long_a_text_are_rejected(void **state) {
    (void)state;
    size_t room = 3 << 20, at = strlen(OPENING);
    char *text = malloc(room);
    memcpy(text, OPENING, at + 1);
    for (int i = 0; i < 501; i++)
        at += (size_t)snprintf(text + at, room - at, "k%d:\nv\n\n", i);
    expect_rejection(text, "too many fields");
    memset(text + at, 'x', room - at);
    text[room - 1] = '\0';
    expect_rejection(text, "the text is too long");
    free(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_and_date_are_read),
        cmocka_unit_test(values_keep_their_lines_and_lose_the_empty_ones_around_them),
        cmocka_unit_test(a_colon_inside_a_value_begins_no_field),
        cmocka_unit_test(a_text_without_closing_has_no_date),
        cmocka_unit_test(the_date_is_not_the_forms_to_say),
        cmocka_unit_test(a_field_named_twice_is_rejected),
        cmocka_unit_test(other_texts_are_rejected),
        cmocka_unit_test(too_many_fields_and_too_long_a_text_are_rejected),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
