/* openapi.c - makes the OpenAPI document from the table of routes, the settings and the model. */
#include "services/api/pages/openapi.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static json_t *reference(const char *schema) {
    char path[80];
    snprintf(path, sizeof path, "#/components/schemas/%s", schema);
    return json_pack("{s:s}", "$ref", path);
}

static json_t *list_of(json_t *items) {
    return json_pack("{s:s,s:o}", "type", "array", "items", items);
}

static json_t *content(const char *media, json_t *schema) {
    return json_pack("{s:{s:o}}", media, "schema", schema);
}

/* ---- schemas ---- */

/* A category may be any text, unless unknown ones are rejected. The known values are listed in both cases. */
static json_t *category(const struct app *app, const char *const *level, size_t levels) {
    json_t *values = json_array();
    for (size_t i = 0; i < levels; i++)
        json_array_append_new(values, json_string(level[i]));
    const char *key = strcmp(app->options->unknown_category, "reject") == 0 ? "enum" : "examples";
    return json_pack("{s:s,s:o}", "type", "string", key, values);
}

static void add_property(json_t *lead, const char *name, json_t *schema) {
    json_object_set_new(json_object_get(lead, "properties"), name, schema);
    json_array_append_new(json_object_get(lead, "required"), json_string(name));
}

/* The inputs of the model; before there is a model, those of the configuration. */
static void add_inputs(json_t *lead, const struct app *app, const struct served_model *model) {
    const struct etl_config *config = app->model_context.config;
    for (size_t i = 0; model != NULL && i < model->features; i++) {
        const struct forest_feature *feature = &model->schema->feature[i];
        add_property(lead, feature->name,
                     feature->kind == FOREST_NUMERIC ? json_pack("{s:s}", "type", "number")
                                                     : category(app, feature->level, feature->levels));
    }
    for (size_t i = 0; model == NULL && i < config->feature_count; i++) {
        const struct etl_config_feature *feature = &config->features[i];
        add_property(lead, feature->name,
                     feature->kind == ETL_CONFIG_NUMERIC
                         ? json_pack("{s:s}", "type", "number")
                         : category(app, (const char *const *)feature->levels.text, feature->levels.count));
    }
}

static json_t *lead_schema(const struct app *app, const struct served_model *model) {
    static const char plain[] = "^[A-Za-z0-9._:/-]{1,128}$";
    json_t *lead = json_pack("{s:s,s:{},s:[]}", "type", "object", "properties", "required");
    add_inputs(lead, app, model);
    json_t *properties = json_object_get(lead, "properties");
    json_object_set_new(properties, "lead_id", json_pack("{s:[s,s],s:s}", "type", "string", "null", "pattern", plain));
    json_object_set_new(properties, "source", json_pack("{s:[s,s],s:s}", "type", "string", "null", "pattern", plain));
    return lead;
}

static json_t *prediction_schema(void) {
    json_t *share = json_pack("{s:s,s:i,s:i}", "type", "number", "minimum", 0, "maximum", 1);
    json_t *shares = json_pack("{s:s,s:O}", "type", "object", "additionalProperties", share);
    return json_pack("{s:s,s:{s:{s:s},s:o,s:o,s:{s:s},s:{s:s,s:s}},s:[s,s]}", "type", "object", "properties",
                     "predicted_package", "type", "string", "probability", share, "probabilities", shares,
                     "expected_price", "type", "number", "why", "type", "object", "description",
                     "the probability is the sum of base (the share among all leads), the contribution of each input, "
                     "and calibration",
                     "required", "predicted_package", "probability");
}

static json_t *error_schema(void) {
    return json_pack("{s:s,s:{s:{s:s,s:{s:[s,s]}},s:{s:s},s:{s:s}},s:[s,s,s]}", "type", "object", "properties", "loc",
                     "type", "array", "items", "type", "string", "integer", "msg", "type", "string", "type", "type",
                     "string", "required", "loc", "msg", "type");
}

static json_t *problem_schema(void) {
    return json_pack("{s:s,s:{s:{s:s},s:{s:s},s:{s:s},s:{s:s},s:{s:s},s:o},s:[s,s,s,s]}", "type", "object",
                     "properties", "type", "type", "string", "title", "type", "string", "status", "type", "integer",
                     "detail", "type", "string", "request_id", "type", "string", "errors", list_of(reference("Error")),
                     "required", "type", "title", "status", "errors");
}

static json_t *predictions_schema(void) {
    json_t *failed = json_pack("{s:s,s:{s:o},s:[s]}", "type", "object", "properties", "errors",
                               list_of(reference("Error")), "required", "errors");
    return list_of(json_pack("{s:[o,o]}", "anyOf", reference("Prediction"), failed));
}

