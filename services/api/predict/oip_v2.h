/*
 * oip_v2.h - Open Inference Protocol v2, so that its clients (KServe, Triton, MLServer) work.
 *
 * The one model is called "leadforest". Inputs are named as its features, categories as BYTES, numbers as
 * FP32 or FP64, one element a lead; outputs are predicted_package, probability and probabilities.
 * Errors are {"error":"..."}, as the protocol has it.
 */
#ifndef API_OIP_V2_H
#define API_OIP_V2_H

#include "services/api/app/context.h"

#define OIP_V2_MODEL "leadforest"

void oip_v2_server(struct thread_context *context, struct request *request, struct response *response); /* GET /v2 */
void oip_v2_live(struct thread_context *context, struct request *request, struct response *response);
void oip_v2_ready(struct thread_context *context, struct request *request, struct response *response);
void oip_v2_model(struct thread_context *context, struct request *request, struct response *response);
void oip_v2_infer(struct thread_context *context, struct request *request, struct response *response);

#endif
