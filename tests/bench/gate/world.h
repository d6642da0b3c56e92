/*
 * world.h - a market that is known exactly: ten types and six sizes of business, four packages, and models of a
 * chosen quality.
 *
 * A model is the truth with noise on the logarithms of its probabilities.  Four fifths of the noise's variance are the
 * same for all models of a market, as models of one business are trained on mostly the same purchases.  Models of one
 * grade have the same expected log-loss, exactly, and the same expected accuracy within 0.3 points: of two, neither is
 * better.
 */
#ifndef GATE_WORLD_H
#define GATE_WORLD_H

#include <stddef.h>
#include <stdint.h>

enum { TYPES = 10, SIZES = 6, CELLS = TYPES * SIZES, PACKAGES = 4, ROWS = CELLS * PACKAGES };

struct random {
    uint64_t state;
};
uint64_t random_bits(struct random *r);
double random_share(struct random *r); /* [0, 1) */

struct world {
    double share[CELLS]; /* of the purchases */
    double truth[CELLS][PACKAGES];
    double until[ROWS];       /* cumulated shares of (cell, package) */
    double majority_log_loss; /* of the class shares */
    double best_accuracy;
    double noise[CELLS][PACKAGES]; /* that all models share */
};

/* Accuracy that the best possible model has is at least `best`. */
void world_make(struct world *world, struct random *r, double best);

/* The (cell, package) of one purchase, below ROWS. */
size_t world_draw(const struct world *world, struct random *r);

struct model {
    float answer[ROWS][PACKAGES]; /* the same for the four rows of a cell */
    double accuracy, log_loss;    /* expected */
};

/* The log-loss that models of this accuracy have on average. */
double world_log_loss_at(const struct world *world, struct random *r, double accuracy);

void world_model(struct model *out, const struct world *world, struct random *r, double accuracy, double log_loss);

/* The share of purchases for which two models name different packages. */
double world_change(const struct world *world, const struct model *a, const struct model *b);

#endif
