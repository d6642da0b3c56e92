/* decision_report.c - writes a decision as Markdown: the verdict, the reason, then every number behind it. */
#include "services/register/card/decision_report.h"

#include <stdio.h>
#include <stdlib.h>

static const json_t *at(const json_t *object, const char *a, const char *b) {
    const json_t *inner = json_object_get(object, a);
    return b != NULL ? json_object_get(inner, b) : inner;
}

static const char *text(const json_t *object, const char *key) {
    const char *value = json_string_value(json_object_get(object, key));
    return value != NULL ? value : "?";
}

/* Four digits, or a dash where there is no number. */
struct figure {
    char text[32];
};

static struct figure figure(const json_t *value) {
    struct figure out = {"-"};
    if (json_is_number(value))
        snprintf(out.text, sizeof out.text, "%.4f", json_number_value(value));
    return out;
}

static long long integer(const json_t *object, const char *key) {
    return json_integer_value(json_object_get(object, key));
}

static void write_head(FILE *out, const json_t *d) {
    fprintf(out, "# %s: %s\n\n%s, candidate %s%s.\n\n", text(d, "status"), text(d, "reason"), text(d, "time"),
            text(d, "candidate"), json_is_true(json_object_get(d, "alarm")) ? ", asked for by an alarm" : "");
    fprintf(out, "Forest %.16s..., hold-out of %lld rows %.16s....\n\n", text(d, "forest_sha256"),
            integer(at(d, "holdout", NULL), "rows"), text(at(d, "holdout", NULL), "sha256"));
}

static void write_metrics(FILE *out, const json_t *numbers, long long against) {
    static const char *const rows[][2] = {
        {"log_loss", "log-loss"}, {"accuracy", "accuracy"}, {"brier", "Brier score"}, {"ece", "calibration error"}};
    const json_t *champion = at(numbers, "champion", NULL);
    if (champion != NULL)
        fprintf(out, "| on the hold-out | challenger | version %lld |\n|---|---|---|\n", against);
    else
        fprintf(out, "| on the hold-out | challenger |\n|---|---|\n");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        fprintf(out, "| %s | %s |", rows[i][1], figure(at(numbers, "challenger", rows[i][0])).text);
        if (champion != NULL)
            fprintf(out, " %s |", figure(json_object_get(champion, rows[i][0])).text);
        fputc('\n', out);
    }
    fprintf(out, "\nFloors in log-loss: class shares %s, counting by cell %s.\n",
            figure(at(numbers, "baselines", "majority")).text, figure(at(numbers, "baselines", "cells")).text);
}

static void write_gain(FILE *out, const json_t *numbers) {
    const json_t *gain = at(numbers, "gain", NULL), *interval = json_object_get(gain, "interval");
    double confidence = json_number_value(at(numbers, "settings", "confidence"));
    if (gain == NULL)
        return;
    fprintf(out, "\nGain in log-loss %s, standard error %s", figure(json_object_get(gain, "mean")).text,
            figure(json_object_get(gain, "error")).text);
    if (json_is_number(json_array_get(interval, 0)))
        fprintf(out, "; %.0f %% interval %s to %s", 100 * (2 * confidence - 1),
                figure(json_array_get(interval, 0)).text, figure(json_array_get(interval, 1)).text);
    fputs(".\n", out);
}

static void write_disagreement(FILE *out, const json_t *numbers) {
    const json_t *change = at(numbers, "change", NULL);
    if (change == NULL)
        return;
    fprintf(out,
            "\nAnother package than the champion's for %lld of %lld cells of the input grid, and for %lld of %lld "
            "calls (%s).\n",
            integer(change, "cells_changed"), integer(change, "cells"), integer(change, "calls_changed"),
            integer(change, "calls"), text(change, "traffic"));
}

static void write_slices(FILE *out, const json_t *numbers) {
    const json_t *slices = at(numbers, "slices", NULL), *levels = json_object_get(slices, "levels"), *slice;
    if (json_array_size(levels) == 0)
        return;
    fprintf(out, "\n| %s | rows | log-loss | gain | standard error |\n|---|---|---|---|---|\n",
            text(slices, "feature"));
    for (size_t i = 0; (slice = json_array_get(levels, i)) != NULL; i++)
        fprintf(out, "| %s | %lld | %s | %s | %s |\n", text(slice, "name"), integer(slice, "rows"),
                figure(json_object_get(slice, "log_loss")).text, figure(json_object_get(slice, "gain")).text,
                figure(json_object_get(slice, "error")).text);
}

static void write_settings(FILE *out, const json_t *numbers) {
    const char *name;
    json_t *value;
    fputs("\nSettings:", out);
    json_object_foreach((json_t *)at(numbers, "settings", NULL), name, value) {
        if (json_is_boolean(value))
            fprintf(out, " %s %s;", name, json_is_true(value) ? "yes" : "no");
        else
            fprintf(out, " %s %g;", name, json_number_value(value));
    }
    fputc('\n', out);
}

char *decision_report_write(const json_t *decision, size_t *size) {
    char *bytes = NULL;
    FILE *out = open_memstream(&bytes, size);
    const json_t *numbers = at(decision, "numbers", NULL);
    if (out == NULL)
        return NULL;
    write_head(out, decision);
    write_metrics(out, numbers, integer(decision, "compared_with"));
    write_gain(out, numbers);
    write_disagreement(out, numbers);
    write_slices(out, numbers);
    write_settings(out, numbers);
    if (fclose(out) == 0)
        return bytes;
    free(bytes);
    return NULL;
}
