/* batch.c - POST /predict/batch: many leads at once. */
#include "services/api/batch.h"

#include <string.h>

#include "services/api/health.h"
#include "services/api/predict.h"

#define REPLY_NDJSON "application/x-ndjson"

/* What the elements of one batch have in common. */
struct batch {
    struct worker *worker;
    const struct model *model;
    const struct request *request;
    struct buffer out;
};

/* The element of worker->inputs, or of what is wrong with it. */
static void write_element(struct batch *batch, int status, const struct problem *problem) {
    struct model_answer answer;
    char warning[PREDICT_WARNING];
    if (status != 0) {
        buffer_string(&batch->out, "{\"errors\":");
        problem_write_errors(problem, &batch->out);
        buffer_string(&batch->out, "}");
        return;
    }
    if (!predict_answer(batch->worker, batch->model, batch->request, "batch", &answer)) {
        batch->out.bad = true;
        return;
    }
    bool warns = batch->worker->inputs.unseen != 0;
    buffer_bytes(&batch->out, answer.body, answer.body_size - warns); /* without its brace */
    if (warns) {
        predict_warning(&batch->worker->inputs, batch->model, warning);
        buffer_string(&batch->out, ",\"warning\":");
        buffer_quoted(&batch->out, warning, strlen(warning));
        buffer_string(&batch->out, "}");
    }
}

static void reply_too_many(const struct batch *batch, struct reply *reply) {
    problem_reply_one(reply, 413, batch->request->id, "body", NULL, "too_many", "has more than %lld leads",
                      batch->worker->service->options->max_batch);
}

/* ---- an array ---- */

static void answer_array(struct batch *batch, const json_t *array, struct reply *reply) {
    struct problem problem;
    size_t i;
    json_t *value;
    if (json_array_size(array) > (size_t)batch->worker->service->options->max_batch) {
        reply_too_many(batch, reply);
        return;
    }
    buffer_string(&batch->out, "[");
    json_array_foreach(array, i, value) {
        problem_clear(&problem, (long long)i);
        if (i > 0)
            buffer_string(&batch->out, ",");
        write_element(batch, predict_read_value(batch->worker, batch->model, value, &problem), &problem);
    }
    buffer_string(&batch->out, "]");
    reply_buffer(reply, 200, REPLY_JSON, &batch->out);
}

static void predict_array(struct batch *batch, struct reply *reply) {
    const struct request *request = batch->request;
    json_error_t where;
    json_t *array = json_loadb(request->body, request->size, JSON_REJECT_DUPLICATES, &where);
    if (array == NULL)
        problem_reply_one(reply, 400, request->id, "body", NULL, "json", "is no JSON array: line %d, column %d",
                          where.line, where.column);
    else if (!json_is_array(array))
        problem_reply_one(reply, 422, request->id, "body", NULL, "array_type", "must be a JSON array");
    else
        answer_array(batch, array, reply);
    json_decref(array);
}

/* ---- lines ---- */

static void answer_line(struct batch *batch, long long number, const char *line, size_t size) {
    struct problem problem;
    json_t *parsed;
    problem_clear(&problem, number);
    int status = predict_read(batch->worker, batch->model, line, size, &parsed, &problem);
    write_element(batch, status, &problem);
    buffer_string(&batch->out, "\n");
    json_decref(parsed);
}

static void predict_lines(struct batch *batch, struct reply *reply) {
    const char *at = batch->request->body, *end = at + batch->request->size;
    long long number = 0, most = batch->worker->service->options->max_batch;
    while (at < end && number <= most) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        size_t size = (size_t)((stop != NULL ? stop : end) - at);
        if (size > 0 && number < most)
            answer_line(batch, number, at, size);
        number += size > 0; /* empty lines are none */
        at += size + 1;
    }
    if (number > most)
        reply_too_many(batch, reply);
    else
        reply_buffer(reply, 200, REPLY_NDJSON, &batch->out);
}

static bool is_lines(const struct request *request) {
    return request_is_type(request, "application/x-ndjson") || request_is_type(request, "application/ndjson") ||
           request_is_type(request, "application/jsonl");
}

void batch_predict(struct worker *worker, struct request *request, struct reply *reply) {
    struct batch batch = {worker, served_model(&worker->service->served), request, {0}};
    bool lines = is_lines(request);
    if (!lines && request->header[HEADER_CONTENT_TYPE] != NULL && !request_is_type(request, "application/json")) {
        problem_reply_one(reply, 415, request->id, "header", "Content-Type", "media_type",
                          "must be application/json or application/x-ndjson");
        return;
    }
    if (batch.model == NULL) {
        health_no_model(request, reply);
        return;
    }
    if (lines)
        predict_lines(&batch, reply);
    else
        predict_array(&batch, reply);
    reply_header(reply, "X-Model-Version", batch.model->version);
    buffer_done(&batch.out);
}
