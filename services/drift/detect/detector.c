/* detector.c - tests all streams and windows, and combines the results into one p-value. */
#include "services/drift/detect/detector.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "libetl/base/array.h"
#include "services/drift/stats/holm.h"

bool detector_init(struct detector *d, const struct feature_layout *layout, const struct detector_rule *rule) {
    size_t size = feature_layout_size(layout);
    *d = (struct detector){.layout = layout,
                           .rule = *rule,
                           .reference = calloc(size, sizeof *d->reference),
                           .by_frequency = calloc(size, sizeof *d->by_frequency)};
    bool done = d->reference != NULL && d->by_frequency != NULL;
    if (!done)
        detector_done(d);
    return done;
}

void detector_done(struct detector *d) {
    free(d->reference);
    free(d->by_frequency);
    free(d->permutation);
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
    size_t size = feature_layout_size(d->layout);
    struct frequency *order = malloc(size * sizeof *order);
    if (order == NULL)
        return false;
    memcpy(d->reference, reference, size * sizeof *reference);
    d->rows = rows;
    for (size_t feature = 0; feature < d->layout->features; feature++) {
        size_t first = d->layout->offset[feature], categories = feature_layout_categories(d->layout, feature);
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
    size_t size;
    uint32_t reference[TWO_SAMPLE_TEST_MAX_CATEGORIES], window[TWO_SAMPLE_TEST_MAX_CATEGORIES];
};

/*
 * From the most frequent category on, each cell is filled until so many reference rows are in it; what is
 * left over joins the last.  least 0: a cell for each category, while there is room.
 */
static void fill(struct table *t, const struct detector *d, size_t feature, const uint32_t *window,
                 double min_expected) {
    size_t first = d->layout->offset[feature], categories = feature_layout_categories(d->layout, feature);
    bool full = true;
    t->size = 0;
    for (size_t i = 0; i < categories; i++) {
        size_t index = first + d->by_frequency[first + i];
        if (full && t->size < TWO_SAMPLE_TEST_MAX_CATEGORIES) {
            t->reference[t->size] = t->window[t->size] = 0;
            t->size++;
        }
        t->reference[t->size - 1] += d->reference[index];
        t->window[t->size - 1] += window[index];
        full = t->reference[t->size - 1] >= min_expected;
    }
    if (!full && t->size > 1) {
        t->size--;
        t->reference[t->size - 1] += t->reference[t->size];
        t->window[t->size - 1] += t->window[t->size];
    }
}

static double effect_of(const struct table *t, double reference_rows, double window_rows) {
    double sum = 0;
    for (size_t i = 0; i < t->size; i++)
        sum += fabs(t->reference[i] / reference_rows - t->window[i] / window_rows);
    return sum / 2;
}

static struct feature_finding test_feature(struct detector *d, size_t feature, const uint32_t *window, uint32_t rows,
                                           uint64_t seed) {
    struct table t;
    double min_expected = TWO_SAMPLE_TEST_MIN_EXPECTED * fmax(1, (double)d->rows / rows);
    fill(&t, d, feature, window, min_expected);
    bool sparse = t.size < 2; /* nearly all rows are of one category */
    if (sparse)
        fill(&t, d, feature, window, 0);
    struct two_sample_test tested =
        two_sample_test(t.window, t.reference, t.size, seed, sparse ? d->permutation : NULL);
    return (struct feature_finding){tested.p, tested.p, effect_of(&t, d->rows, rows), tested.method};
}

/* ---- all of them ---- */

static void test_window(struct detector *d, const uint32_t *window, uint32_t rows, uint64_t seed,
                        struct window_finding *out) {
    double p[FEATURE_LAYOUT_MAX];
    size_t features = d->layout->features;
    for (size_t i = 0; i < features; i++) {
        out->found[i] = test_feature(d, i, window, rows, seed + i);
        p[i] = out->found[i].p;
    }
    holm_adjust(p, features);
    for (size_t i = 0; i < features; i++) {
        out->found[i].adjusted = p[i];
        if (out->found[i].effect >= d->layout->floor[i] && p[i] < out->p) {
            out->p = p[i];
            out->feature = i;
        }
    }
}

bool detector_test(struct detector *d, const struct windows *windows, uint64_t seed, struct finding *out) {
    out->enough = false;
    out->p = 1;
    out->window = out->feature = 0;
    for (size_t i = 0; i < WINDOWS; i++) {
        struct window_finding *of = &out->of[i];
        of->rows = windows->rows[i];
        of->p = 1;
        of->feature = 0;
        of->enough = windows_full(windows, i) && of->rows >= d->rule.min_rows && d->rows >= d->rule.min_rows;
        if (!of->enough)
            continue;
        if (!etl_array_reserve(&d->permutation, &d->permutation_capacity, (size_t)of->rows + d->rows,
                               sizeof *d->permutation))
            return false;
        test_window(d, windows_counts(windows, i), of->rows, seed, of);
        out->enough = true;
        if (of->p < out->p) {
            out->p = of->p;
            out->window = i;
            out->feature = of->feature;
        }
    }
    return true;
}

double detector_recent(const struct finding *finding, size_t feature, unsigned long days) {
    for (size_t i = WINDOWS; i > 0; i--)
        if (finding->of[i - 1].enough && windows_days[i - 1] <= days)
            return finding->of[i - 1].found[feature].p;
    return 1;
}
