/* candidate.h - a trained candidate: its forest, its window, its card, and its folder. */
#ifndef TRAIN_CANDIDATE_H
#define TRAIN_CANDIDATE_H

#include "services/common/store/volume.h"
#include "services/common/util/error.h"
#include "services/train/card.h"

struct recipe {
    struct forest_params params;
    const char *window; /* "auto", "all", or days as text */
    uint64_t min_rows;  /* that a shorter window must have to be tried */
};

struct candidate {
    struct forest *forest;
    json_t *card;
    struct window_choice window;
    struct forest_metrics holdout;
};

/* Choose the window, train on it, measure once on the hold-out. */
enum forest_status candidate_train(struct candidate *out, const struct feature_table *table,
                                   const struct etl_config *config, const struct recipe *recipe,
                                   struct forest_error *err);
void candidate_done(struct candidate *candidate); /* fine on zeroes */

/* candidates/<run>/ with forest.bin and card.json; one that is there already is replaced. */
MUST_CHECK bool candidate_publish(const struct candidate *candidate, const struct volume *volume, const char *run,
                                  struct error *err);

#endif
