/* detector.c - tests of all streams and windows, made one number. */
#include "services/drift/detector.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "services/drift/holm.h"

bool detector_init(struct detector *d, const struct panel *panel, const struct detector_rule *rule) {
    size_t cells = panel_cells(panel);
    *d = (struct detector){.panel = panel,
                           .rule = *rule,
                           .reference = calloc(cells, sizeof *d->reference),
                           .by_frequency = calloc(cells, sizeof *d->by_frequency)};
    bool done = d->reference != NULL && d->by_frequency != NULL;
    if (!done)
        detector_done(d);
    return done;
}

void detector_done(struct detector *d) {
    free(d->reference);
    free(d->by_frequency);
    free(d->deck);
    *d = (struct detector){0};
}

/* ---- the reference ---- */

struct frequency {
    uint32_t rows, category;
};

static int most_frequent_first(const void *left, const void *right) {
    const struct frequency *a = left, *b = right;
    if (a->rows != b->rows)
        return a->rows > b->rows ? -1 : 1;
    return a->category < b->category ? -1 : a->category > b->category;
}

bool detector_set_reference(struct detector *d, const uint32_t *reference, uint32_t rows) {
    size_t cells = panel_cells(d->panel);
    struct frequency *order = malloc(cells * sizeof *order);
    if (order == NULL)
        return false;
    memcpy(d->reference, reference, cells * sizeof *reference);
    d->rows = rows;
    for (size_t stream = 0; stream < d->panel->streams; stream++) {
        size_t first = d->panel->offset[stream], categories = panel_categories(d->panel, stream);
        for (size_t i = 0; i < categories; i++)
            order[i] = (struct frequency){reference[first + i], (uint32_t)i};
        qsort(order, categories, sizeof *order, most_frequent_first);
        for (size_t i = 0; i < categories; i++)
            d->by_frequency[first + i] = order[i].category;
    }
    free(order);
    return true;
}

/* ---- one stream ---- */

struct table {
    size_t cells;
    uint32_t reference[TWO_SAMPLES_MOST], window[TWO_SAMPLES_MOST];
};

/*
 * From the most frequent category on, each cell is filled until so many reference rows are in it; what is
 * left over joins the last.  least 0: a cell for each category, while there is room.
 */
static void fill(struct table *t, const struct detector *d, size_t stream, const uint32_t *window, double least) {
    size_t first = d->panel->offset[stream], categories = panel_categories(d->panel, stream);
    bool full = true;
    t->cells = 0;
    for (size_t i = 0; i < categories; i++) {
        size_t cell = first + d->by_frequency[first + i];
        if (full && t->cells < TWO_SAMPLES_MOST) {
            t->reference[t->cells] = t->window[t->cells] = 0;
            t->cells++;
        }
        t->reference[t->cells - 1] += d->reference[cell];
        t->window[t->cells - 1] += window[cell];
        full = t->reference[t->cells - 1] >= least;
    }
    if (!full && t->cells > 1) {
        t->cells--;
        t->reference[t->cells - 1] += t->reference[t->cells];
        t->window[t->cells - 1] += t->window[t->cells];
    }
}

static double effect_of(const struct table *t, double reference_rows, double window_rows) {
    double sum = 0;
    for (size_t i = 0; i < t->cells; i++)
        sum += fabs(t->reference[i] / reference_rows - t->window[i] / window_rows);
    return sum / 2;
}

static struct stream_finding test(struct detector *d, size_t stream, const uint32_t *window, uint32_t rows,
                                  uint64_t seed) {
    struct table t;
    double least = TWO_SAMPLES_EXPECTED * fmax(1, (double)d->rows / rows);
    fill(&t, d, stream, window, least);
    bool sparse = t.cells < 2; /* nearly all rows are of one category */
    if (sparse)
        fill(&t, d, stream, window, 0);
    struct two_samples tested = two_samples_test(t.window, t.reference, t.cells, seed, sparse ? d->deck : NULL);
    return (struct stream_finding){tested.p, tested.p, effect_of(&t, d->rows, rows), tested.method};
}

/* ---- all of them ---- */

static void look_at(struct detector *d, const uint32_t *window, uint32_t rows, uint64_t seed,
                    struct window_finding *out) {
    double p[PANEL_STREAMS];
    size_t streams = d->panel->streams;
    for (size_t i = 0; i < streams; i++) {
        out->found[i] = test(d, i, window, rows, seed + i);
        p[i] = out->found[i].p;
    }
    holm_adjust(p, streams);
    for (size_t i = 0; i < streams; i++) {
        out->found[i].adjusted = p[i];
        if (out->found[i].effect >= d->panel->floor[i] && p[i] < out->p) {
            out->p = p[i];
            out->stream = i;
        }
    }
}

static bool make_room(struct detector *d, size_t rows) {
    if (rows <= d->deck_room)
        return true;
    uint16_t *deck = realloc(d->deck, 2 * rows * sizeof *deck);
    if (deck == NULL)
        return false;
    d->deck = deck;
    d->deck_room = 2 * rows;
    return true;
}

bool detector_look(struct detector *d, const struct windows *windows, uint64_t seed, struct finding *out) {
    out->enough = false;
    out->p = 1;
    out->window = out->stream = 0;
    for (size_t i = 0; i < WINDOWS; i++) {
        struct window_finding *of = &out->of[i];
        of->rows = windows->rows[i];
        of->p = 1;
        of->stream = 0;
        of->enough = windows_whole(windows, i) && of->rows >= d->rule.least_rows && d->rows >= d->rule.least_rows;
        if (!of->enough)
            continue;
        if (!make_room(d, (size_t)of->rows + d->rows))
            return false;
        look_at(d, windows_cells(windows, i), of->rows, seed, of);
        out->enough = true;
        if (of->p < out->p) {
            out->p = of->p;
            out->window = i;
            out->stream = of->stream;
        }
    }
    return true;
}

double detector_recent(const struct finding *finding, size_t stream, unsigned long days) {
    for (size_t i = WINDOWS; i > 0; i--)
        if (finding->of[i - 1].enough && windows_days[i - 1] <= days)
            return finding->of[i - 1].found[stream].p;
    return 1;
}
