/* inference.c - Open Inference Protocol v2. */
#include "services/api/inference.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "services/api/predict.h"
#include "services/api/tensors.h"

static void refuse(struct reply *reply, int status, const char *format, ...) __attribute__((format(printf, 3, 4)));

static void refuse(struct reply *reply, int status, const char *format, ...) {
    char text[200];
    struct buffer out = {0};
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    buffer_string(&out, "{\"error\":");
    buffer_quoted(&out, text, strlen(text));
    buffer_string(&out, "}\n");
    reply_buffer(reply, status, REPLY_JSON, &out);
}

/* The model, if the path's version (where it has one) is the one that is served. */
static const struct model *find_model(const struct worker *worker, const struct request *request, struct reply *reply) {
    static const char versions[] = "/versions/";
    const struct model *model = served_model(&worker->service->served);
    const char *at = strstr(request->path, versions);
    if (model == NULL) {
        refuse(reply, 503, "no model is ready");
        reply_header_static(reply, "Retry-After", "5");
        return NULL;
    }
    at = at != NULL ? at + sizeof versions - 1 : NULL;
    size_t size = at != NULL ? strcspn(at, "/") : 0;
    if (at != NULL && (strlen(model->version) != size || memcmp(at, model->version, size) != 0)) {
        refuse(reply, 404, "version %s is the one that is served", model->version);
        return NULL;
    }
    return model;
}

/* ---- what it is ---- */

void inference_server(struct worker *worker, struct request *request, struct reply *reply) {
    (void)worker;
    (void)request;
    reply_json(reply, 200,
               json_pack("{s:s,s:s,s:[s]}", "name", "leadforest-api", "version", FOREST_VERSION, "extensions",
                         "binary_tensor_data"));
}

void inference_live(struct worker *worker, struct request *request, struct reply *reply) {
    (void)worker;
    (void)request;
    reply_json(reply, 200, json_pack("{s:b}", "live", 1));
}

void inference_ready(struct worker *worker, struct request *request, struct reply *reply) {
    if (atomic_load(&worker->service->draining))
        refuse(reply, 503, "shutting down");
    else if (find_model(worker, request, reply) != NULL)
        reply_json(reply, 200, json_pack("{s:s,s:b}", "name", INFERENCE_MODEL, "ready", 1));
}

static json_t *tensor(const char *name, const char *type, int columns) {
    return json_pack("{s:s,s:s,s:[i,i]}", "name", name, "datatype", type, "shape", -1, columns);
}

void inference_model(struct worker *worker, struct request *request, struct reply *reply) {
    const struct model *model = find_model(worker, request, reply);
    if (model == NULL)
        return;
    json_t *inputs = json_array();
    for (size_t i = 0; i < model->features; i++) {
        const struct forest_feature *feature = &model->schema->feature[i];
        json_array_append_new(inputs, tensor(feature->name, feature->kind == FOREST_NUMERIC ? "FP32" : "BYTES", 1));
    }
    reply_json(reply, 200,
               json_pack("{s:s,s:[s],s:s,s:o,s:[o,o,o]}", "name", INFERENCE_MODEL, "versions", model->version,
                         "platform", "leadforest", "inputs", inputs, "outputs", tensor("predicted_package", "BYTES", 1),
                         tensor("probability", "FP64", 1), tensor("probabilities", "FP64", (int)model->classes)));
}

/* ---- what it is asked ---- */

enum { PACKAGE, PROBABILITY, PROBABILITIES, OUTPUTS };

/* A request's ticket. */
struct inference {
    const struct model *model; /* held */
    json_t *root;
    json_t *data[MODEL_FEATURES]; /* owned; all of one length */
    size_t rows, answered;
    struct tensor_output output[OUTPUTS];
};

static void release(struct request *request) {
    struct inference *inference = request->ticket;
    model_let_go(inference->model);
    json_decref(inference->root);
    for (size_t i = 0; i < MODEL_FEATURES; i++)
        json_decref(inference->data[i]);
    for (size_t i = 0; i < OUTPUTS; i++)
        buffer_done(&inference->output[i].data);
    free(inference);
}

