/* unix_time_test.c - moments survive their text, and texts that are no times are refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "services/common/util/unix_time.h"

static void iso_texts_are_understood_with_and_without_zone(void **state) {
    (void)state;
    static const struct {
        const char *text;
        unix_time at;
    } good[] = {{"1970-01-01T00:00:00Z", 0},
                {"2018-11-03T07:28:29.707632", 1541230109},
                {"2018-11-03T07:28:29Z", 1541230109},
                {"2018-11-03 07:28", 1541230080},
                {"2018-11-03", 1541203200},
                {"2018-11-03T09:28:29+02:00", 1541230109},
                {"2018-11-03T01:58:29-0530", 1541230109},
                {"2024-02-29", 1709164800},
                {"2000-02-29", 951782400}};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        unix_time at = -1;
        assert_true(unix_time_parse(good[i].text, &at));
        assert_int_equal(at, good[i].at);
    }
}

static void what_is_no_time_is_refused(void **state) {
    (void)state;
    static const char *const bad[] = {"",
                                      "2018",
                                      "2018-13-01",
                                      "2018-02-30",
                                      "2023-02-29",
                                      "2100-02-29",
                                      "2018-11-03T",
                                      "2018-11-03T25:00",
                                      "2018-11-03T07:28:29 ",
                                      "2018-11-03T07:28:29+25:00",
                                      "2018-11-03x",
                                      "yesterday",
                                      "2018-00-10",
                                      "2018-1-1",
                                      "2018/11/03",
                                      "3.11.2018",
                                      "1541230109",
                                      "1969-12-31",
                                      "2200-01-01"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        unix_time at;
        if (unix_time_parse(bad[i], &at))
            fail_msg("\"%s\" was taken for a time", bad[i]);
    }
}

static void a_moment_survives_its_text(void **state) {
    (void)state;
    for (unix_time at = 0; at < 4102444800; at += 86400 * 17 + 12345) {
        char text[UNIX_TIME_TEXT];
        unix_time back;
        unix_time_format(at, text);
        assert_true(unix_time_parse(text, &back));
        assert_int_equal(back, at);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(iso_texts_are_understood_with_and_without_zone),
        cmocka_unit_test(what_is_no_time_is_refused),
        cmocka_unit_test(a_moment_survives_its_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
