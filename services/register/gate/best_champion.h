/*
 * best_champion.h - whom a challenger must not be worse than under an alarm: the best champion since the last rebase.
 *
 * Every retrain on an alarm may be a little worse than what it replaces.  Measured against the champion alone, many
 * alarms would lead down step by step; measured against the best of all recent champions, the margin is spent once.
 */
#ifndef REGISTER_BEST_CHAMPION_H
#define REGISTER_BEST_CHAMPION_H

#include <jansson.h>

#include "services/common/registry/champion.h"
#include "services/common/table/feature_table.h"

/*
 * Of the versions that were champion since drift was last rebased (monitoring/state.json, "rebased_at"; else ever, of
 * the newest 20), the one with the lowest log-loss on the table's hold-out.  One that trained on rows of the hold-out,
 * is gone or fails verification is skipped.  version 0 where none is left; the caller calls champion_done.
 */
MUST_CHECK bool best_champion_find(struct champion *out, const struct volume *volume, const json_t *decisions,
                                   const struct feature_table *table, struct error *err);

/* Whether a model with this card may have trained on rows of the table's hold-out. */
bool best_champion_saw_holdout(const json_t *card, const struct feature_table *table);

#endif