/* The JSON, and what follows it. */
static bool parse(struct inference *inference, const struct request *request, struct tensor_bytes *rest,
                  struct reply *reply) {
    const char *length = request->header[HEADER_INFERENCE_LENGTH];
    size_t size = length != NULL ? (size_t)strtoull(length, NULL, 10) : request->size;
    json_error_t where;
    if (length != NULL && (*length == '\0' || length[strspn(length, "0123456789")] != '\0')) {
        refuse(reply, 400, "Inference-Header-Content-Length is no number");
        return false;
    }
    if (size > request->size) {
        refuse(reply, 400, "Inference-Header-Content-Length is more than the body has");
        return false;
    }
    *rest = (struct tensor_bytes){request->body + size, request->size - size};
    inference->root = json_loadb(request->body, size, INPUTS_JSON, &where);
    if (inference->root == NULL)
        refuse(reply, 400, "the body is no JSON object: line %d, column %d", where.line, where.column);
    return inference->root != NULL;
}

/* The data of each feature, all of one length. */
static bool find_inputs(struct inference *inference, const struct model *model, struct tensor_bytes rest, size_t most,
                        struct reply *reply) {
    size_t i;
    json_t *input;
    json_array_foreach(json_object_get(inference->root, "inputs"), i, input) {
        const char *name = json_string_value(json_object_get(input, "name"));
        size_t feature = name != NULL ? model_find_feature(model, name, strlen(name)) : model->features;
        json_t *data = tensor_input(input, &rest);
        if (feature < model->features && inference->data[feature] == NULL)
            inference->data[feature] = json_incref(data);
        json_decref(data);
    }
    inference->rows = json_array_size(inference->data[0]);
    for (i = 0; i < model->features; i++) {
        if (!json_is_array(inference->data[i]) || json_array_size(inference->data[i]) != inference->rows) {
            refuse(reply, 400, "input %s: a list of data is needed, as long as the others",
                   model->schema->feature[i].name);
            return false;
        }
    }
    if (inference->rows > most)
        refuse(reply, 400, "at most %zu leads may be asked for", most);
    return inference->rows <= most;
}

static bool asks_binary(const json_t *object, const char *name) {
    return json_is_true(json_object_get(json_object_get(object, "parameters"), name));
}

/* Which outputs are wanted, and in which form; all where none are named. */
static bool find_outputs(struct inference *inference, const struct model *model, struct reply *reply) {
    const json_t *wanted = json_object_get(inference->root, "outputs");
    bool binary = asks_binary(inference->root, "binary_data_output"), all = json_array_size(wanted) == 0;
    size_t i;
    json_t *one;
    struct tensor_output *output = inference->output;
    output[PACKAGE] = (struct tensor_output){"predicted_package", "BYTES", 1, all, binary, {0}};
    output[PROBABILITY] = (struct tensor_output){"probability", "FP64", 1, all, binary, {0}};
    output[PROBABILITIES] = (struct tensor_output){"probabilities", "FP64", model->classes, all, binary, {0}};
    json_array_foreach(wanted, i, one) {
        const char *name = json_string_value(json_object_get(one, "name"));
        size_t at = 0;
        while (at < OUTPUTS && (name == NULL || strcmp(output[at].name, name) != 0))
            at++;
        if (at == OUTPUTS) {
            refuse(reply, 400, "outputs: element %zu names none of predicted_package, probability and probabilities",
                   i);
            return false;
        }
        output[at].wanted = true;
        output[at].binary = binary || asks_binary(one, "binary_data");
    }
    return true;
}

/* ---- what it answers ---- */

/* Element `row` of a tensor's data, which may be nested as its shape says ([[a],[b]]). */
static const json_t *element(const json_t *data, size_t row) {
    const json_t *value = json_array_get(data, row);
    return json_is_array(value) && json_array_size(value) == 1 ? json_array_get(value, 0) : value;
}

