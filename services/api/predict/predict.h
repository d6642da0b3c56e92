/* predict.h - POST /predict: predicts the package of one lead; and functions for all kinds of prediction. */
#ifndef API_PREDICT_H
#define API_PREDICT_H

#include "services/api/app/context.h"

void predict_one(struct thread_context *context, struct request *request, struct response *response);

/*
 * Read one lead from JSON into worker->inputs; unseen categories are errors if the settings reject them.  The inputs
 * borrow from *parsed, which the caller decrefs when they are no longer needed.  Returns 0, or the status of the error
 * that problem explains.
 */
int predict_read(struct thread_context *context, const struct served_model *model, const char *json, size_t size,
                 json_t **parsed, struct problem *problem);

/* Predict context->input, count it and log it. source (or NULL) is logged if the client sent none. False: no memory. */
bool predict_answer(struct thread_context *context, const struct served_model *model, const struct request *request,
                    const char *source, struct prediction *prediction);

/*
 * Many leads arrive faster than a disk can write: handlers of many leads must pause while this is true, or most of
 * them would be missing from the log.
 */
bool predict_is_log_behind(const struct thread_context *context);

/* "unseen business_type, unseen business_size" */
enum { PREDICT_WARNING = 320 };
void predict_warning(const struct lead_input *input, const struct served_model *model, char out[PREDICT_WARNING]);

#endif
