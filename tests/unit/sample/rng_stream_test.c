/* rng_stream_test.c - streams of random numbers. */
#include "tests/unit/sample/fixture.h"

#include "services/sample/rng_stream.h"

static void the_same_seed_stream_and_number_give_the_same_draws(void **state) {
    (void)state;
    struct rng one = rng_begin(7, RNG_JOURNEY, 42), two = rng_begin(7, RNG_JOURNEY, 42);
    for (int i = 0; i < 100; i++)
        assert_true(rng_next(&one) == rng_next(&two));
}

static void the_draws_are_these_on_every_machine(void **state) {
    (void)state;
    struct rng rng = rng_begin(1, RNG_PERSON, 0);
    assert_true(rng_next(&rng) == UINT64_C(0x5f47167dab1e6f33));
    assert_true(rng_next(&rng) == UINT64_C(0x5ade0988162dfdc3));
}

static void neighbours_seeds_and_streams_have_nothing_in_common(void **state) {
    (void)state;
    struct rng base = rng_begin(1, RNG_PERSON, 5), number = rng_begin(1, RNG_PERSON, 6),
               seed = rng_begin(2, RNG_PERSON, 5), stream = rng_begin(1, RNG_JOURNEY, 5);
    for (int i = 0; i < 1000; i++) {
        uint64_t x = rng_next(&base);
        assert_true(x != rng_next(&number) && x != rng_next(&seed) && x != rng_next(&stream));
    }
}

static void draws_below_a_limit_are_even(void **state) {
    (void)state;
    struct rng rng = rng_begin(3, RNG_FORM, 0);
    int seen[10] = {0};
    for (int i = 0; i < 100000; i++) {
        uint64_t x = rng_below(&rng, 10);
        assert_true(x < 10);
        seen[x]++;
    }
    for (int i = 0; i < 10; i++)
        assert_in_range(seen[i], 9600, 10400);
}

static void a_chance_of_nothing_never_comes_and_a_certain_one_always(void **state) {
    (void)state;
    struct rng rng = rng_begin(3, RNG_FORM, 1);
    for (int i = 0; i < 1000; i++) {
        assert_false(rng_chance(&rng, 0));
        assert_true(rng_chance(&rng, 100000));
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
