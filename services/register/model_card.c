/* model_card.c - puts the page together. */
#include "services/register/model_card.h"

#include <math.h>
#include <stdlib.h>

#include "services/register/answers.h"
#include "services/register/charts.h"
#include "services/register/html.h"

static const double two_sided_95 = 1.959964;

/* The page on its way. */
struct page {
    FILE *out;
    const struct hearing *h;
    const json_t *card;
    struct portrait portrait;
    struct grid grid;
    float *ours, *theirs; /* [grid.rows][classes]; theirs where there is a champion */
};

static const char *text(const json_t *object, const char *key) {
    const char *value = json_string_value(json_object_get(object, key));
    return value != NULL ? value : "?";
}

static long long whole(const json_t *object, const char *key) {
    return json_integer_value(json_object_get(object, key));
}

static void tell_head(const struct page *p) {
    const json_t *data = json_object_get(p->card, "data");
    fprintf(p->out, "<h1>Model card</h1>\n<p class=\"faint\">%s", text(p->card, "program"));
    if (p->h->champion.version > 0)
        fprintf(p->out, ", judged against version %lld", p->h->champion.version);
    fprintf(p->out,
            "</p>\n<p>Which package a lead will buy, by what is known of the business. Trained on %lld purchases until "
            "%.10s; measured on the %llu purchases from then on, the first of %.10s, which it has not seen.</p>\n"
            "<p class=\"faint\">Data <code>%s</code></p>\n",
            whole(p->card, "trained_rows"), text(p->card, "trained_until"), (unsigned long long)p->portrait.right.rows,
            text(p->card, "holdout_from"), text(data, "sha256"));
    fputs("<p class=\"verdict\">", p->out);
    html_text(p->out, p->h->answer.reason);
    fputs("</p>\n", p->out);
}