/* A batch may contain anything. Each element that is not a lead is answered with its errors. */
static json_t *leads_schema(void) {
    return list_of(json_pack("{s:[o,{}],s:s}", "anyOf", reference("Lead"), "description",
                             "a Lead; anything else is answered with its errors and does not affect the others"));
}

/* A tensor's values are its data, or a number of bytes after the JSON given in its parameters. */
static json_t *oip_tensor_schema(void) {
    json_t *parameters = json_pack("{s:s,s:{s:{s:s,s:i,s:s}}}", "type", "object", "properties", "binary_data_size",
                                   "type", "integer", "minimum", 0, "description",
                                   "instead of data: how many of the bytes after the JSON belong to this tensor");
    return json_pack("{s:s,s:{s:{s:s},s:{s:[s,s,s]},s:{s:s,s:{s:s}},s:{s:s},s:o},s:[s,s,s]}", "type", "object",
                     "properties", "name", "type", "string", "datatype", "enum", "BYTES", "FP32", "FP64", "shape",
                     "type", "array", "items", "type", "integer", "data", "type", "array", "parameters", parameters,
                     "required", "name", "datatype", "shape");
}

static json_t *oip_v2_request_schema(void) {
    return json_pack("{s:s,s:{s:{s:s},s:{s:s,s:o,s:s}},s:[s]}", "type", "object", "properties", "id", "type", "string",
                     "inputs", "type", "array", "items", reference("Tensor"), "description",
                     "one for each input of the model, all of the same length", "required", "inputs");
}

static json_t *oip_v2_response_schema(void) {
    return json_pack("{s:s,s:{s:{s:s},s:{s:s},s:{s:s},s:o},s:[s,s,s]}", "type", "object", "properties", "model_name",
                     "type", "string", "model_version", "type", "string", "id", "type", "string", "outputs",
                     list_of(reference("Tensor")), "required", "model_name", "model_version", "outputs");
}

static json_t *schemas(const struct app *app, const struct served_model *model) {
    json_t *status = json_pack("{s:s,s:{s:{s:s}},s:[s]}", "type", "object", "properties", "status", "type", "string",
                               "required", "status");
    return json_pack("{s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:{s:s},s:{s:s}}", "Lead", lead_schema(app, model),
                     "Prediction", prediction_schema(), "Predictions", predictions_schema(), "Tensor",
                     oip_tensor_schema(), "Inference", oip_v2_request_schema(), "Inferred", oip_v2_response_schema(),
                     "Error", error_schema(), "Problem", problem_schema(), "Status", status, "Object", "type", "object",
                     "Model", "type", "object");
}

/* ---- paths ---- */

/* Media types other than JSON, without a schema: lines of JSON, or JSON followed by the bytes of its tensors. */
static void add_forms(json_t *media, enum route_body body) {
    const char *form = body == BODY_LEADS       ? "application/x-ndjson"
                       : body == BODY_INFERENCE ? "application/octet-stream"
                                                : NULL;
    if (form != NULL)
        json_object_set_new(media, form, json_pack("{s:{s:s}}", "schema", "type", "string"));
}

static json_t *request_body(enum route_body body) {
    json_t *schema = body == BODY_LEAD        ? reference("Lead")
                     : body == BODY_LEADS     ? leads_schema()
                     : body == BODY_INFERENCE ? reference("Inference")
                                              : reference("Object");
    json_t *media = content("application/json", schema);
    add_forms(media, body);
    return json_pack("{s:b,s:o}", "required", 1, "content", media);
}

static json_t *response_of(const struct route *route) {
    if (strchr(route->response_schema, '/') != NULL)
        return content(route->response_schema, json_pack("{s:s}", "type", "string"));
    json_t *media = content("application/json", reference(route->response_schema));
    add_forms(media, route->body);
    return media;
}

static void add_error(json_t *responses, const struct route *route, int status) {
    char code[8];
    bool ours = strncmp(route->path, "/v2", 3) != 0;
    snprintf(code, sizeof code, "%d", status);
    json_t *media = content(RESPONSE_PROBLEM, reference("Problem"));
    if (!ours) /* errors of the Open Inference Protocol have their own form */
        json_object_set_new(media, RESPONSE_JSON, json_pack("{s:o}", "schema", reference("Object")));
    json_object_set_new(responses, code,
                        json_pack("{s:s,s:o}", "description", problem_title(status), "content", media));
}

