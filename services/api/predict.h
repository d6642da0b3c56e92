/* predict.h - POST /predict: one lead in, one package out. */
#ifndef API_PREDICT_H
#define API_PREDICT_H

#include "services/api/service.h"

/* Count and log what was answered to worker->inputs; source where the caller named none, or NULL. */
void predict_record(struct worker *worker, const struct model *model, const struct request *request,
                    const struct model_answer *answer, const char *source);

void predict_one(struct worker *worker, struct request *request, struct reply *reply);

#endif
