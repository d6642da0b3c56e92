/*
 * population.h - the distribution of the sample: who sends the form, who buys, and which package.
 *
 * Shares and probabilities are tickets out of 2^32, so that truth.json contains exactly the distribution that is drawn
 * from.  A package's odds in a cell are (effect of the type) x (effect of the size), which is additive in logarithms,
 * x the interactions of a few cells.  Names and packages are the configuration's; a configuration with more levels
 * than the tables here have rows goes through the rows again.
 */
#ifndef SAMPLE_POPULATION_H
#define SAMPLE_POPULATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "libetl/config.h"
#include "services/common/util/unix_time.h"
#include "services/sample/rng_stream.h"

enum { POPULATION_MAX_TYPES = 40, POPULATION_MAX_SIZES = 20, POPULATION_MAX_PACKAGES = 16 };

enum population_shift { POPULATION_STEADY, POPULATION_COVARIATE, POPULATION_CONCEPT, POPULATION_NEW_TYPE };

enum { POPULATION_MAX_SHIFTS = 4, POPULATION_MAX_ERAS = POPULATION_MAX_SHIFTS + 1 };

/* The shifts, the earliest first. */
struct population_shifts {
    size_t count;
    struct {
        enum population_shift what;
        unix_time at;
    } shift[POPULATION_MAX_SHIFTS];
};

/* One regime: from the beginning, or from a shift on, with all shifts until then. */
struct population_era {
    unix_time since;
    enum population_shift shift;                                /* that began it */
    size_t types;                                               /* one more after the shift to a new type */
    uint32_t share[POPULATION_MAX_TYPES][POPULATION_MAX_SIZES]; /* of leads; all sum to 2^32 */
    uint32_t package[POPULATION_MAX_TYPES][POPULATION_MAX_SIZES]
                    [POPULATION_MAX_PACKAGES]; /* of a cell's buyers; sum to 2^32 each */
    unsigned buyers[POPULATION_MAX_TYPES];     /* per 1,000 leads of the type */
};

struct population {
    const struct etl_config_feature *type, *size; /* the configuration's */
    const struct etl_config *config;
    size_t eras; /* one, and one for each shift */
    struct population_era era[POPULATION_MAX_ERAS];
};

/* What knowing the truth and nothing else of a person would score, over shares of leads or of buyers. */
struct population_score {
    double accuracy, log_loss;
};

/* The caller frees the world with free(); config is borrowed.  NULL where the configuration lacks business_type or
 * business_size, or has more of something than fits; problem then says so. */
struct population *population_new(const struct etl_config *config, const struct population_shifts *shifts,
                                  char problem[200]);

const struct population_era *population_era_at(const struct population *population, unix_time at);
const struct population_era *population_last_era(const struct population *population);
const char *population_shift_name(enum population_shift shift); /* "none", "covariate", "concept", "new-type" */

const char *population_type_name(const struct population *population, size_t type);
const char *population_size_name(const struct population *population, size_t size);

void population_draw_cell(const struct population *population, const struct population_era *era, struct rng *rng,
                          size_t *type, size_t *size);
size_t population_draw_package(const struct population *population, const struct population_era *era, size_t type,
                               size_t size, struct rng *rng);

struct population_score population_bayes(const struct population *population, const struct population_era *era,
                                         bool of_buyers);

#endif
