/* draw_test.c - numbers by counting. */
#include "small_sample.h"

#include "services/sample/draw.h"

static void the_same_seed_stream_and_number_give_the_same_draws(void **state) {
    (void)state;
    struct draw one = draw_begin(7, DRAW_STORY, 42), two = draw_begin(7, DRAW_STORY, 42);
    for (int i = 0; i < 100; i++)
        assert_true(draw_next(&one) == draw_next(&two));
}

static void the_draws_are_these_on_every_machine(void **state) {
    (void)state;
    struct draw draw = draw_begin(1, DRAW_PERSON, 0);
    assert_true(draw_next(&draw) == UINT64_C(0x5f47167dab1e6f33));
    assert_true(draw_next(&draw) == UINT64_C(0x5ade0988162dfdc3));
}

static void neighbours_seeds_and_streams_have_nothing_in_common(void **state) {
    (void)state;
    struct draw base = draw_begin(1, DRAW_PERSON, 5), number = draw_begin(1, DRAW_PERSON, 6),
                seed = draw_begin(2, DRAW_PERSON, 5), stream = draw_begin(1, DRAW_STORY, 5);
    for (int i = 0; i < 1000; i++) {
        uint64_t x = draw_next(&base);
        assert_true(x != draw_next(&number) && x != draw_next(&seed) && x != draw_next(&stream));
    }
}

static void draws_below_a_limit_are_even(void **state) {
    (void)state;
    struct draw draw = draw_begin(3, DRAW_FORM, 0);
    int seen[10] = {0};
    for (int i = 0; i < 100000; i++) {
        uint64_t x = draw_below(&draw, 10);
        assert_true(x < 10);
        seen[x]++;
    }
    for (int i = 0; i < 10; i++)
        assert_in_range(seen[i], 9600, 10400);
}

static void a_chance_of_nothing_never_comes_and_a_certain_one_always(void **state) {
    (void)state;
    struct draw draw = draw_begin(3, DRAW_FORM, 1);
    for (int i = 0; i < 1000; i++) {
        assert_false(draw_chance(&draw, 0));
        assert_true(draw_chance(&draw, 100000));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_seed_stream_and_number_give_the_same_draws),
        cmocka_unit_test(the_draws_are_these_on_every_machine),
        cmocka_unit_test(neighbours_seeds_and_streams_have_nothing_in_common),
        cmocka_unit_test(draws_below_a_limit_are_even),
        cmocka_unit_test(a_chance_of_nothing_never_comes_and_a_certain_one_always),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
