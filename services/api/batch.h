/*
 * batch.h - POST /predict/batch: many leads at once, as a JSON array or as lines of JSON (NDJSON).
 *
 * The answer has the same form and order, an element for each lead: a prediction (with "warning" where a
 * category was unseen), or {"errors":[...]} where that one lead could not be read.
 */
#ifndef API_BATCH_H
#define API_BATCH_H

#include "services/api/service.h"

void batch_predict(struct worker *worker, struct request *request, struct reply *reply);

#endif
