/* predict.c - POST /predict: one lead in, one package out. */
#include "services/api/predict.h"

#include <stdlib.h>
#include <string.h>

#include "services/api/health.h"

/* The slow way in, for bodies that are not of the usual shape; true where the inputs are good. */
static bool read_body(struct worker *worker, const struct model *model, const struct request *request, json_t **body,
                      struct reply *reply) {
    json_error_t where;
    struct problem problem;
    problem_clear(&problem, -1);
    *body = json_loadb(request->body, request->size, JSON_REJECT_DUPLICATES, &where);
    if (*body == NULL) {
        problem_reply_one(reply, 400, request->id, "body", NULL, "json", "is no JSON object: line %d, column %d",
                          where.line, where.column);
        return false;
    }
    if (inputs_read(&worker->inputs, model, *body, &problem))
        return true;
    problem_reply(&problem, reply, 422, request->id);
    return false;
}

/* "unseen business_type, unseen business_size" */
static void warn(const struct inputs *inputs, const struct model *model, struct reply *reply) {
    char warning[REPLY_HEADER_TEXT / 2] = "";
    size_t size = 0;
    for (size_t i = 0; i < model->features; i++)
        if ((inputs->unseen >> i & 1) != 0 && size + strlen(model->schema->feature[i].name) + 10 < sizeof warning)
            size += (size_t)snprintf(warning + size, sizeof warning - size, "%sunseen %s", size > 0 ? ", " : "",
                                     model->schema->feature[i].name);
    reply_header(reply, "X-Prediction-Warning", warning);
}

static void reply_bytes(struct reply *reply, const char *bytes, size_t size) {
    struct buffer out = {0};
    buffer_bytes(&out, bytes, size);
    reply_buffer(reply, 200, REPLY_JSON, &out);
}

void predict_record(struct worker *worker, const struct model *model, const struct request *request,
                    const struct model_answer *answer, const char *source) {
    struct journal *log = worker->service->predictions;
    model_count(model, worker->number, answer->best, worker->inputs.unseen);
    if (log == NULL)
        return;
    prediction_log_line(&worker->line, &worker->clock, model, &worker->inputs, answer, request->id, source);
    if (buffer_good(&worker->line))
        journal_put(log, worker->number, worker->line.at, worker->line.size);
}

static void answer(struct worker *worker, const struct model *model, const struct request *request,
                   struct reply *reply) {
    const struct inputs *inputs = &worker->inputs;
    struct model_answer found;
    if (inputs->unseen != 0 && strcmp(worker->service->options->unknown_category, "reject") == 0) {
        struct problem problem;
        problem_clear(&problem, -1);
        inputs_reject_unseen(inputs, model, &problem);
        problem_reply(&problem, reply, 422, request->id);
        return;
    }
    if (!model_answer(model, inputs->row, &found, &worker->scratch)) {
        reply_static(reply, 500, NULL, "", 0);
        return;
    }
    predict_record(worker, model, request, &found, NULL);
    reply_bytes(reply, found.body, found.body_size);
    reply_header(reply, "X-Model-Version", model->version);
    if (inputs->unseen != 0)
        warn(inputs, model, reply);
}

void predict_one(struct worker *worker, struct request *request, struct reply *reply) {
    const struct model *model = served_model(&worker->service->served);
    json_t *body = NULL;
    if (request->header[HEADER_CONTENT_TYPE] != NULL && !request_is_type(request, "application/json"))
        problem_reply_one(reply, 415, request->id, "header", "Content-Type", "media_type", "must be application/json");
    else if (model == NULL)
        health_no_model(request, reply);
    else if (inputs_scan(&worker->inputs, model, request->body, request->size) ||
             read_body(worker, model, request, &body, reply))
        answer(worker, model, request, reply);
    json_decref(body);
}
