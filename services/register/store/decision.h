/* decision.h - makes a decision, appends it to the log, carries it out and reports it. */
#ifndef REGISTER_DECISION_H
#define REGISTER_DECISION_H

#include <stdbool.h>

#include "services/common/util/error.h"
#include "services/register/store/registry.h"

/* A decision that the caller adds to and decrefs. */
json_t *decision_new(const struct registry *registry, const char *action, const char *status, const char *reason);

/* Append it to the file and to `decisions`, then let the champion pointer follow. */
MUST_CHECK bool decision_apply(const struct registry *registry, json_t *decisions, json_t *decision, struct error *err);

/* The part of it that the result line shows. */
struct outcome decision_outcome(const json_t *decision);
struct outcome decision_none(const char *reason); /* nothing was to be decided */

#endif
