/* concept_drift.c - purchases by cell, before and after. */
#include "services/drift/detect/concept_drift.h"

#include <stdlib.h>

struct tables {
    size_t cells, packages;
    uint32_t *before, *after; /* [cells][packages] */
    uint8_t *permutation;
};

static bool count(struct tables *t, const struct purchase_log *purchases, const struct monitored_features *s,
                  const struct concept_drift_periods *periods) {
    t->cells = feature_layout_categories(&s->layout, s->joint);
    t->packages = s->cell_set->config->package_count;
    t->before = calloc(t->cells * t->packages + 1, sizeof *t->before);
    t->after = calloc(t->cells * t->packages + 1, sizeof *t->after);
    t->permutation = malloc(purchases->count + 1);
    if (t->before == NULL || t->after == NULL || t->permutation == NULL)
        return false;
    for (size_t i = 0; i < purchases->count; i++) {
        const struct purchase *p = &purchases->purchase[i];
        size_t cell = s->layout.category[p->cell * s->layout.features + s->joint] * t->packages + p->package;
        if (p->at > periods->before_until && p->at < periods->after_until)
            t->after[cell]++;
        else if (p->at >= periods->before_from && p->at <= periods->before_until)
            t->before[cell]++;
    }
    return true;
}

static double sum(const uint32_t *counts, size_t n) {
    double all = 0;
    for (size_t i = 0; i < n; i++)
        all += counts[i];
    return all;
}

/* Shares of packages in a cell before, with one row of all cells' shares, for cells that were not there. */
static void split_change(struct concept_drift *out, const struct tables *t) {
    double before = sum(t->before, t->cells * t->packages), after = sum(t->after, t->cells * t->packages);
    if (before <= 0 || after <= 0)
        return;
    for (size_t package = 0; package < t->packages; package++) {
        double was = 0, is = 0, would_be = 0;
        for (size_t cell = 0; cell < t->cells; cell++) {
            was += t->before[cell * t->packages + package] / before;
            is += t->after[cell * t->packages + package] / after;
        }
        double expected = 0; /* of the smoothed shares over the cells as they came before */
        for (size_t cell = 0; cell < t->cells; cell++) {
            const uint32_t *b = t->before + cell * t->packages;
            double rows = sum(b, t->packages), share = (b[package] + was) / (rows + 1);
            expected += share * rows / before;
            would_be += share * sum(t->after + cell * t->packages, t->packages) / after;
        }
        out->covariate[package] = would_be - expected;
        out->within[package] = is - was - out->covariate[package];
    }
}

bool concept_drift_test(struct concept_drift *out, const struct purchase_log *purchases,
                        const struct monitored_features *features, const struct concept_drift_periods *periods,
                        uint64_t seed) {
    struct tables t = {0};
    *out = (struct concept_drift){.test.p = 1};
    bool done = count(&t, purchases, features, periods);
    if (done) {
        out->test = stratified_test(t.before, t.after, t.cells, t.packages, seed, t.permutation);
        split_change(out, &t);
    }
    free(t.before);
    free(t.after);
    free(t.permutation);
    return done;
}
