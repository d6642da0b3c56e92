/* details.c - what ?details=1 adds to a prediction. */
#include "services/api/details.h"

#include <stdlib.h>
#include <string.h>

static void write_price(const struct model *model, const float *prob, struct buffer *out) {
    double price = 0;
    for (size_t i = 0; i < model->classes; i++) {
        if (model->price[i] < 0)
            return;
        price += (double)prob[i] * (double)model->price[i] / 100;
    }
    buffer_format(out, ",\"expected_price\":%.2f", price);
}

/* The forest is explained as it was before calibration, so that what this changed is told beside it. */
static void write_why(const struct model *model, const float *row, double share, uint32_t best, struct buffer *out) {
    float *contribution = malloc(model->features * model->classes * sizeof *contribution);
    float base[FOREST_MAX_CLASSES];
    if (contribution == NULL || forest_explain(model->champion.forest, row, contribution, base, NULL) != FOREST_OK) {
        free(contribution);
        return;
    }
    double left = share - (double)base[best];
    buffer_format(out, ",\"why\":{\"base\":%.4f,\"inputs\":", (double)base[best]);
    for (size_t i = 0; i < model->features; i++) {
        const char *name = model->schema->feature[i].name;
        double added = (double)contribution[i * model->classes + best];
        buffer_string(out, i == 0 ? "{" : ",");
        buffer_quoted(out, name, strlen(name));
        buffer_format(out, ":%.4f", added);
        left -= added;
    }
    buffer_format(out, "},\"calibration\":%.4f}", left);
    free(contribution);
}

void details_write(const struct model *model, const struct inputs *inputs, const struct model_answer *answer,
                   struct buffer *out) {
    float prob[FOREST_MAX_CLASSES];
    forest_predict(model->champion.forest, inputs->row, prob);
    buffer_string(out, ",\"probabilities\":");
    buffer_bytes(out, answer->shares, answer->shares_size);
    write_price(model, prob, out);
    write_why(model, inputs->row, (double)prob[answer->best], answer->best, out);
    buffer_string(out, "}");
}
