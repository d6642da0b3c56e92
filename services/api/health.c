/* health.c - what operators and their probes ask. */
#include "services/api/health.h"

#include <stdlib.h>
#include <string.h>

static void reply_literal(struct reply *reply, const char *json) {
    reply_static(reply, 200, REPLY_JSON, json, strlen(json));
}

void health_no_model(const struct request *request, struct reply *reply) {
    problem_reply_one(reply, 503, request->id, "service", NULL, "no_model", "has no model yet");
    reply_header_static(reply, "Retry-After", "5");
}

void health_live(struct worker *worker, struct request *request, struct reply *reply) {
    (void)worker;
    (void)request;
    reply_literal(reply, "{\"status\":\"alive\"}\n");
}

void health_ready(struct worker *worker, struct request *request, struct reply *reply) {
    if (atomic_load(&worker->service->draining)) {
        problem_reply_one(reply, 503, request->id, "service", NULL, "draining", "is shutting down");
        reply_header_static(reply, "Retry-After", "5");
        return;
    }
    const struct model *model = served_model(&worker->service->served);
    if (model == NULL) {
        health_no_model(request, reply);
        return;
    }
    reply_literal(reply, "{\"status\":\"ready\"}\n");
    reply_header(reply, "X-Model-Version", model->version);
}

void health_model(struct worker *worker, struct request *request, struct reply *reply) {
    const struct model *model = served_model(&worker->service->served);
    if (model == NULL) {
        health_no_model(request, reply);
        return;
    }
    struct buffer out = {0};
    char *card = json_dumps(model->champion.card, JSON_COMPACT | JSON_REAL_PRECISION(10));
    buffer_format(&out, "{\"version\":%s,\"sha256\":\"%s\",\"card\":%s}\n", model->version, model->champion.sha256,
                  card != NULL ? card : "null");
    free(card);
    reply_buffer(reply, 200, REPLY_JSON, &out);
    reply_header(reply, "X-Model-Version", model->version);
}

void health_version(struct worker *worker, struct request *request, struct reply *reply) {
    (void)request;
    const struct model *model = served_model(&worker->service->served);
    struct buffer out = {0};
    buffer_format(&out, "{\"program\":\"leadforest-api\",\"version\":\"%s\",\"model\":%s}\n", FOREST_VERSION,
                  model != NULL ? model->version : "null");
    reply_buffer(reply, 200, REPLY_JSON, &out);
}
