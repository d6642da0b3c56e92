/* oip_v2.c - Open Inference Protocol v2. */
#include "services/api/predict/oip_v2.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "services/api/predict/oip_tensors.h"
#include "services/api/predict/predict.h"

static void reject(struct response *response, int status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void reject(struct response *response, int status, const char *format, ...) {
    char text[200];
    struct strbuf out = {0};
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    strbuf_puts(&out, "{\"error\":");
    strbuf_json_string(&out, text, strlen(text));
    strbuf_puts(&out, "}\n");
    response_from_strbuf(response, status, RESPONSE_JSON, &out);
}

/* The model, if the path names no version or the version that is served. */
static const struct served_model *find_model(const struct thread_context *context, const struct request *request,
                                             struct response *response) {
    static const char versions[] = "/versions/";
    const struct served_model *model = model_slot_get(&context->app->slot);
    const char *at = strstr(request->path, versions);
    if (model == NULL) {
        reject(response, 503, "no model is loaded yet");
        response_header_static(response, "Retry-After", "5");
        return NULL;
    }
    at = at != NULL ? at + sizeof versions - 1 : NULL;
    size_t size = at != NULL ? strcspn(at, "/") : 0;
    if (at != NULL && (strlen(model->version) != size || memcmp(at, model->version, size) != 0)) {
        reject(response, 404, "no such model version: version %s is served", model->version);
        return NULL;
    }
    return model;
}

/* ---- metadata ---- */

void oip_v2_server(struct thread_context *context, struct request *request, struct response *response) {
    (void)context;
    (void)request;
    response_json(response, 200,
                  json_pack("{s:s,s:s,s:[s]}", "name", "leadforest-api", "version", FOREST_VERSION, "extensions",
                            "binary_tensor_data"));
}

void oip_v2_live(struct thread_context *context, struct request *request, struct response *response) {
    (void)context;
    (void)request;
    response_json(response, 200, json_pack("{s:b}", "live", 1));
}

void oip_v2_ready(struct thread_context *context, struct request *request, struct response *response) {
    if (atomic_load(&context->app->draining))
        reject(response, 503, "the server is shutting down");
    else if (find_model(context, request, response) != NULL)
        response_json(response, 200, json_pack("{s:s,s:b}", "name", OIP_V2_MODEL, "ready", 1));
}

static json_t *tensor(const char *name, const char *type, int columns) {
    return json_pack("{s:s,s:s,s:[i,i]}", "name", name, "datatype", type, "shape", -1, columns);
}

void oip_v2_model(struct thread_context *context, struct request *request, struct response *response) {
    const struct served_model *model = find_model(context, request, response);
    if (model == NULL)
        return;
    json_t *inputs = json_array();
    for (size_t i = 0; i < model->features; i++) {
        const struct forest_feature *feature = &model->schema->feature[i];
        json_array_append_new(inputs, tensor(feature->name, feature_kind_of(feature->kind)->tensor_type, 1));
    }
    response_json(response, 200,
                  json_pack("{s:s,s:[s],s:s,s:o,s:[o,o,o]}", "name", OIP_V2_MODEL, "versions", model->version,
                            "platform", "leadforest", "inputs", inputs, "outputs",
                            tensor("predicted_package", "BYTES", 1), tensor("probability", "FP64", 1),
                            tensor("probabilities", "FP64", (int)model->classes)));
}

/* ---- request ---- */

enum { PACKAGE, PROBABILITY, PROBABILITIES, OUTPUTS };

/* A request's ticket. */
struct oip_v2_request {
    const struct served_model *model; /* referenced */
    json_t *root;
    json_t *data[SERVED_MODEL_MAX_FEATURES]; /* owned; all of the same length */
    size_t rows, answered;
    struct oip_tensor_output output[OUTPUTS];
};

static void release(struct request *request) {
    struct oip_v2_request *inference = request->ticket;
    served_model_unref(inference->model);
    json_decref(inference->root);
    for (size_t i = 0; i < SERVED_MODEL_MAX_FEATURES; i++)
        json_decref(inference->data[i]);
    for (size_t i = 0; i < OUTPUTS; i++)
        strbuf_done(&inference->output[i].data);
    free(inference);
}

/* Parse the JSON and find the bytes after it. */
static bool parse(struct oip_v2_request *inference, const struct request *request, struct oip_tensor_bytes *rest,
                  struct response *response) {
    const char *length = request->header[HEADER_INFERENCE_LENGTH];
    size_t size = length != NULL ? (size_t)strtoull(length, NULL, 10) : request->size;
    json_error_t where;
    if (length != NULL && (*length == '\0' || length[strspn(length, "0123456789")] != '\0')) {
        reject(response, 400, "Inference-Header-Content-Length is not a number");
        return false;
    }
    if (size > request->size) {
        reject(response, 400, "Inference-Header-Content-Length is larger than the body");
        return false;
    }
    *rest = (struct oip_tensor_bytes){request->body + size, request->size - size};
    inference->root = json_loadb(request->body, size, LEAD_INPUT_JSON_FLAGS, &where);
    if (inference->root == NULL)
        reject(response, 400, "invalid JSON at line %d, column %d", where.line, where.column);
    return inference->root != NULL;
}

/* Find the data of each feature; all must have the same length. */
static bool find_inputs(struct oip_v2_request *inference, const struct served_model *model,
                        struct oip_tensor_bytes rest, size_t limit, struct response *response) {
    size_t i;
    json_t *input;
    json_array_foreach(json_object_get(inference->root, "inputs"), i, input) {
        const char *name = json_string_value(json_object_get(input, "name"));
        size_t feature = name != NULL ? served_model_find_feature(model, name, strlen(name)) : model->features;
        json_t *data = oip_tensor_input(input, &rest);
        if (feature < model->features && inference->data[feature] == NULL)
            inference->data[feature] = json_incref(data);
        json_decref(data);
    }
    inference->rows = json_array_size(inference->data[0]);
    for (i = 0; i < model->features; i++) {
        if (!json_is_array(inference->data[i]) || json_array_size(inference->data[i]) != inference->rows) {
            reject(response, 400, "input %s: data must be an array with as many elements as the other inputs",
                   model->schema->feature[i].name);
            return false;
        }
    }
    if (inference->rows > limit)
        reject(response, 400, "a request may have at most %zu leads", limit);
    return inference->rows <= limit;
}

static bool wants_binary(const json_t *object, const char *name) {
    return json_is_true(json_object_get(json_object_get(object, "parameters"), name));
}

/* Find which outputs are requested, and in which form. If none is named, all are. */
static bool find_outputs(struct oip_v2_request *inference, const struct served_model *model,
                         struct response *response) {
    const json_t *wanted = json_object_get(inference->root, "outputs");
    bool binary = wants_binary(inference->root, "binary_data_output"), all = json_array_size(wanted) == 0;
    size_t i;
    json_t *one;
    struct oip_tensor_output *output = inference->output;
    output[PACKAGE] = (struct oip_tensor_output){"predicted_package", "BYTES", 1, all, binary, {0}};
    output[PROBABILITY] = (struct oip_tensor_output){"probability", "FP64", 1, all, binary, {0}};
    output[PROBABILITIES] = (struct oip_tensor_output){"probabilities", "FP64", model->classes, all, binary, {0}};
    json_array_foreach(wanted, i, one) {
        const char *name = json_string_value(json_object_get(one, "name"));
        size_t at = 0;
        while (at < OUTPUTS && (name == NULL || strcmp(output[at].name, name) != 0))
            at++;
        if (at == OUTPUTS) {
            reject(response, 400, "outputs: element %zu must be predicted_package, probability or probabilities", i);
            return false;
        }
        output[at].wanted = true;
        output[at].binary = binary || wants_binary(one, "binary_data");
    }
    return true;
}

/* ---- reply ---- */

/* Element `row` of a tensor's data, which may be nested according to its shape ([[a],[b]]). */
static const json_t *element(const json_t *data, size_t row) {
    const json_t *value = json_array_get(data, row);
    return json_is_array(value) && json_array_size(value) == 1 ? json_array_get(value, 0) : value;
}

static bool predict_next(struct thread_context *context, const struct request *request,
                         struct oip_v2_request *inference, struct response *response) {
    const struct served_model *model = inference->model;
    const size_t row = inference->answered++;
    struct lead_input *inputs = &context->input;
    struct oip_tensor_output *output = inference->output;
    struct prediction prediction;
    float prob[FOREST_MAX_CLASSES];
    lead_input_clear(inputs, model);
    for (size_t i = 0; i < model->features; i++)
        if (!lead_input_set(inputs, model, i, element(inference->data[i], row))) {
            reject(response, 400, "input %s: element %zu has the wrong type", model->schema->feature[i].name, row);
            return false;
        }
    if (!predict_answer(context, model, request, "batch", &prediction)) {
        reject(response, 500, "out of memory");
        return false;
    }
    forest_predict(model->champion.forest, inputs->row, prob);
    oip_tensor_add_text(&output[PACKAGE], model->schema->class_name[prediction.best]);
    oip_tensor_add_probability(&output[PROBABILITY], (double)prob[prediction.best]);
    for (size_t i = 0; i < model->classes; i++)
        oip_tensor_add_probability(&output[PROBABILITIES], (double)prob[i]);
    return true;
}

/* Binary outputs follow the JSON; a header then contains the length of the JSON. */
static void respond_outputs(const struct oip_v2_request *inference, struct response *response) {
    const struct served_model *model = inference->model;
    const struct oip_tensor_output *output = inference->output;
    const json_t *id = json_object_get(inference->root, "id");
    struct strbuf out = {0};
    bool first = true, binary = false;
    char length[24];
    strbuf_printf(&out, "{\"model_name\":\"" OIP_V2_MODEL "\",\"model_version\":\"%s\",", model->version);
    if (json_is_string(id)) {
        strbuf_puts(&out, "\"id\":");
        strbuf_json_string(&out, json_string_value(id), json_string_length(id));
        strbuf_puts(&out, ",");
    }
    strbuf_puts(&out, "\"outputs\":[");
    for (size_t i = 0; i < OUTPUTS; i++) {
        if (!output[i].wanted)
            continue;
        strbuf_puts(&out, first ? "" : ",");
        oip_tensor_write(&output[i], inference->rows, &out);
        first = false;
        binary |= output[i].binary;
    }
    strbuf_puts(&out, "]}");
    snprintf(length, sizeof length, "%zu", out.size);
    for (size_t i = 0; i < OUTPUTS; i++)
        if (output[i].wanted && output[i].binary)
            strbuf_append(&out, output[i].data.at, output[i].data.size);
    response_from_strbuf(response, 200, binary ? "application/octet-stream" : RESPONSE_JSON, &out);
    if (binary)
        response_header(response, "Inference-Header-Content-Length", length);
}

/* NULL if the reply is an error. */
static struct oip_v2_request *begin_inference(struct thread_context *context, struct request *request,
                                              struct response *response) {
    const struct served_model *model = find_model(context, request, response);
    struct oip_v2_request *inference = model != NULL ? calloc(1, sizeof *inference) : NULL;
    struct oip_tensor_bytes rest;
    if (inference == NULL) {
        if (model != NULL)
            reject(response, 500, "out of memory");
        return NULL;
    }
    inference->model = model;
    served_model_ref(model);
    request->ticket = inference;
    request->release = release;
    if (parse(inference, request, &rest, response) &&
        find_inputs(inference, model, rest, (size_t)context->app->options->max_batch, response) &&
        find_outputs(inference, model, response))
        return inference;
    response_header(response, "X-Model-Version", model->version);
    return NULL;
}

void oip_v2_infer(struct thread_context *context, struct request *request, struct response *response) {
    struct oip_v2_request *inference =
        request->ticket != NULL ? request->ticket : begin_inference(context, request, response);
    bool good = true;
    if (inference == NULL)
        return;
    while (good && inference->answered < inference->rows) {
        response->pause = predict_is_log_behind(context);
        if (response->pause)
            return;
        good = predict_next(context, request, inference, response);
    }
    if (good)
        respond_outputs(inference, response);
    response_header(response, "X-Model-Version", inference->model->version);
}
