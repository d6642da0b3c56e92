/* bootstrap.c - which rows a tree sees, and which it does not (out of bag). */
#include "libforest/train/bootstrap.h"

#include "libforest/base/forest_error.h"
#include "libforest/base/portable_math.h"
#include "libforest/train/sampler.h"

#include <stdlib.h>
#include <string.h>

#define MAX_DRAWS ((uint64_t)INT32_MAX) /* sums of squared counts stay below 2^62 */

/* One unit a row while rows are few, else one a cell. */
static bool make_units(struct lf_bootstrap *out, const struct lf_matrix *matrix) {
    bool expand = matrix->rows <= LF_EXPANDED_ROWS;
    out->units = expand ? (uint32_t)matrix->rows : matrix->cells;
    out->cell = calloc(out->units, sizeof *out->cell);
    out->count = calloc(out->units, sizeof *out->count);
    out->chance = calloc(out->units, sizeof *out->chance);
    if (out->cell == NULL || out->count == NULL || out->chance == NULL)
        return false;
    uint32_t unit = 0;
    for (uint32_t cell = 0; cell < matrix->cells; cell++)
        for (uint64_t copies = expand ? matrix->count[cell] : 1; copies > 0; copies--, unit++) {
            out->cell[unit] = cell;
            out->count[unit] = expand ? 1 : matrix->count[cell];
        }
    return true;
}

static void set_chances(struct lf_bootstrap *out, const struct lf_matrix *matrix, const double *weight) {
    double after = 0;
    for (uint32_t k = 0; k < matrix->classes; k++)
        out->weight[k] = weight ? weight[k] : 1;
    out->even = weight == NULL;
    for (uint32_t unit = out->units; unit-- > 0;) {
        double mass = (double)out->count[unit] * out->weight[matrix->label[out->cell[unit]]];
        after += mass;
        out->chance[unit] = mass / after;
        out->even = out->even && out->count[unit] == 1;
    }
}

/* fraction x rows to the nearest, within limits. */
static uint64_t count_draws(double fraction, uint64_t rows, enum forest_bootstrap kind) {
    double wanted = fraction * (double)rows + 0.5;
    uint64_t most = kind == FOREST_WITHOUT_REPLACEMENT && rows < MAX_DRAWS ? rows : MAX_DRAWS;
    return wanted < 1 ? 1 : wanted < (double)most ? (uint64_t)wanted : most;
}

enum forest_status lf_bootstrap_make(struct lf_bootstrap *out, const struct lf_matrix *matrix,
                                     enum forest_bootstrap kind, double fraction, const double *weight,
                                     struct forest_error *err) {
    if (kind == FOREST_ALL_ROWS && matrix->rows > MAX_DRAWS)
        return lf_fail(err, FOREST_INVALID, "every tree on all rows is limited to %llu rows, not %llu",
                       (unsigned long long)MAX_DRAWS, (unsigned long long)matrix->rows);
    *out = (struct lf_bootstrap){.kind = kind, .rows = matrix->rows};
    out->draws = kind == FOREST_ALL_ROWS ? matrix->rows : count_draws(fraction, matrix->rows, kind);
    if (!make_units(out, matrix)) {
        lf_bootstrap_done(out);
        return lf_no_memory(err);
    }
    set_chances(out, matrix, weight);
    return FOREST_OK;
}

void lf_bootstrap_done(struct lf_bootstrap *bootstrap) {
    free(bootstrap->cell);
    free(bootstrap->count);
    free(bootstrap->chance);
    *bootstrap = (struct lf_bootstrap){0};
}

static void draw_rows(const struct lf_bootstrap *b, struct lf_rng *rng, uint32_t *drawn) {
    memset(drawn, 0, b->units * sizeof *drawn);
    for (uint64_t draw = 0; draw < b->draws; draw++)
        drawn[lf_rng_below(rng, b->units)]++;
}

static void draw_multinomial(const struct lf_bootstrap *b, struct lf_rng *rng, uint32_t *drawn) {
    uint64_t left = b->draws;
    for (uint32_t unit = 0; unit < b->units; unit++) {
        drawn[unit] = (uint32_t)lf_binomial(rng, left, b->chance[unit]);
        left -= drawn[unit];
    }
}

static void draw_without_replacement(const struct lf_bootstrap *b, struct lf_rng *rng, uint32_t *drawn) {
    uint64_t left = b->draws, rows = b->rows;
    for (uint32_t unit = 0; unit < b->units; unit++) {
        drawn[unit] = (uint32_t)lf_hypergeometric(rng, rows, b->count[unit], left);
        left -= drawn[unit];
        rows -= b->count[unit];
    }
}

void lf_bootstrap_draw(const struct lf_bootstrap *b, uint64_t seed, uint32_t tree, uint32_t *drawn) {
    struct lf_rng rng = lf_rng_start(lf_key(seed, tree, LF_DRAW_ROWS));
    if (b->kind == FOREST_ALL_ROWS)
        for (uint32_t unit = 0; unit < b->units; unit++)
            drawn[unit] = (uint32_t)b->count[unit];
    else if (b->kind == FOREST_WITHOUT_REPLACEMENT)
        draw_without_replacement(b, &rng, drawn);
    else if (b->even && b->draws / 8 <= b->units)
        draw_rows(b, &rng, drawn);
    else
        draw_multinomial(b, &rng, drawn);
}

uint32_t lf_bootstrap_missed(const struct lf_bootstrap *b, uint32_t unit, uint32_t drawn) {
    double missed = 0;
    if (drawn == 0)
        return b->kind == FOREST_ALL_ROWS ? 0 : LF_CERTAIN;
    if (b->count[unit] == 1 || b->kind == FOREST_ALL_ROWS)
        return 0;
    double rows = (double)b->count[unit];
    if (b->kind == FOREST_WITH_REPLACEMENT)
        missed = lf_power(1 - 1 / rows, drawn);
    else
        missed = 1 - drawn / rows;
    return (uint32_t)(missed * (double)LF_CERTAIN + 0.5);
}
