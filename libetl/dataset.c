/* dataset.c - from purchases and people to rows. */
#include "libetl/dataset.h"

#include <stdlib.h>
#include <string.h>

#include "libetl/array.h"

/* A purchase that counts and whose lead is known. */
struct sale {
    int64_t at, amount;
    uint32_t lead;
    money_currency currency;
    uint8_t method, package;
    bool by_reference; /* the lead itself is the buyer's; otherwise any of the person's */
};

#define NONE IDMAP_NONE

/* What is known of each person; most fields are of the lead that stands for the person. */
struct joining {
    const struct leads *leads;
    const struct config *config;
    struct dataset *out;
    dataset_pseudonym *pseudonym;
    void *user;
    struct sale *sales;
    size_t sale_count, sale_capacity;
    uint32_t *sale_of; /* [leads->count]: the person's label, or NONE */
    uint32_t *chosen;  /* [leads->count]: the submission whose features count, or NONE */
    uint32_t *named;   /* [leads->count]: the newest submission that bears a lead id, or NONE */
    int64_t *first_at; /* [leads->count]: the first submission */
};

static void id_of(const struct joining *j, uint32_t lead, char out[LEADS_ID]) {
    char address[LEADS_ID];
    bool is_address;
    leads_id(j->leads, lead, address, &is_address);
    if (is_address)
        j->pseudonym(j->user, address, out);
    else
        memcpy(out, address, strlen(address) + 1);
}

/* ---- whose purchase ---- */

/* Of two leads the one whose id is the smaller text. */
static uint32_t smaller_id(const struct joining *j, uint32_t a, uint32_t b) {
    char id_a[LEADS_ID], id_b[LEADS_ID];
    if (a == NONE || b == NONE || a == b)
        return a == NONE ? b : a;
    id_of(j, a, id_a);
    id_of(j, b, id_b);
    return strcmp(id_a, id_b) <= 0 ? a : b;
}

static uint32_t find_lead(const struct joining *j, const uint64_t *names, size_t count) {
    uint32_t best = NONE;
    for (size_t i = 0; i < count; i++)
        best = smaller_id(j, best, leads_find(j->leads, names[i]));
    return best;
}

static uint32_t find_buyer(const struct joining *j, const struct purchase *p, bool *by_reference) {
    uint32_t lead = find_lead(j, p->references, p->reference_count);
    *by_reference = lead != NONE;
    if (lead == NONE)
        lead = find_lead(j, p->emails, p->own_email_count);
    if (lead == NONE)
        lead = find_lead(j, p->emails + p->own_email_count, p->email_count - p->own_email_count);
    return lead;
}

static bool take_purchase(void *user, const struct purchase *p) {
    struct joining *j = user;
    j->out->found++;
    if (p->verdict != VERDICT_COUNTS) {
        j->out->verdicts[p->verdict]++;
        return true;
    }
    struct sale sale = {p->at, p->amount, NONE, p->currency, p->method, p->package, false};
    sale.lead = find_buyer(j, p, &sale.by_reference);
    if (sale.lead == NONE) {
        j->out->verdicts[VERDICT_NO_LEAD]++;
        return true;
    }
    if (!array_reserve(&j->sales, &j->sale_capacity, j->sale_count + 1, sizeof *j->sales))
        return false;
    j->sales[j->sale_count++] = sale;
    return true;
}

/* ---- which of a person's purchases ---- */

/* Whether a is the label rather than b: in time as configured, then by all that the row would show. */
static bool is_label(const struct joining *j, const struct sale *a, const struct sale *b) {
    if (a->at != b->at)
        return (a->at < b->at) == (j->config->label == CONFIG_FIRST);
    if (a->package != b->package)
        return a->package > b->package;
    if (a->amount != b->amount)
        return a->amount > b->amount;
    if (a->currency != b->currency)
        return a->currency < b->currency;
    if (a->method != b->method)
        return a->method < b->method;
    if (a->by_reference != b->by_reference)
        return a->by_reference;
    return smaller_id(j, a->lead, b->lead) == a->lead;
}

static void choose_labels(struct joining *j) {
    for (uint32_t i = 0; i < j->sale_count; i++) {
        uint32_t *label = &j->sale_of[leads_person(j->leads, j->sales[i].lead)];
        if (*label == NONE || is_label(j, &j->sales[i], &j->sales[*label]))
            *label = i;
    }
}

/* ---- which of a person's submissions ---- */

static int compare_values(const struct leads *leads, uint32_t profile_a, uint32_t profile_b) {
    int order = 0;
    for (size_t i = 0; i < leads->config->feature_count && order == 0 && profile_a != profile_b; i++)
        order = strcmp(leads_value(leads, profile_a, i), leads_value(leads, profile_b, i));
    return order;
}

/* Whether submission a's features count rather than b's, for a purchase at `limit`. */
static bool is_newer(const struct leads *leads, const struct leads_submission *a, const struct leads_submission *b,
                     int64_t limit) {
    bool a_late = a->at > limit, b_late = b->at > limit;
    if (a_late != b_late)
        return b_late;
    if (a->at != b->at)
        return (a->at > b->at) != a_late; /* of those that came too late the oldest */
    return compare_values(leads, a->profile, b->profile) < 0;
}

static bool bears_id(const struct joining *j, uint32_t lead) {
    char id[LEADS_ID];
    bool is_address;
    leads_id(j->leads, lead, id, &is_address);
    return !is_address;
}

