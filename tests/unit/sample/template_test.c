/* template_test.c - JSON templates and the shuffling window that their lines go through. */
#include "tests/unit/sample/fixture.h"

#include <stdio.h>
#include <string.h>

#include "services/sample/shuffle_buffer.h"
#include "services/sample/template.h"

static void gaps_are_filled_and_quotes_turned(void **state) {
    (void)state;
    static struct fields fields;
    struct strbuf out = {0};
    fields_clear(&fields);
    fields_set(&fields, "charge", "ch_%d", 7);
    fields_borrow(&fields, "amount", "350");
    template_render(&out, "{'id':'$charge','amount':$amount}", &fields);
    assert_string_equal(strbuf_text(&out), "{\"id\":\"ch_7\",\"amount\":350}");
    strbuf_done(&out);
}

static void a_name_set_again_has_the_new_text(void **state) {
    (void)state;
    static struct fields fields;
    fields_clear(&fields);
    fields_set(&fields, "at", "1");
    fields_set(&fields, "at_end", "2");
    fields_set(&fields, "at", "3");
    assert_string_equal(fields_get(&fields, "at"), "3");
    assert_string_equal(fields_get(&fields, "at_end"), "2");
}

enum { LINES = 5000 };

static void every_line_arrives_out_of_order_and_some_twice(void **state) {
    (void)state;
    static int seen[LINES];
    struct shuffle_buffer *shuffle = malloc(sizeof *shuffle);
    struct strbuf line = {0};
    char *bytes;
    size_t size;
    FILE *file = open_memstream(&bytes, &size);
    shuffle_buffer_begin(shuffle, file, rng_begin(1, RNG_SHUFFLE, 0), 10000);
    for (int i = 0; i < LINES; i++) {
        strbuf_clear(&line);
        strbuf_printf(&line, "%d", i);
        shuffle_buffer_send(shuffle, &line);
    }
    assert_true(shuffle_buffer_end(shuffle));
    fclose(file);

    int number, before = -1, twice = 0, backwards = 0, length;
    for (const char *at = bytes; sscanf(at, "%d\n%n", &number, &length) == 1; at += length) {
        assert_in_range(number, 0, LINES - 1);
        twice += seen[number]++;
        backwards += number < before;
        before = number;
    }
    for (int i = 0; i < LINES; i++)
        assert_in_range(seen[i], 1, 2);
    assert_true((uint64_t)twice == shuffle->repeated);
    assert_in_range(twice, LINES / 15, LINES / 7);
    assert_true(backwards > LINES / 10);
    strbuf_done(&line);
    free(bytes);
    free(shuffle);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gaps_are_filled_and_quotes_turned),
        cmocka_unit_test(a_name_set_again_has_the_new_text),
        cmocka_unit_test(every_line_arrives_out_of_order_and_some_twice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