/* What a reader in a hurry takes along. */
static void tell_tiles(const struct page *p) {
    const struct gate_numbers *n = &p->h->numbers;
    fprintf(p->out,
            "<div class=\"tiles\"><div><b>%.1f %%</b><small>of purchases foretold; the most frequent package is %.1f "
            "%%</small></div><div><b>%.4f</b><small>log-loss; counting by cell %.4f</small></div>",
            100 * p->portrait.right.mean, 100 * candidate_number(&p->h->candidate, "baselines", "majority", "accuracy"),
            p->portrait.log_loss.mean, n->cells_log_loss);
    if (n->has_champion)
        fprintf(p->out, "<div><b>%+.4f</b><small>gain in log-loss over version %lld</small></div>",
                n->measured.gain.mean, hearing_rival(p->h)->version);
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
static void tell_measure(const struct page *p, const char *name, const double with[3], double rival, const char *key) {
    const json_t *baselines = json_object_get(p->card, "baselines");
    fputs("<tr>", p->out);
    html_cell(p->out, name);
    html_figure(p->out, "%.4f", with[0]);
    if (isfinite(with[1]))
        html_figure(p->out, "%.4f to %.4f", with[1], with[2]);
    else
        html_figure(p->out, "-");
    if (p->h->numbers.has_champion)
        html_figure(p->out, "%.4f", rival);
    html_figure(p->out, "%.4f", json_number_value(json_object_get(json_object_get(baselines, "cells"), key)));
    html_figure(p->out, "%.4f", json_number_value(json_object_get(json_object_get(baselines, "majority"), key)));
    fputs("</tr>\n", p->out);
}

static void tell_mean(const struct page *p, const char *name, const struct paired *mean, double rival,
                      const char *key) {
    double half = two_sided_95 * paired_error(mean);
    tell_measure(p, name, (double[]){mean->mean, mean->mean - half, mean->mean + half}, rival, key);
}

static void tell_measures(const struct page *p) {
    const struct forest_metrics *rival = &p->h->numbers.measured.champion;
    double accuracy[3] = {p->portrait.right.mean};
    wilson(accuracy[0], (double)p->portrait.right.rows, &accuracy[1], &accuracy[2]);
    fputs("<h2>On the hold-out</h2>\n<div class=\"wide\"><table><tr><th></th><th class=\"n\">model</th><th "
          "class=\"n\">95 % interval</th>",
          p->out);
    if (p->h->numbers.has_champion)
        fprintf(p->out, "<th class=\"n\">version %lld</th>", hearing_rival(p->h)->version);
    fputs("<th class=\"n\">counting by cell</th><th class=\"n\">class shares</th></tr>\n", p->out);
    tell_measure(p, "accuracy", accuracy, rival->accuracy, "accuracy");
    tell_mean(p, "log-loss", &p->portrait.log_loss, rival->log_loss, "log_loss");
    tell_mean(p, "Brier score", &p->portrait.brier, rival->brier, "brier");
    tell_measure(p, "calibration error", (double[]){p->h->numbers.measured.challenger.ece, NAN, NAN}, rival->ece,
                 "ece");
    fputs("</table></div>\n", p->out);
}

/* ---- what is right and wrong ---- */

static void tell_confusion(const struct page *p) {
    const struct forest_schema *schema = &p->h->table.schema;
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

static void tell_calibration(const struct page *p) {
    fputs("<h2>How true its probabilities are, and what it takes for what</h2>\n<div class=\"pair\"><figure>\n",
          p->out);
    charts_reliability(p->out, &p->portrait);
    fputs("<figcaption>Dots on the diagonal are probabilities that hold; a dot's area is its share of rows, its bar "
          "two standard errors to each side.</figcaption></figure>\n<figure>\n",
          p->out);
    tell_confusion(p);
    fputs("<figcaption>Purchases of the hold-out; a row's colour is its share.</figcaption></figure></div>\n", p->out);
}

static void tell_grid(const struct page *p) {
    const struct forest_schema *schema = &p->h->table.schema;
    fputs("<h2>What it predicts</h2>\n", p->out);
    if (p->grid.rows == 0 || schema->features > 2) {
        fputs("<p>Its inputs are too many for a picture of all predictions.</p>\n", p->out);
        return;
    }
    fputs("<figure>\n", p->out);
    charts_grid(p->out, schema, &p->grid, p->ours, p->theirs);
    fputs("<figcaption>The most probable package of every input; the surer, the stronger its colour.", p->out);
    if (p->theirs != NULL)
        fputs(" Framed: another one than the champion's.", p->out);
    for (size_t c = 0; c < schema->classes; c++) {
        fprintf(p->out, "<span class=\"swatch c%d\"></span>", html_colour(c));
        html_text(p->out, schema->class_name[c]);
    }
    fputs("</figcaption></figure>\n", p->out);
}

static void tell_slices(const struct page *p) {
    const struct comparison *c = &p->h->numbers.measured;
    if (c->slices == 0)
        return;
    fputs("<h2>Slices</h2>\n<div class=\"wide\"><table><tr>", p->out);
    html_head_cell(p->out, p->h->table.schema.feature[p->h->slice_feature].name);
    fputs("<th class=\"n\">rows</th><th class=\"n\">accuracy</th><th class=\"n\">log-loss</th>", p->out);
    fputs(p->h->numbers.has_champion ? "<th class=\"n\">gain in log-loss</th></tr>\n" : "</tr>\n", p->out);
    for (size_t i = 0; i < c->slices; i++) {
        const struct comparison_slice *s = &c->slice[i];
        if (s->rows == 0)
            continue;
        fputs("<tr>", p->out);
        html_cell(p->out, s->name);
        html_figure(p->out, "%llu", (unsigned long long)s->rows);
        html_figure(p->out, "%.3f", s->accuracy);
        html_figure(p->out, "%.4f", s->log_loss);
        if (p->h->numbers.has_champion)
            html_figure(p->out, "%+.4f &plusmn; %.4f", s->gain.mean, two_sided_95 * paired_error(&s->gain));
        fputs("</tr>\n", p->out);
    }
    fputs("</table></div>\n", p->out);
}

static void tell_change(const struct page *p) {
    const struct gate_numbers *n = &p->h->numbers;
    if (!n->has_champion)
        return;
    fprintf(
        p->out,
        "<h2>What changed</h2>\n<p>Against version %lld: %+.4f in log-loss (gain is positive), standard error %.4f, "
        "on the same purchases. Version %lld, which was serving, named another package for %llu of %llu inputs and "
        "for %llu of %llu recent calls (%s).</p>\n",
        hearing_rival(p->h)->version, n->measured.gain.mean, paired_error(&n->measured.gain), p->h->champion.version,
        (unsigned long long)n->change.cells_changed, (unsigned long long)n->change.cells,
        (unsigned long long)n->change.calls_changed, (unsigned long long)n->change.calls, n->change.source);
}

static void tell_settings(const struct page *p) {
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

static void tell_all(const struct page *p) {
    html_begin(p->out, "Model card");
    tell_head(p);
    tell_tiles(p);
    tell_measures(p);
    tell_change(p);
    tell_grid(p);
    tell_calibration(p);
    tell_slices(p);
    fputs("<h2>What it looks at</h2>\n<figure>\n", p->out);
    charts_importances(p->out, json_object_get(json_object_get(p->card, "importances"), "permutation"));
    fputs("<figcaption>How much the out-of-bag log-loss rises when a feature's values are shuffled.</figcaption>"
          "</figure>\n",
          p->out);
    tell_settings(p);
    html_end(p->out);
}

/* Both models' answers to the whole grid. */
static bool ask_grid(struct page *p) {
    const struct forest_schema *schema = &p->h->table.schema;
    if (!grid_make(&p->grid, schema))
        return false;
    size_t answers = p->grid.rows * schema->classes + 1;
    p->ours = malloc(answers * sizeof *p->ours);
    if (p->ours == NULL || !answers_ask(p->h->candidate.forest, schema, p->grid.x, p->grid.rows, p->ours))
        return false;
    if (p->h->champion.version == 0)
        return true;
    p->theirs = malloc(answers * sizeof *p->theirs);
    return p->theirs != NULL && answers_ask(p->h->champion.forest, schema, p->grid.x, p->grid.rows, p->theirs);
}

char *model_card_write(const struct hearing *h, size_t *size) {
    char *bytes = NULL;
    struct page page = {.h = h, .card = h->candidate.card};
    bool done = portrait_take(&page.portrait, &h->table, h->candidate.forest) && ask_grid(&page);
    page.out = done ? open_memstream(&bytes, size) : NULL;
    if (page.out != NULL) {
        tell_all(&page);
        done = fclose(page.out) == 0;
    }
    free(page.ours);
    free(page.theirs);
    grid_done(&page.grid);
    if (done)
        return bytes;
    free(bytes);
    return NULL;
}
