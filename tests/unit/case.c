/* case.c - CASE in the environment chooses cases: a pattern of their names, in which * stands for any text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

__attribute__((constructor)) static void choose_cases(void) {
    const char *pattern = getenv("CASE");
    if (pattern != NULL)
        cmocka_set_test_filter(pattern);
}
