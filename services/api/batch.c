/* batch.c - POST /predict/batch: many leads at once. */
#include "services/api/batch.h"

#include <stdlib.h>
#include <string.h>

#include "services/api/elements.h"
#include "services/api/guard.h"
#include "services/api/health.h"
#include "services/api/predict.h"

#define REPLY_NDJSON "application/x-ndjson"

enum {
    AT_ONCE = 64,  /* batches that a loop has in hand: with max_batch this bounds their memory */
    ROW_ERRORS = 8 /* told of one lead */
};

/* A request's ticket. */
struct batch {
    struct worker *worker;
    const struct request *request;
    const struct model *model; /* held; NULL where the batch was refused */
    struct elements elements;
    long long leads;
    struct buffer out;
    struct reply refusal; /* status 0: none */
};

/* ---- one lead ---- */

static void write_errors(struct batch *batch, struct problem *problem) {
    problem->count = problem->count < ROW_ERRORS ? problem->count : ROW_ERRORS;
    buffer_string(&batch->out, "{\"errors\":");
    problem_write_errors(problem, &batch->out);
    buffer_string(&batch->out, "}");
}

/* The answer to worker->inputs. */
static void write_prediction(struct batch *batch) {
    struct model_answer answer;
    char warning[PREDICT_WARNING];
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

static void answer_lead(void *user, const char *json, size_t size) {
    struct batch *batch = user;
    struct problem problem;
    json_t *parsed = NULL;
    long long number = batch->leads++;
    if (number >= batch->worker->service->options->max_batch)
        return;
    problem_clear(&problem, number);
    if (json == NULL)
        problem_add(&problem, "body", NULL, "too_long", "is longer than %zu bytes", batch->elements.limit);
    else
        predict_read(batch->worker, batch->model, json, size, &parsed, &problem);
    bool lines = batch->elements.kind == ELEMENTS_LINES;
    buffer_string(&batch->out, lines ? "" : number == 0 ? "[" : ",");
    if (problem.count > 0)
        write_errors(batch, &problem);
    else
        write_prediction(batch);
    buffer_string(&batch->out, lines ? "\n" : "");
    json_decref(parsed);
}

/* ---- all of them ---- */

static bool is_lines(const struct request *request) {
    return request_is_type(request, "application/x-ndjson") || request_is_type(request, "application/ndjson") ||
           request_is_type(request, "application/jsonl");
}

/* Why it is not to be read at all; false where it is. */
static bool is_refused(struct batch *batch) {
    const struct request *request = batch->request;
    struct reply *reply = &batch->refusal;
    bool json = request->header[HEADER_CONTENT_TYPE] == NULL || request_is_type(request, "application/json");
    if (!guard_admit(&batch->worker->service->access, request, reply))
        return true;
    if (!json && !is_lines(request)) {
        problem_reply_one(reply, 415, request->id, "header", "Content-Type", "media_type",
                          "must be application/json or application/x-ndjson");
    } else if (served_model(&batch->worker->service->served) == NULL) {
        health_no_model(request, reply);
    } else if (batch->worker->batches > AT_ONCE) {
        problem_reply_one(reply, 503, request->id, "service", NULL, "busy", "has as many batches in hand as it takes");
        reply_header_static(reply, "Retry-After", "1");
    }
    return reply->status != 0;
}

static void release(struct request *request) {
    struct batch *batch = request->ticket;
    if (batch->model != NULL)
        model_let_go(batch->model);
    reply_done(&batch->refusal);
    elements_done(&batch->elements);
    buffer_done(&batch->out);
    batch->worker->batches--;
    free(batch);
}

static struct batch *open_batch(struct worker *worker, struct request *request) {
    struct batch *batch = calloc(1, sizeof *batch);
    if (batch == NULL)
        return NULL;
    batch->worker = worker;
    batch->request = request;
    reply_start(&batch->refusal);
    elements_open(&batch->elements, is_lines(request) ? ELEMENTS_LINES : ELEMENTS_ARRAY,
                  (size_t)worker->service->options->max_body, answer_lead, batch);
    worker->batches++;
    if (!is_refused(batch)) {
        batch->model = served_model(&worker->service->served);
        model_hold(batch->model);
    }
    request->ticket = batch;
    request->release = release;
    return batch;
}

bool batch_take(struct worker *worker, struct request *request, const char *bytes, size_t size) {
    struct batch *batch = request->ticket != NULL ? request->ticket : open_batch(worker, request);
    bool more = batch != NULL && batch->model != NULL && batch->elements.wrong == NULL && buffer_good(&batch->out);
    if (more && predict_is_log_behind(worker))
        return false;
    if (more && !elements_take(&batch->elements, bytes, size) && batch->elements.wrong == NULL)
        batch->out.bad = true;
    return true;
}

static void reply_batch(struct batch *batch, struct reply *reply) {
    const struct elements *elements = &batch->elements;
    long long most = batch->worker->service->options->max_batch;
    bool whole = elements->wrong == NULL && elements_end(&batch->elements);
    if (batch->leads > most) {
        problem_reply_one(reply, 413, batch->request->id, "body", NULL, "too_many", "has more than %lld leads", most);
    } else if (elements->wrong != NULL) {
        problem_reply_one(reply, 400, batch->request->id, "body", NULL, "json", "%s: byte %llu", elements->wrong,
                          elements->offset);
    } else {
        if (elements->kind == ELEMENTS_ARRAY)
            buffer_string(&batch->out, batch->leads == 0 ? "[]" : "]");
        batch->out.bad |= !whole;
        reply_buffer(reply, 200, elements->kind == ELEMENTS_LINES ? REPLY_NDJSON : REPLY_JSON, &batch->out);
    }
    reply_header(reply, "X-Model-Version", batch->model->version);
}

void batch_predict(struct worker *worker, struct request *request, struct reply *reply) {
    struct batch *batch = request->ticket != NULL ? request->ticket : open_batch(worker, request);
    if (batch == NULL) {
        reply_static(reply, 500, NULL, "", 0);
    } else if (batch->model != NULL) {
        reply_batch(batch, reply);
    } else {
        reply_move(reply, &batch->refusal);
    }
}
