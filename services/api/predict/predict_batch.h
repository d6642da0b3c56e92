/*
 * predict_batch.h - POST /predict/batch: many leads at once, as a JSON array or as lines of JSON (NDJSON).
 *
 * The answer has the same form and order, an element for each lead: a prediction (with "warning" if a category was
 * unseen), or {"errors":[...]} if that lead could not be read.  Each lead is predicted as it arrives, by the model
 * that was served when the first one arrived.  Only the current lead of the request is kept, but the entire answer,
 * because it is sent when the request has ended.
 */
#ifndef API_PREDICT_BATCH_H
#define API_PREDICT_BATCH_H

#include "services/api/app/context.h"

/*
 * A piece of the request's body; the results are kept in request->ticket.  False: the piece was not accepted and must
 * be offered again a moment later, because the prediction log is behind.
 */
bool predict_batch_feed(struct thread_context *context, struct request *request, const char *bytes, size_t size);

/* The body is complete. */
void predict_batch_respond(struct thread_context *context, struct request *request, struct response *response);

#endif
