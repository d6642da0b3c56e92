/*
 * inference.h - Open Inference Protocol v2, so that its clients (KServe, Triton, MLServer) work.
 *
 * The one model is called "leadforest". Inputs are named as its features, categories as BYTES, numbers as
 * FP32 or FP64, one element a lead; outputs are predicted_package, probability and probabilities.
 * Errors are {"error":"..."}, as the protocol has it.
 */
#ifndef API_INFERENCE_H
#define API_INFERENCE_H

#include "services/api/service.h"

#define INFERENCE_MODEL "leadforest"

void inference_server(struct worker *worker, struct request *request, struct reply *reply); /* GET /v2 */
void inference_live(struct worker *worker, struct request *request, struct reply *reply);
void inference_ready(struct worker *worker, struct request *request, struct reply *reply);
void inference_model(struct worker *worker, struct request *request, struct reply *reply);
void inference_infer(struct worker *worker, struct request *request, struct reply *reply);

#endif
