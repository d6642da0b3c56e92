/* scores.c - predicts each cell once, ranks the leads, writes them. */
#include "services/score/scores.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "services/common/table/csv_table.h"

/* ---- the expected price of a cell ---- */

static int64_t expected_cents(const float *prob, size_t classes, const struct prices *prices) {
    double sum = 0;
    for (size_t c = 0; c < classes; c++)
        sum += (double)prob[c] * prices->monthly[c];
    return llround(sum * 100);
}

static double probability_of(size_t package, const struct scored_cell *cell, size_t classes,
                             const struct prices *prices) {
    if (package == ETL_CONFIG_ANY_PACKAGE)
        return (double)cell->prob[cell->package];
    for (size_t c = 0; c < classes; c++)
        if (prices->package[c] == package)
            return (double)cell->prob[c];
    return -1; /* a package that the model does not know yet */
}

/* The first offer that fits. */
static const char *choose_offer(const struct scored_cell *cell, size_t classes, const struct prices *prices,
                                const struct etl_config *config) {
    for (size_t i = 0; i < config->offer_count; i++) {
        const struct etl_config_offer *offer = &config->offers[i];
        if (probability_of(offer->package, cell, classes, prices) >= offer->probability)
            return offer->offer;
    }
    return "";
}

static void score_cells(struct scores *s, const struct forest *forest, const struct prices *prices,
                        const struct etl_config *config) {
    size_t features = s->leads->schema->features, classes = s->leads->schema->classes, cells = s->leads->cells.count;
    forest_predict_batch(forest, s->leads->x, cells, s->prob);
    for (size_t i = 0; i < cells; i++) {
        struct scored_cell *cell = &s->cell[i];
        cell->prob = s->prob + i * classes;
        cell->package = forest_classify(forest, s->leads->x + i * features);
        cell->cents = expected_cents(cell->prob, classes, prices);
        cell->offer = choose_offer(cell, classes, prices, config);
    }
}

/* ---- its line ---- */

/* The line without the customer_id; NULL: out of memory. */
static char *describe_cell(const struct scores *s, uint32_t number) {
    const struct forest_schema *schema = s->leads->schema;
    const struct scored_cell *cell = &s->cell[number];
    char *line = NULL;
    size_t size;
    FILE *file = open_memstream(&line, &size);
    if (file == NULL)
        return NULL;
    fputs(string_intern_text(&s->leads->cells, number), file);
    csv_write_text(file, schema->class_name[cell->package], false);
    fprintf(file, "%.4f,", (double)cell->prob[cell->package]);
    for (size_t c = 0; c < schema->classes; c++)
        fprintf(file, "%.4f,", (double)cell->prob[c]);
    fprintf(file, "%" PRId64 ".%02" PRId64 ",", cell->cents / 100, cell->cents % 100);
    csv_write_text(file, cell->offer, true);
    return fclose(file) == 0 ? line : NULL;
}

static bool describe_cells(struct scores *s) {
    bool done = true;
    for (uint32_t i = 0; i < s->leads->cells.count && done; i++) {
        s->cell[i].line = describe_cell(s, i);
        done = s->cell[i].line != NULL;
    }
    return done;
}

/* ---- order ---- */

static int highest_price_first(const void *left, const void *right, void *cells) {
    const struct scored_cell *cell = cells;
    int64_t a = cell[*(const uint32_t *)left].cents, b = cell[*(const uint32_t *)right].cents;
    return a > b ? -1 : a < b;
}

static bool rank_cells(struct scores *s) {
    uint32_t cells = (uint32_t)s->leads->cells.count, rank = 0;
    uint32_t *sorted = malloc((cells + 1) * sizeof *sorted);
    if (sorted == NULL)
        return false;
    for (uint32_t i = 0; i < cells; i++)
        sorted[i] = i;
    qsort_r(sorted, cells, sizeof *sorted, highest_price_first, s->cell);
    for (uint32_t i = 0; i < cells; i++) {
        rank += i > 0 && s->cell[sorted[i]].cents != s->cell[sorted[i - 1]].cents;
        s->cell[sorted[i]].rank = rank;
    }
    free(sorted);
    return true;
}

/* The first eight bytes; texts that differ within them compare as these do. */
static uint64_t beginning(const char *text) {
    uint64_t begins = 0;
    for (int shift = 56; shift >= 0 && *text != '\0'; shift -= 8)
        begins |= (uint64_t)(unsigned char)*text++ << shift;
    return begins;
}

static int compare_leads(const void *left, const void *right, void *leads) {
    const struct ranked_lead *a = left, *b = right;
    const struct lead_table *l = leads;
    if (a->rank != b->rank)
        return a->rank < b->rank ? -1 : 1;
    if (a->begins != b->begins)
        return a->begins < b->begins ? -1 : 1;
    return strcmp(l->customers + l->lead[a->lead].customer, l->customers + l->lead[b->lead].customer);
}

static void rank_leads(struct scores *s) {
    const struct lead_table *leads = s->leads;
    for (uint32_t i = 0; i < leads->count; i++)
        s->order[i] = (struct ranked_lead){beginning(leads->customers + leads->lead[i].customer),
                                           s->cell[leads->lead[i].cell].rank, i};
    qsort_r(s->order, leads->count, sizeof *s->order, compare_leads, (void *)leads);
}

bool scores_make(struct scores *out, const struct lead_table *leads, const struct forest *forest,
                 const struct prices *prices, const struct etl_config *config, struct error *err) {
    size_t cells = leads->cells.count;
    struct scores s = {.leads = leads,
                       .cell = calloc(cells + 1, sizeof *s.cell),
                       .prob = malloc((cells + 1) * leads->schema->classes * sizeof *s.prob),
                       .order = malloc((leads->count + 1) * sizeof *s.order)};
    bool done = s.cell != NULL && s.prob != NULL && s.order != NULL && leads->count <= UINT32_MAX;
    if (done) {
        score_cells(&s, forest, prices, config);
        done = rank_cells(&s) && describe_cells(&s);
    }
    if (!done) {
        error_set_errno(err, "score", "leads");
        scores_done(&s);
        return false;
    }
    rank_leads(&s);
    *out = s;
    return true;
}

void scores_done(struct scores *scores) {
    for (size_t i = 0; scores->cell != NULL && i < scores->leads->cells.count; i++)
        free(scores->cell[i].line);
    free(scores->cell);
    free(scores->prob);
    free(scores->order);
    *scores = (struct scores){0};
}

void scores_write(const struct scores *s, FILE *file) {
    const struct forest_schema *schema = s->leads->schema;
    fputs("customer_id,", file);
    for (size_t i = 0; i < schema->features; i++)
        csv_write_text(file, schema->feature[i].name, false);
    fputs("package,probability,", file);
    for (size_t c = 0; c < schema->classes; c++)
        csv_write_format(file, false, "p_%s", schema->class_name[c]);
    fputs("expected_price,offer\n", file);
    for (size_t i = 0; i < s->leads->count; i++) {
        const struct lead_row *lead = &s->leads->lead[s->order[i].lead];
        fputs(s->leads->customers + lead->customer, file);
        fputs(s->cell[lead->cell].line, file);
    }
}