static bool answer_next(struct worker *worker, const struct request *request, struct inference *inference,
                        struct reply *reply) {
    const struct model *model = inference->model;
    const size_t row = inference->answered++;
    struct inputs *inputs = &worker->inputs;
    struct tensor_output *output = inference->output;
    struct model_answer answer;
    float prob[FOREST_MAX_CLASSES];
    inputs_clear(inputs, model);
    for (size_t i = 0; i < model->features; i++)
        if (!inputs_set(inputs, model, i, element(inference->data[i], row))) {
            refuse(reply, 400, "input %s: element %zu has the wrong type", model->schema->feature[i].name, row);
            return false;
        }
    if (!predict_answer(worker, model, request, "batch", &answer)) {
        refuse(reply, 500, "out of memory");
        return false;
    }
    forest_predict(model->champion.forest, inputs->row, prob);
    tensor_add_text(&output[PACKAGE], model->schema->class_name[answer.best]);
    tensor_add_share(&output[PROBABILITY], (double)prob[answer.best]);
    for (size_t i = 0; i < model->classes; i++)
        tensor_add_share(&output[PROBABILITIES], (double)prob[i]);
    return true;
}

/* The bytes of binary outputs follow the JSON, whose length a header then tells. */
static void reply_outputs(const struct inference *inference, struct reply *reply) {
    const struct model *model = inference->model;
    const struct tensor_output *output = inference->output;
    const json_t *id = json_object_get(inference->root, "id");
    struct buffer out = {0};
    bool first = true, binary = false;
    char length[24];
    buffer_format(&out, "{\"model_name\":\"" INFERENCE_MODEL "\",\"model_version\":\"%s\",", model->version);
    if (json_is_string(id)) {
        buffer_string(&out, "\"id\":");
        buffer_quoted(&out, json_string_value(id), json_string_length(id));
        buffer_string(&out, ",");
    }
    buffer_string(&out, "\"outputs\":[");
    for (size_t i = 0; i < OUTPUTS; i++) {
        if (!output[i].wanted)
            continue;
        buffer_string(&out, first ? "" : ",");
        tensor_write(&output[i], inference->rows, &out);
        first = false;
        binary |= output[i].binary;
    }
    buffer_string(&out, "]}");
    snprintf(length, sizeof length, "%zu", out.size);
    for (size_t i = 0; i < OUTPUTS; i++)
        if (output[i].wanted && output[i].binary)
            buffer_bytes(&out, output[i].data.at, output[i].data.size);
    reply_buffer(reply, 200, binary ? "application/octet-stream" : REPLY_JSON, &out);
    if (binary)
        reply_header(reply, "Inference-Header-Content-Length", length);
}

/* NULL where the reply says why not. */
static struct inference *open_inference(struct worker *worker, struct request *request, struct reply *reply) {
    const struct model *model = find_model(worker, request, reply);
    struct inference *inference = model != NULL ? calloc(1, sizeof *inference) : NULL;
    struct tensor_bytes rest;
    if (inference == NULL) {
        if (model != NULL)
            refuse(reply, 500, "out of memory");
        return NULL;
    }
    inference->model = model;
    model_hold(model);
    request->ticket = inference;
    request->release = release;
    if (parse(inference, request, &rest, reply) &&
        find_inputs(inference, model, rest, (size_t)worker->service->options->max_batch, reply) &&
        find_outputs(inference, model, reply))
        return inference;
    reply_header(reply, "X-Model-Version", model->version);
    return NULL;
}

void inference_infer(struct worker *worker, struct request *request, struct reply *reply) {
    struct inference *inference = request->ticket != NULL ? request->ticket : open_inference(worker, request, reply);
    bool good = true;
    if (inference == NULL)
        return;
    while (good && inference->answered < inference->rows) {
        reply->pause = predict_is_log_behind(worker);
        if (reply->pause)
            return;
        good = answer_next(worker, request, inference, reply);
    }
    if (good)
        reply_outputs(inference, reply);
    reply_header(reply, "X-Model-Version", inference->model->version);
}
