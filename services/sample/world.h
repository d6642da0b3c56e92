/*
 * world.h - the distribution that the sample is drawn from: who asks, who buys, and which package.
 *
 * Shares and probabilities are tickets out of 2^32, so that what truth.json tells is exactly what is
 * drawn.  A package's odds in a cell are (effect of the type) x (effect of the size), which is additive
 * in logarithms, x the interactions of a few cells.  Names and packages are the configuration's; a
 * configuration with more levels than the tables here have rows goes through the rows again.
 */
#ifndef SAMPLE_WORLD_H
#define SAMPLE_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "libetl/config.h"
#include "services/common/clock.h"
#include "services/sample/draw.h"

enum { WORLD_MAX_TYPES = 40, WORLD_MAX_SIZES = 20, WORLD_MAX_PACKAGES = 16 };

enum world_shift { WORLD_STEADY, WORLD_COVARIATE, WORLD_CONCEPT, WORLD_NEW_TYPE };

enum { WORLD_MAX_SHIFTS = 4, WORLD_MAX_ERAS = WORLD_MAX_SHIFTS + 1 };

/* What changes when, the earliest first. */
struct world_shifts {
    size_t count;
    struct {
        enum world_shift what;
        moment at;
    } shift[WORLD_MAX_SHIFTS];
};

/* One regime: from the beginning, or from a shift on, with all shifts until then. */
struct world_era {
    moment since;
    enum world_shift shift;                                                 /* that began it */
    size_t types;                                                           /* one more after the shift to a new type */
    uint32_t share[WORLD_MAX_TYPES][WORLD_MAX_SIZES];                       /* of leads; all sum to 2^32 */
    uint32_t package[WORLD_MAX_TYPES][WORLD_MAX_SIZES][WORLD_MAX_PACKAGES]; /* of a cell's buyers; sum to 2^32 each */
    unsigned buyers[WORLD_MAX_TYPES];                                       /* per 1,000 leads of the type */
};

struct world {
    const struct config_feature *type, *size; /* the configuration's */
    const struct config *config;
    size_t eras; /* one, and one for each shift */
    struct world_era era[WORLD_MAX_ERAS];
};

/* What knowing the truth and nothing else of a person would score, over shares of leads or of buyers. */
struct world_score {
    double accuracy, log_loss;
};

/* The caller frees the world with free(); config is borrowed.  NULL where the configuration lacks business_type or
 * business_size, or has more of something than fits; problem then says so. */
struct world *world_new(const struct config *config, const struct world_shifts *shifts, char problem[200]);

const struct world_era *world_era_at(const struct world *world, moment at);
const struct world_era *world_last_era(const struct world *world);
const char *world_shift_name(enum world_shift shift); /* "none", "covariate", "concept", "new-type" */

const char *world_type_name(const struct world *world, size_t type);
const char *world_size_name(const struct world *world, size_t size);

void world_draw_cell(const struct world *world, const struct world_era *era, struct draw *draw, size_t *type,
                     size_t *size);
size_t world_draw_package(const struct world *world, const struct world_era *era, size_t type, size_t size,
                          struct draw *draw);

struct world_score world_bayes(const struct world *world, const struct world_era *era, bool of_buyers);

#endif
