/* openapi_examples.c - examples of the contract: requests, and what the served model answers to them. */
#include "services/api/pages/openapi_examples.h"

#include "services/api/predict/explanation.h"

/* ---- leads ---- */

/* Lead number n has each feature's n-th category (the last one where there are fewer), and n + 1 for a number. */
static float code_of(const struct forest_feature *feature, size_t n) {
    if (feature->kind == FOREST_NUMERIC)
        return (float)(n + 1);
    if (feature->levels == 0)
        return FOREST_UNSEEN;
    return (float)(n < feature->levels ? n : feature->levels - 1);
}

static json_t *value_of(const struct forest_feature *feature, size_t n) {
    float code = code_of(feature, n);
    if (feature->kind == FOREST_NUMERIC)
        return json_integer((json_int_t)code);
    return json_string(code >= 0 ? feature->level[(size_t)code] : "any");
}

static json_t *lead_of(const struct served_model *model, size_t n) {
    json_t *lead = json_object();
    for (size_t i = 0; i < model->features; i++)
        json_object_set_new(lead, model->schema->feature[i].name, value_of(&model->schema->feature[i], n));
    return lead;
}

/* ---- answers ---- */

/* What /predict answers to lead n; NULL where memory ends. */
static json_t *answer_of(const struct served_model *model, size_t n, bool details) {
    struct lead_input input = {0};
    struct prediction prediction;
    struct strbuf scratch = {0}, text = {0};
    json_t *answer = NULL;
    for (size_t i = 0; i < model->features; i++)
        input.row[i] = code_of(&model->schema->feature[i], n);
    if (served_model_predict(model, input.row, &prediction, &scratch)) {
        strbuf_append(&text, prediction.body, prediction.body_size - details); /* without its brace */
        if (details)
            explanation_write(model, &input, &prediction, &text);
        answer = strbuf_ok(&text) ? json_loadb(text.at, text.size, 0, NULL) : NULL;
    }
    strbuf_done(&scratch);
    strbuf_done(&text);
    return answer;
}

/* ---- the Open Inference Protocol ---- */

/* One row of an input or output. */
static json_t *tensor(const char *name, const char *type, json_t *data) {
    return json_pack("{s:s,s:s,s:[i,i],s:o}", "name", name, "datatype", type, "shape", 1, (int)json_array_size(data),
                     "data", data);
}

static json_t *inference_of(const struct served_model *model) {
    json_t *inputs = json_array();
    for (size_t i = 0; i < model->features; i++) {
        const struct forest_feature *feature = &model->schema->feature[i];
        json_array_append_new(inputs, tensor(feature->name, feature_kind_of(feature->kind)->tensor_type,
                                             json_pack("[o]", value_of(feature, 0))));
    }
    return json_pack("{s:o}", "inputs", inputs);
}

static json_t *inferred_of(const struct served_model *model, const json_t *details) {
    json_t *shares = json_array(), *share;
    const char *package;
    json_object_foreach(json_object_get(details, "probabilities"), package, share) {
        json_array_append(shares, share);
    }
    return json_pack(
        "{s:s,s:s,s:[o,o,o]}", "model_name", "leadforest", "model_version", model->version, "outputs",
        tensor("predicted_package", "BYTES", json_pack("[O]", json_object_get(details, "predicted_package"))),
        tensor("probability", "FP64", json_pack("[O]", json_object_get(details, "probability"))),
        tensor("probabilities", "FP64", shares));
}

/* ---- into the contract ---- */

/* Steals value; where memory ended (NULL) the template's stays. */
static void set(const json_t *components, const char *name, json_t *value) {
    if (value != NULL)
        json_object_set_new(json_object_get(json_object_get(components, "examples"), name), "value", value);
}

void openapi_examples_set(json_t *components, const struct served_model *model) {
    json_t *details = answer_of(model, 0, true);
    set(components, "Lead", lead_of(model, 0));
    set(components, "Prediction", answer_of(model, 0, false));
    set(components, "Leads", json_pack("[o,o]", lead_of(model, 0), lead_of(model, 1)));
    set(components, "Predictions", json_pack("[o,o]", answer_of(model, 0, false), answer_of(model, 1, false)));
    set(components, "Inference", inference_of(model));
    set(components, "Inferred", inferred_of(model, details));
    set(components, "Details", details);
    json_object_set_new(json_object_get(json_object_get(components, "parameters"), "version"), "example",
                        json_string(model->version));
}