static bool is_better_name(const struct joining *j, uint32_t a, uint32_t b, int64_t limit) {
    const struct leads_submission *x = &j->leads->submissions[a], *y = &j->leads->submissions[b];
    bool x_late = x->at > limit, y_late = y->at > limit;
    if (x_late != y_late)
        return y_late;
    if (x->at != y->at)
        return (x->at > y->at) != x_late;
    return x->lead != y->lead && smaller_id(j, x->lead, y->lead) == x->lead;
}

static void choose_submissions(struct joining *j) {
    const struct leads *leads = j->leads;
    for (uint32_t i = 0; i < leads->submission_count; i++) {
        const struct leads_submission *s = &leads->submissions[i];
        uint32_t person = leads_person(leads, s->lead), sale = j->sale_of[person];
        int64_t limit = sale != NONE ? j->sales[sale].at : INT64_MAX;
        uint32_t *chosen = &j->chosen[person], *named = &j->named[person];
        if (s->at != FORM_NO_DATE && (j->first_at[person] == FORM_NO_DATE || s->at < j->first_at[person]))
            j->first_at[person] = s->at;
        if (*chosen == NONE || is_newer(leads, s, &leads->submissions[*chosen], limit))
            *chosen = i;
        if (s->by_address == 0 && (*named == NONE || is_better_name(j, i, *named, limit)))
            *named = i;
    }
}

/* ---- rows ---- */

/* The id a row bears: the reference that came with the payment, else the newest lead id, else the smallest pseudonym. */
static uint32_t row_lead(const struct joining *j, uint32_t person, const struct sale *sale) {
    if (sale != NULL && sale->by_reference && bears_id(j, sale->lead))
        return sale->lead;
    return j->named[person] != NONE ? j->leads->submissions[j->named[person]].lead : person;
}

static void fill_row(struct joining *j, uint32_t person, struct dataset_row *row) {
    const struct sale *sale = j->sale_of[person] != NONE ? &j->sales[j->sale_of[person]] : NULL;
    *row = (struct dataset_row){.signup_at = j->first_at[person], .package = DATASET_NO_PACKAGE};
    row->lead = row_lead(j, person, sale);
    row->profile = j->leads->submissions[j->chosen[person]].profile;
    row->at = row->signup_at;
    if (sale == NULL)
        return;
    row->at = sale->at;
    row->amount = sale->amount;
    row->currency = sale->currency;
    row->method = sale->method;
    row->package = sale->package;
    j->out->before_lead += row->signup_at != FORM_NO_DATE && row->signup_at > sale->at;
}

static int by_time_and_id(const void *a, const void *b, void *user) {
    const struct dataset_row *x = a, *y = b;
    char id_x[LEADS_ID], id_y[LEADS_ID];
    if (x->at != y->at)
        return x->at < y->at ? -1 : 1;
    id_of(user, x->lead, id_x);
    id_of(user, y->lead, id_y);
    return strcmp(id_x, id_y);
}

static bool make_rows(struct joining *j) {
    struct dataset *out = j->out;
    size_t people = 0, labelled = 0;
    for (uint32_t i = 0; i < j->leads->count; i++) {
        people += j->leads->leads[i].same == i;
        labelled += j->sale_of[i] != NONE;
    }
    out->rows = malloc((people + 1) * sizeof *out->rows);
    if (out->rows == NULL)
        return false;
    size_t place[2] = {labelled, 0}; /* of the next row without and with a purchase */
    for (uint32_t i = 0; i < j->leads->count; i++)
        if (j->leads->leads[i].same == i)
            fill_row(j, i, &out->rows[place[j->sale_of[i] != NONE]++]);
    out->count = people;
    out->labelled = labelled;
    out->verdicts[VERDICT_COUNTS] = labelled;
    out->verdicts[VERDICT_LATER] += j->sale_count - labelled;
    qsort_r(out->rows, labelled, sizeof *out->rows, by_time_and_id, j);
    qsort_r(out->rows + labelled, people - labelled, sizeof *out->rows, by_time_and_id, j);
    return true;
}

static uint32_t *new_places(size_t count) {
    uint32_t *places = malloc((count + 1) * sizeof *places);
    if (places != NULL)
        memset(places, 0xff, (count + 1) * sizeof *places);
    return places;
}

static bool join_all(struct joining *j) {
    size_t count = j->leads->count;
    j->sale_of = new_places(count);
    j->chosen = new_places(count);
    j->named = new_places(count);
    j->first_at = malloc((count + 1) * sizeof *j->first_at);
    if (j->sale_of == NULL || j->chosen == NULL || j->named == NULL || j->first_at == NULL)
        return false;
    for (size_t i = 0; i < count; i++)
        j->first_at[i] = FORM_NO_DATE;
    choose_labels(j);
    choose_submissions(j);
    return make_rows(j);
}

bool dataset_build(struct dataset *out, const struct leads *leads, struct purchases *purchases, const struct config *config,
                   dataset_pseudonym *pseudonym, void *user) {
    struct joining j = {.leads = leads, .config = config, .out = out, .pseudonym = pseudonym, .user = user};
    *out = (struct dataset){0};
    bool done = purchases_judge(purchases, config, take_purchase, &j);
    purchases_done(purchases);
    done = done && join_all(&j);
    free(j.sales);
    free(j.sale_of);
    free(j.chosen);
    free(j.named);
    free(j.first_at);
    if (!done)
        dataset_done(out);
    return done;
}

void dataset_done(struct dataset *dataset) {
    free(dataset->rows);
    *dataset = (struct dataset){0};
}
