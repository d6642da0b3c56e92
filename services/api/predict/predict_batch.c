/* predict_batch.c - POST /predict/batch: many leads at once. */
#include "services/api/predict/predict_batch.h"

#include <stdlib.h>
#include <string.h>

#include "services/api/access/access.h"
#include "services/api/ops/health.h"
#include "services/api/predict/json_splitter.h"
#include "services/api/predict/predict.h"

#define RESPONSE_NDJSON "application/x-ndjson"

enum {
    MAX_CONCURRENT = 64, /* batches in progress per loop: together with max_batch this limits their memory */
    ROW_ERRORS = 8       /* reported for one lead */
};

/* A request's ticket. */
struct predict_batch {
    struct thread_context *context;
    const struct request *request;
    const struct served_model *model; /* referenced; NULL if the batch was rejected */
    struct json_splitter splitter;
    long long leads;
    struct strbuf out;
    struct response rejection; /* status 0: none */
};

/* ---- one lead ---- */

static void write_errors(struct predict_batch *batch, struct problem *problem) {
    problem->count = problem->count < ROW_ERRORS ? problem->count : ROW_ERRORS;
    strbuf_puts(&batch->out, "{\"errors\":");
    problem_write_errors(problem, &batch->out);
    strbuf_puts(&batch->out, "}");
}

/* Predict context->input. */
static void write_prediction(struct predict_batch *batch) {
    struct prediction prediction;
    char warning[PREDICT_WARNING];
    if (!predict_answer(batch->context, batch->model, batch->request, "batch", &prediction)) {
        batch->out.failed = true;
        return;
    }
    bool warns = batch->context->input.unseen != 0;
    strbuf_append(&batch->out, prediction.body, prediction.body_size - warns); /* without its brace */
    if (warns) {
        predict_warning(&batch->context->input, batch->model, warning);
        strbuf_puts(&batch->out, ",\"warning\":");
        strbuf_json_string(&batch->out, warning, strlen(warning));
        strbuf_puts(&batch->out, "}");
    }
}

static void predict_lead(void *user, const char *json, size_t size) {
    struct predict_batch *batch = user;
    struct problem problem;
    json_t *parsed = NULL;
    long long number = batch->leads++;
    if (number >= batch->context->app->options->max_batch)
        return;
    problem_clear(&problem, number);
    if (json == NULL)
        problem_add(&problem, "body", NULL, "too_long", "a lead may have at most %zu bytes", batch->splitter.limit);
    else
        predict_read(batch->context, batch->model, json, size, &parsed, &problem);
    bool lines = batch->splitter.kind == JSON_SPLITTER_LINES;
    strbuf_puts(&batch->out, lines ? "" : number == 0 ? "[" : ",");
    if (problem.count > 0)
        write_errors(batch, &problem);
    else
        write_prediction(batch);
    strbuf_puts(&batch->out, lines ? "\n" : "");
    json_decref(parsed);
}

/* ---- the batch ---- */

static bool is_lines(const struct request *request) {
    return request_has_media_type(request, "application/x-ndjson") ||
           request_has_media_type(request, "application/ndjson") ||
           request_has_media_type(request, "application/jsonl");
}

/* Whether the batch is rejected before it is read; then the rejection is the reply. */
static bool is_rejected(struct predict_batch *batch) {
    const struct request *request = batch->request;
    struct response *response = &batch->rejection;
    bool json = request->header[HEADER_CONTENT_TYPE] == NULL || request_has_media_type(request, "application/json");
    if (!access_check(&batch->context->app->access, request, response))
        return true;
    if (!json && !is_lines(request)) {
        problem_respond_one(response, 415, request->id, "header", "Content-Type", "media_type",
                            "must be application/json or application/x-ndjson");
    } else if (model_slot_get(&batch->context->app->slot) == NULL) {
        health_no_model(request, response);
    } else if (batch->context->batches > MAX_CONCURRENT) {
        problem_respond_one(response, 503, request->id, "service", NULL, "busy",
                            "too many batch requests in progress, retry later");
        response_header_static(response, "Retry-After", "1");
    }
    return response->status != 0;
}

static void release(struct request *request) {
    struct predict_batch *batch = request->ticket;
    if (batch->model != NULL)
        served_model_unref(batch->model);
    response_done(&batch->rejection);
    json_splitter_done(&batch->splitter);
    strbuf_done(&batch->out);
    batch->context->batches--;
    free(batch);
}

static struct predict_batch *begin_batch(struct thread_context *context, struct request *request) {
    struct predict_batch *batch = calloc(1, sizeof *batch);
    if (batch == NULL)
        return NULL;
    batch->context = context;
    batch->request = request;
    response_start(&batch->rejection);
    json_splitter_open(&batch->splitter, is_lines(request) ? JSON_SPLITTER_LINES : JSON_SPLITTER_ARRAY,
                       (size_t)context->app->options->max_body, predict_lead, batch);
    context->batches++;
    if (!is_rejected(batch)) {
        batch->model = model_slot_get(&context->app->slot);
        served_model_ref(batch->model);
    }
    request->ticket = batch;
    request->release = release;
    return batch;
}

bool predict_batch_feed(struct thread_context *context, struct request *request, const char *bytes, size_t size) {
    struct predict_batch *batch = request->ticket != NULL ? request->ticket : begin_batch(context, request);
    bool more = batch != NULL && batch->model != NULL && batch->splitter.error == NULL && strbuf_ok(&batch->out);
    if (more && predict_is_log_behind(context))
        return false;
    if (more && !json_splitter_feed(&batch->splitter, bytes, size) && batch->splitter.error == NULL)
        batch->out.failed = true;
    return true;
}

static void respond_batch(struct predict_batch *batch, struct response *response) {
    const struct json_splitter *splitter = &batch->splitter;
    long long limit = batch->context->app->options->max_batch;
    bool complete = splitter->error == NULL && json_splitter_finish(&batch->splitter);
    if (batch->leads > limit) {
        problem_respond_one(response, 413, batch->request->id, "body", NULL, "too_many",
                            "a batch may have at most %lld leads", limit);
    } else if (splitter->error != NULL) {
        problem_respond_one(response, 400, batch->request->id, "body", NULL, "json", "%s at byte %llu", splitter->error,
                            splitter->offset);
    } else {
        if (splitter->kind == JSON_SPLITTER_ARRAY)
            strbuf_puts(&batch->out, batch->leads == 0 ? "[]" : "]");
        batch->out.failed |= !complete;
        response_from_strbuf(response, 200, splitter->kind == JSON_SPLITTER_LINES ? RESPONSE_NDJSON : RESPONSE_JSON,
                             &batch->out);
    }
    response_header(response, "X-Model-Version", batch->model->version);
}

void predict_batch_respond(struct thread_context *context, struct request *request, struct response *response) {
    struct predict_batch *batch = request->ticket != NULL ? request->ticket : begin_batch(context, request);
    if (batch == NULL) {
        response_static(response, 500, NULL, "", 0);
    } else if (batch->model != NULL) {
        respond_batch(batch, response);
    } else {
        response_move(response, &batch->rejection);
    }
}
