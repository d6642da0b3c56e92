/* model_card.c - puts the page together. */
#include "services/register/card/model_card.h"

#include <math.h>
#include <stdlib.h>

#include "services/common/util/html.h"
#include "services/register/card/charts.h"
#include "services/register/gate/aligned_predict.h"

static const double two_sided_95 = 1.959964;

/* The page on its way. */
struct page {
    FILE *out;
    const struct evaluation *evaluation;
    const json_t *card;
    struct reliability reliability;
    struct input_grid grid;
    float *challenger_prob, *champion_prob; /* [grid.rows][classes]; theirs where there is a champion */
};

static const char *text(const json_t *object, const char *key) {
    const char *value = json_string_value(json_object_get(object, key));
    return value != NULL ? value : "?";
}

static long long integer(const json_t *object, const char *key) {
    return json_integer_value(json_object_get(object, key));
}

static void write_head(const struct page *p) {
    const json_t *data = json_object_get(p->card, "data");
    fprintf(p->out, "<h1>Model card</h1>\n<p class=\"faint\">%s", text(p->card, "program"));
    if (p->evaluation->champion.version > 0)
        fprintf(p->out, ", compared with version %lld", p->evaluation->champion.version);
    fprintf(p->out,
            "</p>\n<p>Which package a lead will buy, by what is known of the business. Trained on %lld purchases until "
            "%.10s; measured on the %llu purchases from then on, the first of %.10s, which it has not seen.</p>\n"
            "<p class=\"faint\">Data <code>%s</code></p>\n",
            integer(p->card, "trained_rows"), text(p->card, "trained_until"),
            (unsigned long long)p->reliability.correct.rows, text(p->card, "holdout_from"), text(data, "sha256"));
    fputs("<p class=\"verdict\">", p->out);
    html_text(p->out, p->evaluation->decision.reason);
    fputs("</p>\n", p->out);
}

/* What a reader in a hurry takes along. */
static void write_tiles(const struct page *p) {
    const struct gate_numbers *n = &p->evaluation->numbers;
    fprintf(p->out,
            "<div class=\"tiles\"><div><b>%.1f %%</b><small>of purchases foretold; the most frequent package is %.1f "
            "%%</small></div><div><b>%.4f</b><small>log-loss; counting by cell %.4f</small></div>",
            100 * p->reliability.correct.mean,
            100 * candidate_number(&p->evaluation->candidate, "baselines", "majority", "accuracy"),
            p->reliability.log_loss.mean, n->frequency_log_loss);
    if (n->has_champion)
        fprintf(p->out, "<div><b>%+.4f</b><small>gain in log-loss over version %lld</small></div>",
                n->measured.gain.mean, evaluation_baseline(p->evaluation)->version);
    fputs("</div>\n", p->out);
}

/* ---- measures ---- */

/* Wilson's interval of a share. */
static void wilson(double share, double rows, double *low, double *high) {
    double z = two_sided_95, scale = 1 + z * z / rows;
    double middle = (share + z * z / (2 * rows)) / scale;
    double half = z * sqrt(share * (1 - share) / rows + z * z / (4 * rows * rows)) / scale;
    *low = middle - half;
    *high = middle + half;
}

/* A measure of the model with its interval, of the one it is compared with, and of the baselines (NULL: none). */
static void write_measure_row(const struct page *p, const char *name, const double with[3], double baseline,
                              const char *key) {
    const json_t *baselines = json_object_get(p->card, "baselines");
    fputs("<tr>", p->out);
    html_cell(p->out, name);
    html_figure(p->out, "%.4f", with[0]);
    if (isfinite(with[1]))
        html_figure(p->out, "%.4f to %.4f", with[1], with[2]);
    else
        html_figure(p->out, "-");
    if (p->evaluation->numbers.has_champion)
        html_figure(p->out, "%.4f", baseline);
    html_figure(p->out, "%.4f", json_number_value(json_object_get(json_object_get(baselines, "cells"), key)));
    html_figure(p->out, "%.4f", json_number_value(json_object_get(json_object_get(baselines, "majority"), key)));
    fputs("</tr>\n", p->out);
}

static void write_mean_row(const struct page *p, const char *name, const struct paired_diff *mean, double baseline,
                           const char *key) {
    double half = two_sided_95 * paired_diff_standard_error(mean);
    write_measure_row(p, name, (double[]){mean->mean, mean->mean - half, mean->mean + half}, baseline, key);
}

