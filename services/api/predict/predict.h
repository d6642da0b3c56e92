/* predict.h - POST /predict: one lead in, one package out; and what all kinds of prediction share. */
#ifndef API_PREDICT_H
#define API_PREDICT_H

#include "services/api/app/context.h"

void predict_one(struct thread_context *context, struct request *request, struct response *response);

/*
 * Read one lead from JSON into worker->inputs; unseen categories are refused where those are rejected.  *parsed is what
 * the inputs borrow from: the caller decrefs it once they are no longer needed.  0 where they are good, otherwise the
 * status that problem explains.
 */
int predict_read(struct thread_context *context, const struct served_model *model, const char *json, size_t size,
                 json_t **parsed, struct problem *problem);

/* Answer worker->inputs, count it and log it; source is logged where the caller named none (or NULL).
 * false: no memory. */
bool predict_answer(struct thread_context *context, const struct served_model *model, const struct request *request,
                    const char *source, struct prediction *prediction);

/* Many leads come faster than a disk writes: whoever answers them pauses now and then, or most would be missing from
 * the log. */
bool predict_is_log_behind(const struct thread_context *context);

/* "unseen business_type, unseen business_size" */
enum { PREDICT_WARNING = 320 };
void predict_warning(const struct lead_input *input, const struct served_model *model, char out[PREDICT_WARNING]);

#endif
