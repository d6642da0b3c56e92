/* exit_codes_test.c - orchestrators branch on these numbers, and run records tell them as these words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "services/common/worker/exit_codes.h"

static void numbers_and_words_are_those_of_the_documentation(void **state) {
    (void)state;
    static const struct {
        enum exit_code code;
        int number;
        const char *word;
    } codes[] = {
        {EXIT_DONE, 0, "done"},
        {EXIT_ALARM, 3, "alarm"},
        {EXIT_USAGE, 64, "usage"},
        {EXIT_DATAERR, 65, "bad data"},
        {EXIT_SOFTWARE, 70, "bug"},
        {EXIT_TEMPFAIL, 75, "try later"},
        {EXIT_NOTHING_TO_DO, 99, "nothing to do"},
        {EXIT_TERMINATED, 143, "terminated"},
    };
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        assert_int_equal(codes[i].code, codes[i].number);
        assert_string_equal(exit_code_name(codes[i].code), codes[i].word);
    }
}

static void a_code_that_no_program_has_is_a_bug(void **state) {
    (void)state;
    static const int others[] = {-1, 1, 2, 66, 127, 139};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_string_equal(exit_code_name((enum exit_code)others[i]), "bug");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_and_words_are_those_of_the_documentation),
        cmocka_unit_test(a_code_that_no_program_has_is_a_bug),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
