/* fixture.h - a sample of the built-in configuration, for the tests of this room. */
#ifndef TESTS_FIXTURE_H
#define TESTS_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
/* cmocka wants the four above before itself */
#include <cmocka.h>

#include "services/common/worker/configuration.h"
#include "services/sample/person.h"

struct small_sample {
    struct etl_config *config;
    struct population *population;
    struct sample sample;
};

static inline struct small_sample small_sample_new(uint64_t seed, uint64_t leads, enum population_shift shift) {
    struct small_sample small;
    char problem[200];
    small.config = configuration_read(NULL, NULL, NULL);
    assert_non_null(small.config);
    unix_time begin = 1700000000, end = begin + 365 * 86400;
    const struct population_shifts shifts = {shift != POPULATION_STEADY, {{shift, begin + (end - begin) / 2}}};
    small.population = population_new(small.config, &shifts, problem);
    assert_non_null(small.population);
    small.sample = (struct sample){seed, leads, leads / 50, begin, end, small.population};
    return small;
}

static inline void small_sample_done(struct small_sample *small) {
    free(small->population);
    etl_config_free(small->config);
}

#endif
