/* inference.c - Open Inference Protocol v2. */
#include "services/api/inference.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "services/api/predict.h"

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
               json_pack("{s:s,s:s,s:[]}", "name", "leadforest-api", "version", FOREST_VERSION, "extensions"));
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

/* ---- what it answers ---- */

/* Element `row` of a tensor's data, which may be nested as its shape says ([[a],[b]]). */
static const json_t *element(const json_t *data, size_t row) {
    const json_t *value = json_array_get(data, row);
    return json_is_array(value) && json_array_size(value) == 1 ? json_array_get(value, 0) : value;
}

/* The data of each feature, all of one length; false where the reply says what is wrong. */
static bool find_inputs(const struct model *model, const json_t *root, size_t most, const json_t *data[MODEL_FEATURES],
                        struct reply *reply) {
    const json_t *inputs = json_object_get(root, "inputs");
    size_t i;
    json_t *input;
    json_array_foreach(inputs, i, input) {
        const char *name = json_string_value(json_object_get(input, "name"));
        size_t feature = name != NULL ? model_find_feature(model, name, strlen(name)) : model->features;
        if (feature < model->features)
            data[feature] = json_object_get(input, "data");
    }
    for (i = 0; i < model->features; i++) {
        if (!json_is_array(data[i]) || json_array_size(data[i]) != json_array_size(data[0])) {
            refuse(reply, 400, "input %s: a list of data is needed, as long as the others",
                   model->schema->feature[i].name);
            return false;
        }
    }
    if (json_array_size(data[0]) > most)
        refuse(reply, 400, "at most %zu leads may be asked for", most);
    return json_array_size(data[0]) <= most;
}

/* The answers of all leads, each output as a list in the making. */
struct outputs {
    struct buffer packages, probabilities, shares;
};

static bool answer_row(struct worker *worker, const struct model *model, const struct request *request,
                       const json_t *const *data, size_t row, struct outputs *out, struct reply *reply) {
    struct inputs *inputs = &worker->inputs;
    struct model_answer answer;
    float prob[FOREST_MAX_CLASSES];
    inputs_clear(inputs, model);
    for (size_t i = 0; i < model->features; i++)
        if (!inputs_set(inputs, model, i, element(data[i], row))) {
            refuse(reply, 400, "input %s: element %zu has the wrong type", model->schema->feature[i].name, row);
            return false;
        }
    if (!predict_answer(worker, model, request, "batch", &answer)) {
        refuse(reply, 500, "out of memory");
        return false;
    }
    forest_predict(model->champion.forest, inputs->row, prob);
    const char *name = model->schema->class_name[answer.best];
    buffer_string(&out->packages, row > 0 ? "," : "");
    buffer_quoted(&out->packages, name, strlen(name));
    buffer_string(&out->probabilities, row > 0 ? "," : "");
    buffer_share(&out->probabilities, (double)prob[answer.best]);
    for (size_t i = 0; i < model->classes; i++) {
        buffer_string(&out->shares, row + i > 0 ? "," : "");
        buffer_share(&out->shares, (double)prob[i]);
    }
    return true;
}

static void write_output(struct buffer *out, const char *name, const char *type, size_t rows, size_t columns,
                         const struct buffer *data) {
    buffer_format(out, "{\"name\":\"%s\",\"datatype\":\"%s\",\"shape\":[%zu,%zu],\"data\":[", name, type, rows,
                  columns);
    buffer_bytes(out, data->at, data->size);
    buffer_string(out, "]}");
    out->bad |= data->bad;
}

static void reply_outputs(const struct model *model, const json_t *id, size_t rows, const struct outputs *outputs,
                          struct reply *reply) {
    struct buffer out = {0};
    buffer_format(&out, "{\"model_name\":\"" INFERENCE_MODEL "\",\"model_version\":\"%s\",", model->version);
    if (json_is_string(id)) {
        buffer_string(&out, "\"id\":");
        buffer_quoted(&out, json_string_value(id), json_string_length(id));
        buffer_string(&out, ",");
    }
    buffer_string(&out, "\"outputs\":[");
    write_output(&out, "predicted_package", "BYTES", rows, 1, &outputs->packages);
    buffer_string(&out, ",");
    write_output(&out, "probability", "FP64", rows, 1, &outputs->probabilities);
    buffer_string(&out, ",");
    write_output(&out, "probabilities", "FP64", rows, model->classes, &outputs->shares);
    buffer_string(&out, "]}\n");
    reply_buffer(reply, 200, REPLY_JSON, &out);
}

void inference_infer(struct worker *worker, struct request *request, struct reply *reply) {
    const struct model *model = find_model(worker, request, reply);
    const json_t *data[MODEL_FEATURES] = {NULL};
    json_error_t where;
    if (model == NULL)
        return;
    json_t *root = json_loadb(request->body, request->size, JSON_REJECT_DUPLICATES, &where);
    if (root == NULL)
        refuse(reply, 400, "the body is no JSON object: line %d, column %d", where.line, where.column);
    if (root != NULL && find_inputs(model, root, (size_t)worker->service->options->max_batch, data, reply)) {
        struct outputs outputs = {{0}, {0}, {0}};
        size_t rows = json_array_size(data[0]), row = 0;
        while (row < rows && answer_row(worker, model, request, data, row, &outputs, reply))
            row++;
        if (row == rows)
            reply_outputs(model, json_object_get(root, "id"), rows, &outputs, reply);
        buffer_done(&outputs.packages);
        buffer_done(&outputs.probabilities);
        buffer_done(&outputs.shares);
    }
    json_decref(root);
    reply_header(reply, "X-Model-Version", model->version);
}
