/* prediction_log.c - the prediction log: one line of JSON per prediction. */
#include "services/api/predict/prediction_log.h"

#include <string.h>

enum { MAX_CATEGORY = 64 }; /* bytes of an unseen category that are kept */

/* Do not cut a UTF-8 character. */
static size_t truncated_size(const char *text, size_t size) {
    size_t end = size <= MAX_CATEGORY ? size : MAX_CATEGORY;
    while (end < size && end > 0 && ((unsigned char)text[end] & 0xc0) == 0x80)
        end--;
    return end;
}

static void write_category(struct strbuf *out, struct text_span sent) {
    if (memchr(sent.at, '@', sent.size) == NULL)
        strbuf_json_string(out, sent.at, truncated_size(sent.at, sent.size));
    else
        strbuf_puts(out, "null");
}

/* Written here, because the model has no precomputed text for unseen categories. */
static void write_inputs(struct strbuf *out, const struct served_model *model, const struct lead_input *input) {
    strbuf_puts(out, "\"inputs\":");
    for (size_t i = 0; i < model->features; i++) {
        const struct forest_feature *feature = &model->schema->feature[i];
        strbuf_puts(out, i == 0 ? "{" : ",");
        strbuf_json_string(out, feature->name, strlen(feature->name));
        strbuf_puts(out, ":");
        if (feature->levels > 0 && !served_model_knows(model, i, input->row[i]))
            write_category(out, input->sent[i]);
        else
            served_model_write_value(feature, input->row[i], out);
    }
    strbuf_puts(out, "},\"probabilities\":");
}

static void write_unseen(struct strbuf *out, const struct served_model *model, uint64_t unseen) {
    strbuf_puts(out, ",\"unseen\":");
    const char *separator = "[";
    for (size_t i = 0; i < model->features; i++)
        if ((unseen >> i & 1) != 0) {
            strbuf_puts(out, separator);
            strbuf_json_string(out, model->schema->feature[i].name, strlen(model->schema->feature[i].name));
            separator = ",";
        }
    strbuf_puts(out, "]");
}

void prediction_log_line(struct strbuf *out, struct line_clock *clock, const struct served_model *model,
                         const struct lead_input *input, const struct prediction *prediction, const char *request_id,
                         const char *source) {
    line_clock_begin(out, clock);
    strbuf_puts(out, ",\"request_id\":\"");
    strbuf_puts(out, request_id);
    strbuf_puts(out, "\",\"model_version\":");
    strbuf_puts(out, model->version);
    strbuf_puts(out, ",");
    if (input->unseen == 0) {
        strbuf_append(out, prediction->log_json, prediction->log_json_size);
    } else {
        write_inputs(out, model, input);
        strbuf_append(out, prediction->probabilities_json, prediction->probabilities_json_size);
        write_unseen(out, model, input->unseen);
    }
    if (input->lead_id.at != NULL) {
        strbuf_puts(out, ",\"lead_id\":");
        strbuf_json_string(out, input->lead_id.at, input->lead_id.size);
    }
    if (input->source.at != NULL || source != NULL) {
        strbuf_puts(out, ",\"source\":");
        strbuf_json_string(out, input->source.at != NULL ? input->source.at : source,
                           input->source.at != NULL ? input->source.size : strlen(source));
    }
    strbuf_puts(out, "}\n");
}
