/*
 * window.h - chooses the training window: all rows, or the last 365, 180 or 90 days.
 *
 * Old rows make a model stable, but wrong once customers have changed.  Each window is tried as it will be used:
 * the newer half of the validation time is cut into slices, and for each a forest is trained on the rows of the
 * window that ends where the slice begins.  So a change shows even where it came after validation began, and a window
 * is evaluated on present data, not on what was right just after a change.  A shorter window wins only by more
 * than one standard error of the paired difference.
 */
#ifndef TRAIN_WINDOW_H
#define TRAIN_WINDOW_H

#include "services/common/table/feature_table.h"

enum { WINDOW_CHOICES = 4, WINDOW_SLICES = 4, WINDOW_ALL = 0 };

struct window_trial {
    unsigned days;      /* WINDOW_ALL: no limit */
    uint64_t rows;      /* within it before the hold-out */
    bool tried;         /* too few rows, or no fewer than a longer window has: not tried */
    double log_loss;    /* on the slices, where tried */
    double gain, error; /* of log-loss against the best longer window, and its standard error */
};

struct window_choice {
    unsigned days;
    struct window_trial trial[WINDOW_CHOICES];
};

/* Try the windows that have at least `least` rows for every slice (the longest always) and choose. */
enum forest_status window_choose(struct window_choice *out, const struct feature_table *table,
                                 const struct forest_params *params, uint64_t min_rows, struct forest_error *err);

/* The rows of a window that ends at the hold-out: weights, and their sum. */
uint64_t window_weights(const struct feature_table *table, unsigned days, uint32_t *out /* [rows] */);

/* A forest of the rows whose weight is not 0. */
enum forest_status window_train(struct forest **out, const struct feature_table *table, const uint32_t *weights,
                                const struct forest_params *params, struct forest_error *err);

#endif