static json_t *responses_of(const struct app *app, const struct route *route) {
    json_t *responses = json_object();
    json_object_set_new(responses, route->access == ACCESS_ADMIN ? "202" : "200",
                        json_pack("{s:s,s:o}", "description", route->summary, "content", response_of(route)));
    bool keyed = route->access == ACCESS_ADMIN || (route->access == ACCESS_KEY && app->access.keys.count > 0);
    if (route->body != BODY_NONE)
        add_error(responses, route, 400);
    if (keyed || route->body == BODY_DELIVERY)
        add_error(responses, route, 401);
    if (route->body != BODY_NONE)
        add_error(responses, route, 413);
    if (route->body == BODY_LEAD || route->body == BODY_LEADS) {
        add_error(responses, route, 415);
        add_error(responses, route, 422);
    }
    if (route->access == ACCESS_KEY && app->options->rate_limit > 0)
        add_error(responses, route, 429);
    if (strchr(route->path, '{') != NULL)
        add_error(responses, route, 404);
    if (route->unavailable)
        add_error(responses, route, 503);
    return responses;
}

static json_t *parameters_of(const struct app *app, const struct route *route) {
    const struct served_model *model = model_slot_get(&app->slot);
    json_t *parameters = json_array();
    if (strchr(route->path, '{') != NULL)
        json_array_append_new(parameters,
                              json_pack("{s:s,s:s,s:b,s:{s:s},s:s}", "name", "version", "in", "path", "required", 1,
                                        "schema", "type", "string", "example", model != NULL ? model->version : "1"));
    if (strcmp(route->path, "/predict") == 0)
        json_array_append_new(
            parameters,
            json_pack("{s:s,s:s,s:s,s:{s:s,s:[s,s]}}", "name", "details", "in", "query", "description",
                      "1 adds the probability of each package, the expected price and the contribution of each input",
                      "schema", "type", "string", "enum", "0", "1"));
    if (route->body == BODY_INFERENCE)
        json_array_append_new(parameters,
                              json_pack("{s:s,s:s,s:s,s:{s:s,s:i}}", "name", "Inference-Header-Content-Length", "in",
                                        "header", "description",
                                        "number of bytes of JSON at the start of the body, if binary data follow",
                                        "schema", "type", "integer", "minimum", 0));
    return parameters;
}

/* "POST /predict/batch" is post_predict_batch. */
static json_t *operation_id(const struct route *route) {
    char id[80];
    size_t size = (size_t)snprintf(id, sizeof id, "%s%s", route->method == METHOD_POST ? "post" : "get", route->path);
    for (size_t i = 0; i < size && i < sizeof id; i++)
        if (!isalnum((unsigned char)id[i]) && id[i] != '\0')
            id[i] = '_';
    return json_string(id);
}

static json_t *operation(const struct app *app, const struct route *route) {
    json_t *about = json_pack("{s:o,s:s,s:o,s:o}", "operationId", operation_id(route), "summary", route->summary,
                              "parameters", parameters_of(app, route), "responses", responses_of(app, route));
    if (route->body != BODY_NONE)
        json_object_set_new(about, "requestBody", request_body(route->body));
    if (route->access == ACCESS_ADMIN || (route->access == ACCESS_KEY && app->access.keys.count > 0))
        json_object_set_new(about, "security", json_pack("[{s:[]},{s:[]}]", "bearer", "key"));
    return about;
}

static json_t *paths(const struct app *app) {
    json_t *all = json_object();
    for (size_t i = 0; i < app->routes->count; i++) {
        json_t *path = json_object_get(all, app->routes->route[i].path);
        if (path == NULL) {
            path = json_object();
            json_object_set_new(all, app->routes->route[i].path, path);
        }
        json_object_set_new(path, app->routes->route[i].method == METHOD_POST ? "post" : "get",
                            operation(app, &app->routes->route[i]));
    }
    return all;
}

void openapi_respond(struct thread_context *context, struct request *request, struct response *response) {
    const struct app *app = context->app;
    (void)request;
    json_t *ways = json_pack("{s:{s:s,s:s},s:{s:s,s:s,s:s}}", "bearer", "type", "http", "scheme", "bearer", "key",
                             "type", "apiKey", "in", "header", "name", "X-Api-Key");
    response_json(
        response, 200,
        json_pack("{s:s,s:{s:s,s:s,s:s},s:o,s:{s:o,s:o}}", "openapi", "3.1.0", "info", "title", "leadforest", "version",
                  FOREST_VERSION, "description",
                  "Predicts which package a lead is most likely to buy, and its probability. JSON that contains "
                  "U+0000 is rejected with 400.",
                  "paths", paths(app), "components", "schemas", schemas(app, model_slot_get(&app->slot)),
                  "securitySchemes", ways));
}
