/* predict.c - POST /predict: predicts the package of one lead. */
#include "services/api/predict/predict.h"

#include <math.h>
#include <string.h>

#include "services/api/ops/health.h"
#include "services/api/predict/explanation.h"
#include "services/api/predict/prediction_log.h"

/* ---- shared by all kinds of prediction ---- */

static int check_unseen(const struct thread_context *context, const struct served_model *model,
                        struct problem *problem) {
    if (context->input.unseen == 0 || strcmp(context->app->options->unknown_category, "reject") != 0)
        return 0;
    lead_input_reject_unseen(&context->input, model, problem);
    return 422;
}

int predict_read(struct thread_context *context, const struct served_model *model, const char *json, size_t size,
                 json_t **parsed, struct problem *problem) {
    json_error_t where;
    *parsed = NULL;
    if (lead_input_parse_fast(&context->input, model, json, size))
        return check_unseen(context, model, problem);
    *parsed = json_loadb(json, size, LEAD_INPUT_JSON_FLAGS, &where);
    if (*parsed != NULL)
        return lead_input_parse(&context->input, model, *parsed, problem) ? check_unseen(context, model, problem) : 422;
    problem_add(problem, "body", NULL, "json", "invalid JSON at line %d, column %d", where.line, where.column);
    return 400;
}

bool predict_answer(struct thread_context *context, const struct served_model *model, const struct request *request,
                    const char *source, struct prediction *prediction) {
    struct log_writer *log = context->app->predictions;
    if (!served_model_predict(model, context->input.row, prediction, &context->scratch))
        return false;
    served_model_count(model, context->number, prediction->best, context->input.unseen);
    if (log == NULL)
        return true;
    prediction_log_line(&context->line, &context->clock, model, &context->input, prediction, request->id, source);
    if (strbuf_ok(&context->line))
        log_writer_put(log, context->number, context->line.at, context->line.size);
    return true;
}

bool predict_is_log_behind(const struct thread_context *context) {
    const struct log_writer *log = context->app->predictions;
    return log != NULL && log_writer_is_behind(log, context->number);
}

void predict_warning(const struct lead_input *input, const struct served_model *model, char out[PREDICT_WARNING]) {
    size_t size = 0;
    out[0] = '\0';
    for (size_t i = 0; i < model->features; i++) {
        const char *name = model->schema->feature[i].name;
        if ((input->unseen >> i & 1) != 0 && size + strlen(name) + 11 < PREDICT_WARNING)
            size += (size_t)snprintf(out + size, PREDICT_WARNING - size, "%s%s %s", size > 0 ? ", " : "",
                                     isnan(input->row[i]) ? "missing" : "unseen", name);
    }
}

/* ---- POST /predict ---- */

static void write_body(struct thread_context *context, const struct served_model *model, const struct request *request,
                       const struct prediction *prediction, struct strbuf *out) {
    bool details = request_query_has(request, "details=1");
    strbuf_append(out, prediction->body, prediction->body_size - details); /* without its closing brace */
    if (details)
        explanation_write(model, &context->input, prediction, out);
}

/* Whether the query has details=0, details=1 or no details; otherwise the reply is an error. */
static bool validate_query(const struct request *request, struct response *response) {
    if (!request_query_has_name(request, "details") || request_query_has(request, "details=0") ||
        request_query_has(request, "details=1"))
        return true;
    problem_respond_one(response, 422, request->id, "query", "details", "enum", "must be 0 or 1");
    return false;
}

static void respond_prediction(struct thread_context *context, const struct served_model *model,
                               const struct request *request, struct response *response) {
    struct prediction prediction;
    struct strbuf out = {0};
    char warning[PREDICT_WARNING];
    if (!predict_answer(context, model, request, NULL, &prediction)) {
        response_static(response, 500, NULL, "", 0);
        return;
    }
    write_body(context, model, request, &prediction, &out);
    response_from_strbuf(response, 200, RESPONSE_JSON, &out);
    response_header(response, "X-Model-Version", model->version);
    if (context->input.unseen != 0) {
        predict_warning(&context->input, model, warning);
        response_header(response, "X-Prediction-Warning", warning);
    }
}

void predict_one(struct thread_context *context, struct request *request, struct response *response) {
    const struct served_model *model = model_slot_get(&context->app->slot);
    struct problem problem;
    json_t *parsed;
    if (request->header[HEADER_CONTENT_TYPE] != NULL && !request_has_media_type(request, "application/json")) {
        problem_respond_one(response, 415, request->id, "header", "Content-Type", "media_type",
                            "must be application/json");
        return;
    }
    if (!validate_query(request, response))
        return;
    if (model == NULL) {
        health_no_model(request, response);
        return;
    }
    problem_clear(&problem, -1);
    int status = predict_read(context, model, request->body, request->size, &parsed, &problem);
    if (status == 0)
        respond_prediction(context, model, request, response);
    else
        problem_respond(&problem, response, status, request->id);
    json_decref(parsed);
}
