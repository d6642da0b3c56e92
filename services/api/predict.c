/* predict.c - POST /predict: one lead in, one package out. */
#include "services/api/predict.h"

#include <string.h>

#include "services/api/details.h"
#include "services/api/health.h"
#include "services/api/prediction_log.h"

/* ---- what all kinds of prediction share ---- */

static int judge_unseen(const struct worker *worker, const struct model *model, struct problem *problem) {
    if (worker->inputs.unseen == 0 || strcmp(worker->service->options->unknown_category, "reject") != 0)
        return 0;
    inputs_reject_unseen(&worker->inputs, model, problem);
    return 422;
}

int predict_read(struct worker *worker, const struct model *model, const char *json, size_t size, json_t **parsed,
                 struct problem *problem) {
    json_error_t where;
    *parsed = NULL;
    if (inputs_scan(&worker->inputs, model, json, size))
        return judge_unseen(worker, model, problem);
    *parsed = json_loadb(json, size, INPUTS_JSON, &where);
    if (*parsed != NULL)
        return inputs_read(&worker->inputs, model, *parsed, problem) ? judge_unseen(worker, model, problem) : 422;
    problem_add(problem, "body", NULL, "json", "is no JSON object: line %d, column %d", where.line, where.column);
    return 400;
}

bool predict_answer(struct worker *worker, const struct model *model, const struct request *request, const char *source,
                    struct model_answer *answer) {
    struct journal *log = worker->service->predictions;
    if (!model_answer(model, worker->inputs.row, answer, &worker->scratch))
        return false;
    model_count(model, worker->number, answer->best, worker->inputs.unseen);
    if (log == NULL)
        return true;
    prediction_log_line(&worker->line, &worker->clock, model, &worker->inputs, answer, request->id, source);
    if (buffer_good(&worker->line))
        journal_put(log, worker->number, worker->line.at, worker->line.size);
    return true;
}

bool predict_is_log_behind(const struct worker *worker) {
    const struct journal *log = worker->service->predictions;
    return log != NULL && journal_is_behind(log, worker->number);
}

void predict_warning(const struct inputs *inputs, const struct model *model, char out[PREDICT_WARNING]) {
    size_t size = 0;
    out[0] = '\0';
    for (size_t i = 0; i < model->features; i++) {
        const char *name = model->schema->feature[i].name;
        if ((inputs->unseen >> i & 1) != 0 && size + strlen(name) + 10 < PREDICT_WARNING)
            size += (size_t)snprintf(out + size, PREDICT_WARNING - size, "%sunseen %s", size > 0 ? ", " : "", name);
    }
}

/* ---- POST /predict ---- */

static void write_body(struct worker *worker, const struct model *model, const struct request *request,
                       const struct model_answer *answer, struct buffer *out) {
    bool details = request_asks(request, "details=1");
    buffer_bytes(out, answer->body, answer->body_size - details); /* without its brace */
    if (details)
        details_write(model, &worker->inputs, answer, out);
}

/* details=0 or 1, or none; false where the reply says that it is something else. */
static bool judge_query(const struct request *request, struct reply *reply) {
    if (!request_names(request, "details") || request_asks(request, "details=0") || request_asks(request, "details=1"))
        return true;
    problem_reply_one(reply, 422, request->id, "query", "details", "enum", "must be 0 or 1");
    return false;
}

static void reply_prediction(struct worker *worker, const struct model *model, const struct request *request,
                             struct reply *reply) {
    struct model_answer answer;
    struct buffer out = {0};
    char warning[PREDICT_WARNING];
    if (!predict_answer(worker, model, request, NULL, &answer)) {
        reply_static(reply, 500, NULL, "", 0);
        return;
    }
    write_body(worker, model, request, &answer, &out);
    reply_buffer(reply, 200, REPLY_JSON, &out);
    reply_header(reply, "X-Model-Version", model->version);
    if (worker->inputs.unseen != 0) {
        predict_warning(&worker->inputs, model, warning);
        reply_header(reply, "X-Prediction-Warning", warning);
    }
}

void predict_one(struct worker *worker, struct request *request, struct reply *reply) {
    const struct model *model = served_model(&worker->service->served);
    struct problem problem;
    json_t *parsed;
    if (request->header[HEADER_CONTENT_TYPE] != NULL && !request_is_type(request, "application/json")) {
        problem_reply_one(reply, 415, request->id, "header", "Content-Type", "media_type", "must be application/json");
        return;
    }
    if (!judge_query(request, reply))
        return;
    if (model == NULL) {
        health_no_model(request, reply);
        return;
    }
    problem_clear(&problem, -1);
    int status = predict_read(worker, model, request->body, request->size, &parsed, &problem);
    if (status == 0)
        reply_prediction(worker, model, request, reply);
    else
        problem_reply(&problem, reply, status, request->id);
    json_decref(parsed);
}