static void write_measures(const struct page *p) {
    const struct forest_metrics *baseline = &p->evaluation->numbers.measured.champion;
    double accuracy[3] = {p->reliability.correct.mean};
    wilson(accuracy[0], (double)p->reliability.correct.rows, &accuracy[1], &accuracy[2]);
    fputs("<h2>On the hold-out</h2>\n<div class=\"wide\"><table><tr><th></th><th class=\"n\">model</th><th "
          "class=\"n\">95 % interval</th>",
          p->out);
    if (p->evaluation->numbers.has_champion)
        fprintf(p->out, "<th class=\"n\">version %lld</th>", evaluation_baseline(p->evaluation)->version);
    fputs("<th class=\"n\">counting by cell</th><th class=\"n\">class shares</th></tr>\n", p->out);
    write_measure_row(p, "accuracy", accuracy, baseline->accuracy, "accuracy");
    write_mean_row(p, "log-loss", &p->reliability.log_loss, baseline->log_loss, "log_loss");
    write_mean_row(p, "Brier score", &p->reliability.brier, baseline->brier, "brier");
    write_measure_row(p, "calibration error", (double[]){p->evaluation->numbers.measured.challenger.ece, NAN, NAN},
                      baseline->ece, "ece");
    fputs("</table></div>\n", p->out);
}

/* ---- what is right and wrong ---- */

static void write_confusion(const struct page *p) {
    const struct forest_schema *schema = &p->evaluation->table.schema;
    const json_t *rows = json_object_get(json_object_get(json_object_get(p->card, "metrics"), "holdout"), "confusion");
    fputs("<table><tr><th>bought \\ predicted</th>", p->out);
    for (size_t c = 0; c < schema->classes; c++)
        html_figure_head(p->out, schema->class_name[c]);
    fputs("</tr>\n", p->out);
    for (size_t actual = 0; actual < schema->classes; actual++) {
        const json_t *row = json_array_get(rows, actual);
        double all = 0;
        for (size_t c = 0; c < schema->classes; c++)
            all += (double)json_integer_value(json_array_get(row, c));
        fputs("<tr>", p->out);
        html_head_cell(p->out, schema->class_name[actual]);
        for (size_t c = 0; c < schema->classes; c++) {
            long long count = json_integer_value(json_array_get(row, c));
            fprintf(p->out, "<td class=\"n heat c%d\" style=\"--s:%.0f%%\">%lld</td>", html_colour(c),
                    all > 0 ? 70 * (double)count / all : 0, count);
        }
        fputs("</tr>\n", p->out);
    }
    fputs("</table>\n", p->out);
}

static void write_calibration(const struct page *p) {
    fputs("<h2>How true its probabilities are, and what it takes for what</h2>\n<div class=\"pair\"><figure>\n",
          p->out);
    charts_reliability(p->out, &p->reliability);
    fputs(
        "<figcaption>Dots on the diagonal are probabilities that came true; a dot's area is its share of rows, its bar "
        "two standard errors to each side.</figcaption></figure>\n<figure>\n",
        p->out);
    write_confusion(p);
    fputs("<figcaption>Purchases of the hold-out; a row's colour is its share.</figcaption></figure></div>\n", p->out);
}

static void write_grid(const struct page *p) {
    const struct forest_schema *schema = &p->evaluation->table.schema;
    fputs("<h2>What it predicts</h2>\n", p->out);
    if (p->grid.rows == 0 || schema->features > 2) {
        fputs("<p>Its inputs are too many for a picture of all predictions.</p>\n", p->out);
        return;
    }
    fputs("<figure>\n", p->out);
    charts_grid(p->out, schema, &p->grid, p->challenger_prob, p->champion_prob);
    fputs("<figcaption>The most probable package of every input; the surer, the stronger its colour.", p->out);
    if (p->champion_prob != NULL)
        fputs(" Framed: another one than the champion's.", p->out);
    for (size_t c = 0; c < schema->classes; c++) {
        fprintf(p->out, "<span class=\"swatch c%d\"></span>", html_colour(c));
        html_text(p->out, schema->class_name[c]);
    }
    fputs("</figcaption></figure>\n", p->out);
}

