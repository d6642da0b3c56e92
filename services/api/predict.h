/* predict.h - POST /predict: one lead in, one package out. */
#ifndef API_PREDICT_H
#define API_PREDICT_H

#include "services/api/service.h"

void predict_one(struct worker *worker, struct request *request, struct reply *reply);

#endif
