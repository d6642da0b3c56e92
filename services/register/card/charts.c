/* charts.c - draws a reliability diagram, bars and a heat map. */
#include "services/register/card/charts.h"

#include <assert.h>
#include <math.h>

#include "services/common/util/html.h"
#include "services/register/gate/aligned_predict.h"

/* ---- reliability ---- */

enum { SIDE = 300, LEFT = 44, TOP = 8 };

static void draw_axes(FILE *out) {
    fprintf(out, "<rect class=\"panel\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"/>", LEFT, TOP, SIDE, SIDE);
    for (int tenth = 0; tenth <= 10; tenth += 2) {
        int offset = SIDE * tenth / 10;
        fprintf(out, "<text class=\"soft\" x=\"%d\" y=\"%d\" text-anchor=\"middle\">%.1f</text>", LEFT + offset,
                TOP + SIDE + 16, tenth / 10.0);
        fprintf(out, "<text class=\"soft\" x=\"%d\" y=\"%d\" text-anchor=\"end\">%.1f</text>", LEFT - 6,
                TOP + SIDE - offset + 4, tenth / 10.0);
    }
    fprintf(out, "<path class=\"axis\" d=\"M%d %dL%d %d\"/>", LEFT, TOP + SIDE, LEFT + SIDE, TOP);
    fprintf(out, "<text class=\"soft\" x=\"%d\" y=\"%d\" text-anchor=\"middle\">probability given</text>",
            LEFT + SIDE / 2, TOP + SIDE + 34);
    fprintf(out,
            "<text class=\"soft\" transform=\"translate(11 %d) rotate(-90)\" text-anchor=\"middle\">share that was "
            "right</text>",
            TOP + SIDE / 2);
}

static double across(double share) {
    return (double)LEFT + (double)SIDE * share;
}

static double length(double share) {
    return (double)TOP + (double)SIDE * (1 - share);
}

/* A dot for the rows of a bin with a bar of two standard errors to each side. */
static void draw_bin(FILE *out, const struct reliability_bin *bin, uint64_t all) {
    double rows = (double)bin->rows, correct = (double)bin->correct / rows;
    double spread = 2 * sqrt(correct * (1 - correct) / rows);
    double x = across(bin->confidence), y = length(correct);
    double low = length(fmax(correct - spread, 0)), high = length(fmin(correct + spread, 1));
    fprintf(out, "<path class=\"c0\" stroke=\"var(--c)\" d=\"M%.1f %.1fL%.1f %.1f\"/>", x, low, x, high);
    fprintf(out,
            "<circle class=\"fill c0\" cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\"><title>%.2f given, %.2f right, %llu rows"
            "</title></circle>",
            x, y, 3 + 9 * sqrt(rows / (double)all), bin->confidence, correct, (unsigned long long)bin->rows);
}

void charts_reliability(FILE *out, const struct reliability *p) {
    fprintf(out,
            "<svg role=\"img\" aria-label=\"Reliability diagram\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\">",
            LEFT + SIDE + 16, TOP + SIDE + 42, LEFT + SIDE + 16, TOP + SIDE + 42);
    draw_axes(out);
    for (size_t b = 0; b < RELIABILITY_BINS; b++)
        if (p->bin[b].rows > 0)
            draw_bin(out, &p->bin[b], p->correct.rows);
    fputs("</svg>\n", out);
}

/* ---- importances ---- */

enum { NAME = 160, BAR = 240, STEP = 26 };

void charts_importances(FILE *out, const json_t *importances) {
    const char *name;
    json_t *value;
    double max = 1e-12;
    int row = 0;
    json_object_foreach((json_t *)importances, name, value) {
        max = fmax(max, json_number_value(value));
    }
    fprintf(out, "<svg role=\"img\" aria-label=\"Importances\" width=\"%d\" height=\"%zu\">", NAME + BAR + 70,
            STEP * json_object_size(importances) + 4);
    json_object_foreach((json_t *)importances, name, value) {
        double number = json_number_value(value), width = (double)BAR * fmax(number, 0) / max;
        fprintf(out, "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">", NAME - 8, STEP * row + 18);
        html_text(out, name);
        fprintf(out,
                "</text><rect class=\"fill c0\" x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"16\" rx=\"2\"/>"
                "<text class=\"soft\" x=\"%.1f\" y=\"%d\">%.4f</text>",
                NAME, STEP * row + 5, width, (double)NAME + width + 6, STEP * row + 18, number);
        row++;
    }
    fputs("</svg>\n", out);
}

/* ---- the grid ---- */

enum { LABEL = 120, WIDE = 104, HIGH = 34, HEAD = 24 };

static void draw_cell(FILE *out, const struct forest_schema *schema, const float *challenger, const float *champion,
                      size_t x, size_t y) {
    size_t best = aligned_predict_best_class(challenger, schema->classes);
    double least = 1.0 / (double)schema->classes, shade = 0.12 + 0.6 * ((double)challenger[best] - least) / (1 - least);
    size_t left = LABEL + x * WIDE, top = HEAD + y * HIGH;
    fprintf(out, "<rect class=\"fill c%d\" fill-opacity=\"%.2f\" x=\"%zu\" y=\"%zu\" width=\"%d\" height=\"%d\"/>",
            html_colour(best), shade, left, top, WIDE - 2, HIGH - 2);
    if (champion != NULL && aligned_predict_best_class(champion, schema->classes) != best)
        fprintf(out, "<rect class=\"mark\" x=\"%zu\" y=\"%zu\" width=\"%d\" height=\"%d\"/>", left + 1, top + 1,
                WIDE - 4, HIGH - 4);
    fprintf(out, "<text x=\"%zu\" y=\"%zu\" text-anchor=\"middle\">", left + WIDE / 2 - 1, top + HIGH / 2 + 3);
    html_text(out, schema->class_name[best]);
    fprintf(out, " %.0f %%</text>", 100 * (double)challenger[best]);
}

static void draw_label(FILE *out, size_t x, size_t y, const char *text_anchor, const char *text) {
    fprintf(out, "<text class=\"soft\" x=\"%zu\" y=\"%zu\" text-anchor=\"%s\">", x, y, text_anchor);
    html_text(out, text);
    fputs("</text>", out);
}

void charts_grid(FILE *out, const struct forest_schema *schema, const struct input_grid *grid, const float *challenger,
                 const float *champion) {
    const struct forest_feature *length = &schema->feature[0];
    const struct forest_feature *across = schema->features > 1 ? &schema->feature[1] : NULL;
    size_t columns = across != NULL ? across->levels : 1, classes = schema->classes;
    assert(length != NULL && columns > 0);
    fprintf(out, "<svg role=\"img\" aria-label=\"Prediction of every input\" width=\"%zu\" height=\"%zu\">",
            LABEL + columns * WIDE, HEAD + length->levels * HIGH);
    for (size_t x = 0; across != NULL && x < columns; x++)
        draw_label(out, LABEL + x * WIDE + WIDE / 2, HEAD - 8, "middle", across->level[x]);
    for (size_t i = 0; i < grid->rows; i++) {
        if (i % columns == 0)
            draw_label(out, LABEL - 8, HEAD + i / columns * HIGH + HIGH / 2 + 3, "end", length->level[i / columns]);
        draw_cell(out, schema, challenger + i * classes, champion != NULL ? champion + i * classes : NULL, i % columns,
                  i / columns);
    }
    fputs("</svg>\n", out);
}
