/* metric.c - writes one metric in the text format of Prometheus. */
#include "services/api/ops/metric.h"

#include <assert.h>

void metric_write_header(const struct metric *metric, struct strbuf *out) {
    strbuf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", metric->name, metric->help, metric->name, metric->type);
}

/* A label's value, with backslash, quote and newline escaped. */
static void write_label(struct strbuf *out, const char *name, const char *value) {
    strbuf_printf(out, "%s=\"", name);
    for (; *value != '\0'; value++)
        if (*value == '\n')
            strbuf_puts(out, "\\n");
        else if (*value == '"' || *value == '\\')
            strbuf_printf(out, "\\%c", *value);
        else
            strbuf_append(out, value, 1);
    strbuf_puts(out, "\"");
}

void metric_write_sample(const struct metric *metric, const char *suffix, const char *const *values, double number,
                         struct strbuf *out) {
    strbuf_printf(out, "%s%s", metric->name, suffix);
    for (size_t i = 0; values[i] != NULL; i++) {
        assert(i < METRIC_LABELS && metric->label[i] != NULL);
        strbuf_puts(out, i == 0 ? "{" : ",");
        write_label(out, metric->label[i], values[i]);
    }
    strbuf_printf(out, "%s %.15g\n", values[0] != NULL ? "}" : "", number);
}
