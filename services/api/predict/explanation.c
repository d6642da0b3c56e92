/* explanation.c - what ?details=1 adds to a prediction. */
#include "services/api/predict/explanation.h"

#include <stdlib.h>
#include <string.h>

static void write_price(const struct served_model *model, const float *prob, struct strbuf *out) {
    double price = 0;
    for (size_t i = 0; i < model->classes; i++) {
        if (model->price[i] < 0)
            return;
        price += (double)prob[i] * (double)model->price[i] / 100;
    }
    strbuf_printf(out, ",\"expected_price\":%.2f", price);
}

/* The contributions explain the forest before calibration, so the effect of calibration is listed separately. */
static void write_contributions(const struct served_model *model, const float *row, double base_value, uint32_t best,
                                struct strbuf *out) {
    float *contribution = malloc(model->features * model->classes * sizeof *contribution);
    float base[FOREST_MAX_CLASSES];
    if (contribution == NULL || forest_explain(model->champion.forest, row, contribution, base, NULL) != FOREST_OK) {
        free(contribution);
        return;
    }
    double left = base_value - (double)base[best];
    strbuf_printf(out, ",\"why\":{\"base\":%.4f,\"inputs\":", (double)base[best]);
    for (size_t i = 0; i < model->features; i++) {
        const char *name = model->schema->feature[i].name;
        double added = (double)contribution[i * model->classes + best];
        strbuf_puts(out, i == 0 ? "{" : ",");
        strbuf_json_string(out, name, strlen(name));
        strbuf_printf(out, ":%.4f", added);
        left -= added;
    }
    strbuf_printf(out, "},\"calibration\":%.4f}", left);
    free(contribution);
}

void explanation_write(const struct served_model *model, const struct lead_input *input,
                       const struct prediction *prediction, struct strbuf *out) {
    float prob[FOREST_MAX_CLASSES];
    forest_predict(model->champion.forest, input->row, prob);
    strbuf_puts(out, ",\"probabilities\":");
    strbuf_append(out, prediction->probabilities_json, prediction->probabilities_json_size);
    write_price(model, prob, out);
    write_contributions(model, input->row, (double)prob[prediction->best], prediction->best, out);
    strbuf_puts(out, "}");
}
