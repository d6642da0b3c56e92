/*
 * oip_v2.h - Open Inference Protocol v2, for clients of KServe, Triton and MLServer.
 *
 * There is one model, "leadforest". Its inputs have the names of the features, with one element per lead: BYTES for
 * categories, FP32 or FP64 for numbers. Its outputs are predicted_package, probability and probabilities. Errors are
 * {"error":"..."}, as the protocol requires.
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
