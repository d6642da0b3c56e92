/*
 * predict_batch.h - POST /predict/batch: many leads at once, as a JSON array or as lines of JSON (NDJSON).
 *
 * The answer has the same form and order, an element for each lead: a prediction (with "warning" where a
 * category was unseen), or {"errors":[...]} where that one lead could not be read.  Each lead is answered as it
 * arrives, by the model that was served when the first one did: of the request only the lead in hand is kept, of
 * the answer all, for it begins when the request has ended.
 */
#ifndef API_PREDICT_BATCH_H
#define API_PREDICT_BATCH_H

#include "services/api/app/context.h"

/* A piece of the request's body; what becomes of it is kept in request->ticket.  false: it was not taken and is to be
 * given again a moment later, for the prediction log is behind. */
bool predict_batch_feed(struct thread_context *context, struct request *request, const char *bytes, size_t size);

/* The body is whole. */
void predict_batch_respond(struct thread_context *context, struct request *request, struct response *response);

#endif
