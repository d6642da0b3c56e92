/* prediction_log.c - what was predicted for whom, one JSON line each. */
#include "services/api/prediction_log.h"

#include <string.h>

enum { KEPT = 64 }; /* bytes of a category that the model does not know */

/* Not in the middle of a character of UTF-8. */
static size_t cut(const char *text, size_t size) {
    size_t end = size <= KEPT ? size : KEPT;
    while (end < size && end > 0 && ((unsigned char)text[end] & 0xc0) == 0x80)
        end--;
    return end;
}

static void write_category(struct buffer *out, struct inputs_span given) {
    if (memchr(given.at, '@', given.size) == NULL)
        buffer_quoted(out, given.at, cut(given.at, given.size));
    else
        buffer_string(out, "null");
}

/* By hand, for what the model knows no spelling of. */
static void write_inputs(struct buffer *out, const struct model *model, const struct inputs *inputs) {
    buffer_string(out, "\"inputs\":");
    for (size_t i = 0; i < model->features; i++) {
        const struct forest_feature *feature = &model->schema->feature[i];
        buffer_string(out, i == 0 ? "{" : ",");
        buffer_quoted(out, feature->name, strlen(feature->name));
        buffer_string(out, ":");
        if (feature->kind == FOREST_NUMERIC)
            buffer_format(out, "%.9g", (double)inputs->row[i]);
        else if (inputs->row[i] >= 0)
            buffer_quoted(out, feature->level[(size_t)inputs->row[i]], strlen(feature->level[(size_t)inputs->row[i]]));
        else
            write_category(out, inputs->given[i]);
    }
    buffer_string(out, "},\"probabilities\":");
}

static void write_unseen(struct buffer *out, const struct model *model, uint64_t unseen) {
    buffer_string(out, ",\"unseen\":");
    const char *separator = "[";
    for (size_t i = 0; i < model->features; i++)
        if ((unseen >> i & 1) != 0) {
            buffer_string(out, separator);
            buffer_quoted(out, model->schema->feature[i].name, strlen(model->schema->feature[i].name));
            separator = ",";
        }
    buffer_string(out, "]");
}

void prediction_log_line(struct buffer *out, struct line_clock *clock, const struct model *model,
                         const struct inputs *inputs, const struct model_answer *answer, const char *request_id,
                         const char *source) {
    line_clock_begin(out, clock);
    buffer_string(out, ",\"request_id\":\"");
    buffer_string(out, request_id);
    buffer_string(out, "\",\"model_version\":");
    buffer_string(out, model->version);
    buffer_string(out, ",");
    if (inputs->unseen == 0) {
        buffer_bytes(out, answer->logged, answer->logged_size);
    } else {
        write_inputs(out, model, inputs);
        buffer_bytes(out, answer->shares, answer->shares_size);
        write_unseen(out, model, inputs->unseen);
    }
    if (inputs->lead_id.at != NULL) {
        buffer_string(out, ",\"lead_id\":");
        buffer_quoted(out, inputs->lead_id.at, inputs->lead_id.size);
    }
    if (inputs->source.at != NULL || source != NULL) {
        buffer_string(out, ",\"source\":");
        buffer_quoted(out, inputs->source.at != NULL ? inputs->source.at : source,
                      inputs->source.at != NULL ? inputs->source.size : strlen(source));
    }
    buffer_string(out, "}\n");
}
