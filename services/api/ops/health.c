/* health.c - the routes for operators and health probes. */
#include "services/api/ops/health.h"

#include <string.h>

#include "services/common/util/unix_time.h"

static void respond_literal(struct response *response, const char *json) {
    response_static(response, 200, RESPONSE_JSON, json, strlen(json));
}

void health_no_model(const struct request *request, struct response *response) {
    problem_respond_one(response, 503, request->id, "service", NULL, "no_model", "no model is loaded yet");
    response_header_static(response, "Retry-After", "5");
}

void health_live(struct thread_context *context, struct request *request, struct response *response) {
    (void)context;
    (void)request;
    respond_literal(response, "{\"status\":\"alive\"}\n");
}

void health_ready(struct thread_context *context, struct request *request, struct response *response) {
    if (atomic_load(&context->app->draining)) {
        problem_respond_one(response, 503, request->id, "service", NULL, "draining", "the server is shutting down");
        response_header_static(response, "Retry-After", "5");
        return;
    }
    const struct served_model *model = model_slot_get(&context->app->slot);
    if (model == NULL) {
        health_no_model(request, response);
        return;
    }
    respond_literal(response, "{\"status\":\"ready\"}\n");
    response_header(response, "X-Model-Version", model->version);
}

static json_t *describe_input(const struct forest_feature *feature) {
    json_t *levels = json_array();
    for (size_t i = 0; i < feature->levels; i++)
        json_array_append_new(levels, json_string(feature->level[i]));
    return json_pack("{s:s,s:s,s:o}", "name", feature->name, "kind", feature_kind_of(feature->kind)->name, "levels",
                     levels);
}

static json_t *describe_package(const struct served_model *model, size_t i) {
    return json_pack("{s:s,s:o}", "name", model->schema->class_name[i], "price",
                     model->price[i] >= 0 ? json_real((double)model->price[i] / 100) : json_null());
}

static json_t *describe_model(const struct served_model *model) {
    json_t *inputs = json_array(), *packages = json_array();
    for (size_t i = 0; i < model->features; i++)
        json_array_append_new(inputs, describe_input(&model->schema->feature[i]));
    for (size_t i = 0; i < model->classes; i++)
        json_array_append_new(packages, describe_package(model, i));
    return json_pack("{s:I,s:s,s:o,s:o,s:s,s:O}", "version", (json_int_t)model->champion.version, "sha256",
                     model->champion.sha256, "inputs", inputs, "packages", packages, "currency",
                     model->model_context->config->currency, "card", model->champion.card);
}

void health_model(struct thread_context *context, struct request *request, struct response *response) {
    const struct served_model *model = model_slot_get(&context->app->slot);
    if (model == NULL) {
        health_no_model(request, response);
        return;
    }
    json_t *about = describe_model(model);
    if (context->app->watcher != NULL) {
        char since[UNIX_TIME_TEXT];
        unix_time_format(atomic_load(&context->app->watcher->loaded_at), since);
        json_object_set_new(about, "served_since", json_string(since));
    }
    response_json(response, 200, about);
    response_header(response, "X-Model-Version", model->version);
}

void health_version(struct thread_context *context, struct request *request, struct response *response) {
    (void)request;
    const struct served_model *model = model_slot_get(&context->app->slot);
    struct strbuf out = {0};
    strbuf_printf(&out, "{\"program\":\"leadforest-api\",\"version\":\"%s\",\"model\":%s}\n", FOREST_VERSION,
                  model != NULL ? model->version : "null");
    response_from_strbuf(response, 200, RESPONSE_JSON, &out);
}
