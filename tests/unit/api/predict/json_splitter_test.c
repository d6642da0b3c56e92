/* json_splitter_test.c - a stream of bytes cut into elements, wherever its pieces happen to end. */
#include "tests/unit/api/fixture.h"

#include "services/api/predict/json_splitter.h"

/* What was read, joined by '|'; "-" where it was too long. */
struct reading {
    char text[400];
};

static void note(void *user, const char *json, size_t size) {
    struct reading *reading = user;
    size_t at = strlen(reading->text);
    snprintf(reading->text + at, sizeof reading->text - at, "%s%.*s", at > 0 ? "|" : "", json != NULL ? (int)size : 1,
             json != NULL ? json : "-");
}

/* The same elements, or the same mistake, come of pieces of every length. */
static void expect(enum json_splitter_kind kind, const char *text, const char *splitter, const char *error) {
    for (size_t length = 1; length <= strlen(text) + 1; length++) {
        struct reading reading = {""};
        struct json_splitter cut;
        json_splitter_open(&cut, kind, 20, note, &reading);
        bool good = true;
        for (size_t at = 0; at < strlen(text) && good; at += length)
            good = json_splitter_feed(&cut, text + at, strnlen(text + at, length));
        good = good && json_splitter_finish(&cut);
        assert_int_equal(good, error == NULL);
        if (error != NULL)
            assert_string_equal(cut.error, error);
        assert_string_equal(reading.text, splitter);
        json_splitter_done(&cut);
    }
}

static void elements_of_an_array(void **state) {
    (void)state;
    expect(JSON_SPLITTER_ARRAY, "[1,{\"a\":[2,3]},\"b\"]", "1|{\"a\":[2,3]}|\"b\"", NULL);
    expect(JSON_SPLITTER_ARRAY, " [ ] \n", "", NULL);
    expect(JSON_SPLITTER_ARRAY, "[\n {} ,\t[] ]\r\n", "{} |[] ", NULL);
}

static void brackets_and_commas_in_strings_cut_nothing(void **state) {
    (void)state;
    expect(JSON_SPLITTER_ARRAY, "[\"],[\",\"\\\"]\",\"\\\\\"]", "\"],[\"|\"\\\"]\"|\"\\\\\"", NULL);
    expect(JSON_SPLITTER_ARRAY, "[{\"a,]}\":\"}\"}]", "{\"a,]}\":\"}\"}", NULL);
}

static void lines(void **state) {
    (void)state;
    expect(JSON_SPLITTER_LINES, "{}\n[1,2\n\r\n \n\"a\"\r\nlast", "{}|[1,2|\"a\"\r|last", NULL);
    expect(JSON_SPLITTER_LINES, "", "", NULL);
}

static void an_element_beyond_the_limit_is_reported_and_not_kept(void **state) {
    (void)state;
    expect(JSON_SPLITTER_ARRAY, "[1,\"12345678901234567890\",[123456789012345678],2]", "1|-|[123456789012345678]|2",
           NULL);
    expect(JSON_SPLITTER_LINES, "1\n123456789012345678901234567890\n2", "1|-|2", NULL);
}

static void what_is_no_array_is_reported(void **state) {
    (void)state;
    expect(JSON_SPLITTER_ARRAY, "", "", "the body is not a JSON array");
    expect(JSON_SPLITTER_ARRAY, "{\"a\":[]}", "", "the body is not a JSON array");
    expect(JSON_SPLITTER_ARRAY, "[1,[2}", "1", "the JSON array is not complete");
    expect(JSON_SPLITTER_ARRAY, "[1,]", "1", "the JSON array has an empty element");
    expect(JSON_SPLITTER_ARRAY, "[,1]", "", "the JSON array has an empty element");
    expect(JSON_SPLITTER_ARRAY, "[1] 2", "1", "unexpected text after the JSON array");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(elements_of_an_array),
        cmocka_unit_test(brackets_and_commas_in_strings_cut_nothing),
        cmocka_unit_test(lines),
        cmocka_unit_test(an_element_beyond_the_limit_is_reported_and_not_kept),
        cmocka_unit_test(what_is_no_array_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
