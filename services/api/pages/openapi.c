/* openapi.c - makes the OpenAPI document from its template, the settings and the served model. */
#include "services/api/pages/openapi.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "services/api/pages/openapi_examples.h"

static const char contract_template[] =
#include "openapi.json.h"
    ;

/* ---- what depends on the settings ---- */

/* The template describes a server that has keys and a rate limit. */
static void remove_what_is_unset(const struct app *app, json_t *operation) {
    json_t *responses = json_object_get(operation, "responses");
    if (app->access.keys.count == 0) {
        json_object_del(operation, "security");
        json_object_del(responses, "401");
    }
    if (app->options->rate_limit == 0)
        json_object_del(responses, "429");
}

static void adapt_routes(const struct app *app, json_t *contract) {
    const json_t *paths = json_object_get(contract, "paths");
    for (size_t i = 0; i < app->routes->count; i++) {
        const struct route *route = &app->routes->route[i];
        const char *method = route->method == METHOD_POST ? "post" : "get";
        if (route->access == ACCESS_KEY)
            remove_what_is_unset(app, json_object_get(json_object_get(paths, route->path), method));
    }
}

/* ---- what depends on the model ---- */

/* A category may be any text, unless unknown ones are rejected. The known values are listed in both cases. */
static json_t *describe_input(const struct app *app, enum forest_kind kind, const char *const *level, size_t levels) {
    json_t *schema = json_pack("{s:s}", "type", feature_kind_of(kind)->json_type), *values = json_array();
    for (size_t i = 0; i < levels; i++)
        json_array_append_new(values, json_string(level[i]));
    const char *key = strcmp(app->options->unknown_category, "reject") == 0 ? "enum" : "examples";
    if (kind == FOREST_CATEGORICAL)
        json_object_set(schema, key, values);
    json_decref(values);
    return schema;
}

static void add_input(json_t *lead, json_t *properties, const char *name, json_t *schema) {
    json_object_set_new(properties, name, schema);
    json_array_append_new(json_object_get(lead, "required"), json_string(name));
}

static void add_model_inputs(const struct app *app, const struct served_model *model, json_t *lead,
                             json_t *properties) {
    for (size_t i = 0; i < model->features; i++) {
        const struct forest_feature *feature = &model->schema->feature[i];
        add_input(lead, properties, feature->name, describe_input(app, feature->kind, feature->level, feature->levels));
    }
}

/* As long as there is no model: what the configuration says. */
static void add_configured_inputs(const struct app *app, json_t *lead, json_t *properties) {
    const struct etl_config *config = app->model_context.config;
    for (size_t i = 0; i < config->feature_count; i++) {
        const struct etl_config_feature *feature = &config->features[i];
        const char *const *level = (const char *const *)feature->levels.text;
        add_input(lead, properties, feature->name,
                  describe_input(app, feature_kind_declared(feature), level, feature->levels.count));
    }
}

/* The inputs come first, then what the template has: lead_id and source. */
static void adapt_lead(const struct app *app, const struct served_model *model, json_t *components) {
    json_t *lead = json_object_get(json_object_get(components, "schemas"), "Lead");
    json_t *properties = json_object();
    if (model != NULL)
        add_model_inputs(app, model, lead, properties);
    else
        add_configured_inputs(app, lead, properties);
    json_object_update(properties, json_object_get(lead, "properties"));
    json_object_set_new(lead, "properties", properties);
}

static char *make_text(const struct app *app, const struct served_model *model) {
    json_t *contract = json_loadb(contract_template, sizeof contract_template - 1, 0, NULL);
    json_t *components = json_object_get(contract, "components");
    json_object_set_new(json_object_get(contract, "info"), "version", json_string(FOREST_VERSION));
    adapt_routes(app, contract);
    adapt_lead(app, model, components);
    if (model != NULL)
        openapi_examples_set(components, model);
    char *text = json_dumps(contract, JSON_COMPACT | JSON_REAL_PRECISION(6));
    json_decref(contract);
    return text;
}

/* ---- once per model and loop ---- */

static bool update(struct thread_context *context, const struct served_model *model) {
    struct contract_text *contract = &context->contract;
    char version[sizeof contract->model];
    snprintf(version, sizeof version, "%s %s", model != NULL ? model->version : "none",
             model != NULL ? model->champion.sha256 : "");
    if (strcmp(version, contract->model) == 0)
        return true;
    char *text = make_text(context->app, model);
    contract->model[0] = '\0';
    strbuf_clear(&contract->text);
    strbuf_puts(&contract->text, text != NULL ? text : "");
    strbuf_puts(&contract->text, "\n");
    bool done = text != NULL && strbuf_ok(&contract->text);
    if (done)
        memcpy(contract->model, version, sizeof version);
    free(text);
    return done;
}

void openapi_respond(struct thread_context *context, struct request *request, struct response *response) {
    struct strbuf out = {0};
    (void)request;
    if (!update(context, model_slot_get(&context->app->slot))) {
        response_static(response, 500, NULL, "", 0);
        return;
    }
    /* A copy: the loop may make the next text while this one is still being sent. */
    strbuf_append(&out, context->contract.text.at, context->contract.text.size);
    response_from_strbuf(response, 200, RESPONSE_JSON, &out);
}
