/* health.c - what operators and their probes ask. */
#include "services/api/health.h"

#include <string.h>

#include "services/common/clock.h"

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

static json_t *describe_input(const struct forest_feature *feature) {
    json_t *levels = json_array();
    for (size_t i = 0; i < feature->levels; i++)
        json_array_append_new(levels, json_string(feature->level[i]));
    return json_pack("{s:s,s:s,s:o}", "name", feature->name, "kind",
                     feature->kind == FOREST_NUMERIC ? "numeric" : "categorical", "levels", levels);
}

static json_t *describe_package(const struct model *model, size_t i) {
    return json_pack("{s:s,s:o}", "name", model->schema->class_name[i], "price",
                     model->price[i] >= 0 ? json_real((double)model->price[i] / 100) : json_null());
}

static json_t *describe_model(const struct model *model) {
    json_t *inputs = json_array(), *packages = json_array();
    for (size_t i = 0; i < model->features; i++)
        json_array_append_new(inputs, describe_input(&model->schema->feature[i]));
    for (size_t i = 0; i < model->classes; i++)
        json_array_append_new(packages, describe_package(model, i));
    return json_pack("{s:I,s:s,s:o,s:o,s:s,s:O}", "version", (json_int_t)model->champion.version, "sha256",
                     model->champion.sha256, "inputs", inputs, "packages", packages, "currency",
                     model->words->config->currency, "card", model->champion.card);
}

void health_model(struct worker *worker, struct request *request, struct reply *reply) {
    const struct model *model = served_model(&worker->service->served);
    if (model == NULL) {
        health_no_model(request, reply);
        return;
    }
    json_t *about = describe_model(model);
    if (worker->service->reload != NULL) {
        char since[CLOCK_TEXT];
        clock_format(atomic_load(&worker->service->reload->loaded_at), since);
        json_object_set_new(about, "served_since", json_string(since));
    }
    reply_json(reply, 200, about);
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