static void write_slices(const struct page *p) {
    const struct comparison *c = &p->evaluation->numbers.measured;
    if (c->slices == 0)
        return;
    fputs("<h2>Slices</h2>\n<div class=\"wide\"><table><tr>", p->out);
    html_head_cell(p->out, p->evaluation->table.schema.feature[p->evaluation->slice_feature].name);
    fputs("<th class=\"n\">rows</th><th class=\"n\">accuracy</th><th class=\"n\">log-loss</th>", p->out);
    fputs(p->evaluation->numbers.has_champion ? "<th class=\"n\">gain in log-loss</th></tr>\n" : "</tr>\n", p->out);
    for (size_t i = 0; i < c->slices; i++) {
        const struct comparison_slice *s = &c->slice[i];
        if (s->rows == 0)
            continue;
        fputs("<tr>", p->out);
        html_cell(p->out, s->name);
        html_figure(p->out, "%llu", (unsigned long long)s->rows);
        html_figure(p->out, "%.3f", s->accuracy);
        html_figure(p->out, "%.4f", s->log_loss);
        if (p->evaluation->numbers.has_champion)
            html_figure(p->out, "%+.4f &plusmn; %.4f", s->gain.mean,
                        two_sided_95 * paired_diff_standard_error(&s->gain));
        fputs("</tr>\n", p->out);
    }
    fputs("</table></div>\n", p->out);
}

static void write_disagreement(const struct page *p) {
    const struct gate_numbers *n = &p->evaluation->numbers;
    if (!n->has_champion)
        return;
    fprintf(
        p->out,
        "<h2>What changed</h2>\n<p>Against version %lld: %+.4f in log-loss (gain is positive), standard error %.4f, "
        "on the same purchases. Version %lld, which was serving, named another package for %llu of %llu inputs and "
        "for %llu of %llu recent calls (%s).</p>\n",
        evaluation_baseline(p->evaluation)->version, n->measured.gain.mean,
        paired_diff_standard_error(&n->measured.gain), p->evaluation->champion.version,
        (unsigned long long)n->disagreement.cells_changed, (unsigned long long)n->disagreement.cells,
        (unsigned long long)n->disagreement.requests_changed, (unsigned long long)n->disagreement.requests,
        n->disagreement.source);
}

static void write_settings(const struct page *p) {
    const json_t *days = json_object_get(json_object_get(p->card, "window"), "days");
    const char *name;
    json_t *value;
    fputs("<h2>How it was made</h2>\n<table>", p->out);
    json_object_foreach(json_object_get(p->card, "params"), name, value) {
        fputs("<tr>", p->out);
        html_cell(p->out, name);
        if (json_is_boolean(value))
            html_figure(p->out, "%s", json_is_true(value) ? "yes" : "no");
        else
            html_figure(p->out, "%.10g", json_number_value(value));
        fputs("</tr>\n", p->out);
    }
    fputs("<tr><td>window</td>", p->out);
    if (json_is_integer(days))
        html_figure(p->out, "%lld days", (long long)json_integer_value(days));
    else
        html_figure(p->out, "all days");
    fputs("</tr></table>\n", p->out);
}

static void write_sections(const struct page *p) {
    html_begin(p->out, "Model card");
    write_head(p);
    write_tiles(p);
    write_measures(p);
    write_disagreement(p);
    write_grid(p);
    write_calibration(p);
    write_slices(p);
    fputs("<h2>What it looks at</h2>\n<figure>\n", p->out);
    charts_importances(p->out, json_object_get(json_object_get(p->card, "importances"), "permutation"));
    fputs("<figcaption>How much the out-of-bag log-loss rises when a feature's values are shuffled.</figcaption>"
          "</figure>\n",
          p->out);
    write_settings(p);
    html_end(p->out);
}

/* Both models' answers to the complete grid. */
static bool predict_grid(struct page *p) {
    const struct forest_schema *schema = &p->evaluation->table.schema;
    if (!input_grid_make(&p->grid, schema))
        return false;
    size_t answers = p->grid.rows * schema->classes + 1;
    p->challenger_prob = malloc(answers * sizeof *p->challenger_prob);
    if (p->challenger_prob == NULL ||
        !aligned_predict(p->evaluation->candidate.forest, schema, p->grid.x, p->grid.rows, p->challenger_prob))
        return false;
    if (p->evaluation->champion.version == 0)
        return true;
    p->champion_prob = malloc(answers * sizeof *p->champion_prob);
    return p->champion_prob != NULL &&
           aligned_predict(p->evaluation->champion.forest, schema, p->grid.x, p->grid.rows, p->champion_prob);
}

char *model_card_write(const struct evaluation *evaluation, size_t *size) {
    char *bytes = NULL;
    struct page page = {.evaluation = evaluation, .card = evaluation->candidate.card};
    bool done =
        reliability_measure(&page.reliability, &evaluation->table, evaluation->candidate.forest) && predict_grid(&page);
    page.out = done ? open_memstream(&bytes, size) : NULL;
    if (page.out != NULL) {
        write_sections(&page);
        done = fclose(page.out) == 0;
    }
    free(page.challenger_prob);
    free(page.champion_prob);
    input_grid_done(&page.grid);
    if (done)
        return bytes;
    free(bytes);
    return NULL;
}
