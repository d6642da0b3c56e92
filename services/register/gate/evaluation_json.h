/* evaluation_json.h - what was evaluated, with every number, as JSON for decisions.ndjson. */
#ifndef REGISTER_EVALUATION_JSON_H
#define REGISTER_EVALUATION_JSON_H

#include "services/register/gate/evaluation.h"

/* Add it to a decision. */
void evaluation_add_json(json_t *decision, const struct evaluation *e, const struct gate_settings *settings);

#endif
