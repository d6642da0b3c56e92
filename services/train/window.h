/*
 * window.h - how far back training looks: all rows, or the last 365, 180 or 90 days.
 *
 * Old rows make a model steady and, once customers have changed, wrong.  Each window is tried: trained on
 * the training rows within it, measured on the validation rows that follow.  A shorter window wins only by
 * more than one standard error of the paired difference.  The candidate is then trained on the winner's rows
 * and the validation rows after them: what served to foresee these serves what comes next, and after a sudden
 * change a window cut anew to the same length would leave out rows that were made since.
 */
#ifndef TRAIN_WINDOW_H
#define TRAIN_WINDOW_H

#include "services/common/feature_table.h"

enum { WINDOW_CHOICES = 4, WINDOW_ALL = 0 };
extern const unsigned window_days[WINDOW_CHOICES]; /* WINDOW_ALL, 365, 180, 90 */

struct window_trial {
    unsigned days; /* WINDOW_ALL: no limit */
    uint64_t rows; /* training rows within it; too few or no fewer than a longer one's: not tried */
    bool tried;
    double log_loss;    /* on the validation rows, where tried */
    double gain, error; /* of log-loss against the best longer window, and its standard error */
};

struct window_choice {
    unsigned days;
    uint32_t periods; /* before the hold-out within which rows are trained on; FEATURE_ALL_PERIODS: all */
    struct window_trial trial[WINDOW_CHOICES];
};

/* Try the windows that have at least `least` rows (the longest always) and choose. */
enum forest_status window_choose(struct window_choice *out, const struct feature_table *table,
                                 const struct forest_params *params, uint64_t least, struct forest_error *err);

/* The window of so many days before the hold-out, without a trial. */
void window_fix(struct window_choice *out, unsigned days);

/* Rows of training and validation within the chosen window: weights, and their sum. */
uint64_t window_weights(const struct window_choice *choice, const struct feature_table *table,
                        uint32_t *out /* [rows] */);

/* A forest of the rows whose weight is not 0. */
enum forest_status window_train(struct forest **out, const struct feature_table *table, const uint32_t *weights,
                                const struct forest_params *params, struct forest_error *err);

#endif
