/* dataset.c - makes rows from purchases and people. */
#include "libetl/join/dataset.h"

#include <stdlib.h>
#include <string.h>

#include "libetl/base/array.h"

#define NONE ETL_IDMAP_NONE

enum { AHEAD = 12 /* how many sales ahead are prefetched into the cache */ };

struct joining {
    struct etl_leads *leads;
    const struct etl_config *config;
    struct etl_dataset *out;
    etl_dataset_pseudonym *pseudonym;
    void *user;
};

static void id_of(const struct joining *j, uint32_t lead, char out[ETL_LEADS_ID]) {
    char address[ETL_LEADS_ID];
    bool is_address;
    etl_leads_id(j->leads, lead, address, &is_address);
    if (is_address)
        j->pseudonym(j->user, address, out);
    else
        memcpy(out, address, strlen(address) + 1);
}

/* Of two leads, the one whose id is the smaller text. */
static uint32_t smaller_id(const struct joining *j, uint32_t a, uint32_t b) {
    char id_a[ETL_LEADS_ID], id_b[ETL_LEADS_ID];
    if (a == b)
        return a;
    id_of(j, a, id_a);
    id_of(j, b, id_b);
    return strcmp(id_a, id_b) <= 0 ? a : b;
}

/* ---- purchases ---- */

static bool add_matches(struct etl_dataset *out, const uint64_t *names, size_t count, enum etl_dataset_rank rank) {
    if (!etl_array_reserve(&out->matches, &out->match_capacity, out->match_count + count, sizeof *out->matches))
        return false;
    for (size_t i = 0; i < count; i++)
        out->matches[out->match_count++] =
            (struct etl_leads_match){names[i], NONE, out->sale_count & ETL_DATASET_NOBODY, (unsigned)rank & 3};
    return true;
}

static bool take_purchase(void *user, const struct etl_purchase *p) {
    struct etl_dataset *out = user;
    const uint64_t *learned = p->emails + p->own_email_count;
    out->found++;
    if (p->status != ETL_STATUS_VALID) {
        out->status_counts[p->status]++;
        return true;
    }
    if (out->sale_count >= ETL_DATASET_NOBODY ||
        !add_matches(out, p->references, p->reference_count, ETL_DATASET_BY_REFERENCE) ||
        !add_matches(out, p->emails, p->own_email_count, ETL_DATASET_BY_ADDRESS) ||
        !add_matches(out, learned, p->email_count - p->own_email_count, ETL_DATASET_BY_CUSTOMER) ||
        !etl_array_reserve(&out->sales, &out->sale_capacity, out->sale_count + 1, sizeof *out->sales))
        return false;
    out->sales[out->sale_count++] =
        (struct etl_dataset_sale){p->at, p->amount, ETL_DATASET_NOBODY, 0, p->currency, p->method, p->package};
    return true;
}

bool etl_dataset_begin(struct etl_dataset *out, struct etl_purchases *purchases, const struct etl_config *config) {
    *out = (struct etl_dataset){0};
    bool done = etl_purchases_classify(purchases, config, take_purchase, out);
    etl_purchases_done(purchases);
    return done;
}

/* ---- the buyer of a purchase ---- */

static bool is_more_certain(const struct joining *j, const struct etl_leads_match *match,
                            const struct etl_dataset_sale *sale) {
    if (sale->lead == ETL_DATASET_NOBODY || match->rank != sale->rank)
        return sale->lead == ETL_DATASET_NOBODY || match->rank < sale->rank;
    return smaller_id(j, match->lead, sale->lead) != sale->lead;
}

static void find_buyers(struct joining *j) {
    struct etl_dataset *out = j->out;
    for (size_t i = 0; i < out->match_count; i++) {
        const struct etl_leads_match *match = &out->matches[i];
        struct etl_dataset_sale *sale = &out->sales[match->of];
        if (match->lead == NONE || !is_more_certain(j, match, sale))
            continue;
        sale->lead = match->lead & ETL_DATASET_NOBODY;
        sale->rank = match->rank;
    }
}

/* Sales without a lead are counted and left out. */
static void drop_orphans(struct etl_dataset *out) {
    size_t kept = 0;
    for (size_t i = 0; i < out->sale_count; i++)
        if (out->sales[i].lead != ETL_DATASET_NOBODY)
            out->sales[kept++] = out->sales[i];
    out->status_counts[ETL_STATUS_NO_LEAD] += out->sale_count - kept;
    out->sale_count = kept;
}

static void free_matches(struct etl_dataset *out) {
    free(out->matches);
    out->matches = NULL;
    out->match_count = out->match_capacity = 0;
}

/* ---- the label among a person's purchases ---- */

/* Whether a is the label instead of b: by time as configured, then by every value in the row. */
static bool is_label(const struct joining *j, const struct etl_dataset_sale *a, const struct etl_dataset_sale *b) {
    if (a->at != b->at)
        return (a->at < b->at) == (j->config->label == ETL_CONFIG_FIRST);
    if (a->package != b->package)
        return a->package > b->package;
    if (a->amount != b->amount)
        return a->amount > b->amount;
    if (a->currency != b->currency)
        return a->currency < b->currency;
    if (a->method != b->method)
        return a->method < b->method;
    bool by_reference = a->rank == ETL_DATASET_BY_REFERENCE;
    if (by_reference != (b->rank == ETL_DATASET_BY_REFERENCE))
        return by_reference;
    return smaller_id(j, a->lead, b->lead) == a->lead;
}

static void choose_labels(struct joining *j) {
    struct etl_dataset *out = j->out;
    for (uint32_t i = 0; i < out->sale_count; i++) {
        uint32_t *label = &out->people[etl_leads_person(j->leads, out->sales[i].lead)].sale;
        if (*label == NONE || is_label(j, &out->sales[i], &out->sales[*label]))
            *label = i;
    }
}

/*
 * Keep only labels, in the order of their people, because the next steps go through the people and should read memory
 * in order.
 */
static bool keep_labels(struct joining *j) {
    struct etl_dataset *out = j->out;
    struct etl_dataset_sale *labels = malloc((out->sale_count + 1) * sizeof *labels);
    uint32_t kept = 0;
    for (uint32_t i = 0; labels != NULL && i < j->leads->count; i++) {
        uint32_t *sale = &out->people[i].sale;
        if (i + AHEAD < j->leads->count && out->people[i + AHEAD].sale != NONE)
            __builtin_prefetch(&out->sales[out->people[i + AHEAD].sale]);
        if (*sale == NONE)
            continue;
        labels[kept] = out->sales[*sale];
        *sale = kept++;
    }
    if (labels == NULL)
        return false;
    free(out->sales);
    out->status_counts[ETL_STATUS_VALID] = out->labelled = kept;
    out->status_counts[ETL_STATUS_LATER] += out->sale_count - kept;
    out->sales = labels;
    out->sale_count = out->sale_capacity = kept;
    return true;
}

/* ---- the features among a person's submissions ---- */

static int compare_values(const struct etl_feature_intern *intern, uint32_t a, uint32_t b) {
    int order = 0;
    for (size_t i = 0; i < intern->config->feature_count && order == 0 && a != b; i++)
        order = strcmp(etl_feature_intern_value(intern, a, i), etl_feature_intern_value(intern, b, i));
    return order;
}

/* Whether submission a's features are used instead of b's, for a purchase at `limit`. */
static bool is_newer(const struct etl_leads *leads, const struct etl_leads_submission *a,
                     const struct etl_leads_submission *b, int64_t limit) {
    int64_t time_a = etl_leads_time(a->moment), time_b = etl_leads_time(b->moment);
    bool a_late = time_a > limit, b_late = time_b > limit;
    if (a_late != b_late)
        return b_late;
    if (time_a != time_b)
        return (time_a > time_b) != a_late; /* of the late ones, the oldest */
    return compare_values(&leads->intern, a->profile, b->profile) < 0;
}

static bool is_better_name(const struct joining *j, uint32_t a, uint32_t b, int64_t limit) {
    const struct etl_leads_submission *x = &j->leads->submissions[a], *y = &j->leads->submissions[b];
    int64_t time_x = etl_leads_time(x->moment), time_y = etl_leads_time(y->moment);
    bool x_late = time_x > limit, y_late = time_y > limit;
    if (x_late != y_late)
        return y_late;
    if (time_x != time_y)
        return (time_x > time_y) != x_late;
    return x->lead != y->lead && smaller_id(j, x->lead, y->lead) == x->lead;
}

static void choose_submissions(struct joining *j) {
    const struct etl_leads *leads = j->leads;
    struct etl_dataset *out = j->out;
    for (uint32_t i = 0; i < leads->submission_count; i++) {
        const struct etl_leads_submission *s = &leads->submissions[i];
        struct etl_dataset_person *person = &out->people[etl_leads_person(leads, s->lead)];
        /* NOLINTNEXTLINE(clang-analyzer-core.UndefinedBinaryOperatorResult): join_all made every person */
        int64_t limit = person->sale != NONE ? out->sales[person->sale].at : INT64_MAX;
        if (s->moment != 0 && (person->moment == 0 || s->moment < person->moment))
            person->moment = s->moment;
        if (person->chosen == NONE || is_newer(leads, s, &leads->submissions[person->chosen], limit))
            person->chosen = i;
        if (s->by_address == 0 && (person->named == ETL_DATASET_NOBODY || is_better_name(j, i, person->named, limit)))
            person->named = i & ETL_DATASET_NOBODY;
    }
}

static const struct etl_dataset_sale *sale_of(const struct etl_dataset *d, uint32_t person) {
    /* NOLINTNEXTLINE(clang-analyzer-core.UndefinedBinaryOperatorResult): join_all made every person */
    return d->people[person].sale != NONE ? &d->sales[d->people[person].sale] : NULL;
}

/*
 * The lead whose id is in a row: the payment's reference, else the newest lead id, else the address.
 */
static uint32_t row_lead(const struct etl_dataset *d, uint32_t person) {
    const struct etl_dataset_sale *sale = sale_of(d, person);
    uint32_t named = (uint32_t)d->people[person].named;
    if (sale != NULL && sale->rank == ETL_DATASET_BY_REFERENCE)
        return sale->lead;
    return named != ETL_DATASET_NOBODY ? (uint32_t)d->leads->submissions[named].lead : person;
}

/* Take what a row needs from the submissions. */
static void finish_people(struct joining *j) {
    struct etl_dataset *out = j->out;
    for (uint32_t i = 0; i < j->leads->count; i++)
        if (etl_leads_person(j->leads, i) == i) {
            struct etl_dataset_person *person = &out->people[i];
            person->named = row_lead(out, i) & ETL_DATASET_NOBODY;
            person->profile = j->leads->submissions[person->chosen].profile;
        }
}

/* ---- rows ---- */

void etl_dataset_row(const struct etl_dataset *d, size_t i, struct etl_dataset_row *row) {
    uint32_t place = d->order[i];
    const struct etl_dataset_person *person = &d->people[place];
    const struct etl_dataset_sale *sale = sale_of(d, place);
    int64_t signup_at = etl_leads_time(person->moment);
    *row = (struct etl_dataset_row){.signup_at = signup_at,
                                    .lead = (uint32_t)person->named,
                                    .profile = person->profile,
                                    .at = signup_at,
                                    .package = ETL_DATASET_NO_PACKAGE};
    if (sale == NULL)
        return;
    row->at = sale->at;
    row->amount = sale->amount;
    row->currency = sale->currency;
    row->method = sale->method;
    row->package = sale->package;
}

/* A person points to a sale and a lead, and a lead to its id. Each is prefetched when the pointer to it has arrived. */
void etl_dataset_prefetch(const struct etl_dataset *d, size_t i) {
    enum { STEP = 8 };
    if (i + 3 * STEP < d->count)
        __builtin_prefetch(&d->people[d->order[i + 3 * STEP]]);
    if (i + 2 * STEP < d->count) {
        const struct etl_dataset_person *person = &d->people[d->order[i + 2 * STEP]];
        __builtin_prefetch(&d->leads->leads[person->named]);
        if (person->sale != NONE)
            __builtin_prefetch(&d->sales[person->sale]);
    }
    if (i + STEP < d->count)
        etl_leads_prefetch_id(d->leads, (uint32_t)d->people[d->order[i + STEP]].named);
}

/* ---- order of rows ---- */

enum { PERSON_BITS = 31, DIGIT_BITS = 11, DIGITS = 3 /* 33 bits of time */, BUCKETS = 1 << DIGIT_BITS };

/* A person and a time as one number that sorts by time; no date sorts first. */
static uint64_t sort_key(const struct etl_dataset *d, uint32_t person) {
    const struct etl_dataset_sale *sale = sale_of(d, person);
    int64_t at = sale != NULL ? sale->at : etl_leads_time(d->people[person].moment);
    return (uint64_t)(at == ETL_FORM_NO_DATE ? 0 : at + 1) << PERSON_BITS | person;
}

/* Sort by time only, digit by digit from the lowest (radix sort). Keys with equal times keep their order. */
static void sort_by_time(uint64_t *keys, uint64_t *spare, size_t count) {
    for (int shift = PERSON_BITS; shift < PERSON_BITS + DIGITS * DIGIT_BITS; shift += DIGIT_BITS) {
        uint32_t starts[BUCKETS] = {0};
        for (size_t i = 0; i < count; i++)
            starts[keys[i] >> shift & (BUCKETS - 1)]++;
        for (uint32_t bucket = 0, sum = 0; bucket < BUCKETS; bucket++) {
            uint32_t size = starts[bucket];
            starts[bucket] = sum;
            sum += size;
        }
        for (size_t i = 0; i < count; i++)
            spare[starts[keys[i] >> shift & (BUCKETS - 1)]++] = keys[i];
        memcpy(keys, spare, count * sizeof *keys);
    }
}

static uint32_t key_person(uint64_t key) {
    return (uint32_t)(key & ((UINT64_C(1) << PERSON_BITS) - 1));
}

static int by_id(const void *a, const void *b, void *user) {
    const struct joining *j = user;
    char id_a[ETL_LEADS_ID], id_b[ETL_LEADS_ID];
    uint32_t x = key_person(*(const uint64_t *)a), y = key_person(*(const uint64_t *)b);
    id_of(j, (uint32_t)j->out->people[x].named, id_a);
    id_of(j, (uint32_t)j->out->people[y].named, id_b);
    return strcmp(id_a, id_b);
}

static void sort_people(struct joining *j, uint64_t *keys, uint64_t *spare, size_t count) {
    sort_by_time(keys, spare, count);
    for (size_t i = 0, end; i < count; i = end) {
        for (end = i + 1; end < count && keys[end] >> PERSON_BITS == keys[i] >> PERSON_BITS;)
            end++;
        if (end - i > 1)
            qsort_r(&keys[i], end - i, sizeof *keys, by_id, j);
    }
}

static void count_people(struct joining *j) {
    struct etl_dataset *out = j->out;
    for (uint32_t i = 0; i < j->leads->count; i++) {
        const struct etl_dataset_sale *sale = sale_of(out, i);
        out->count += etl_leads_person(j->leads, i) == i;
        out->before_lead += sale != NULL && etl_leads_time(out->people[i].moment) >
                                                sale->at; /* ETL_FORM_NO_DATE is earlier than any date */
    }
}

static void order_by_keys(struct joining *j, uint64_t *keys, uint64_t *spare) {
    struct etl_dataset *out = j->out;
    size_t place[2] = {out->labelled, 0}; /* index of the next person without and with a purchase */
    for (uint32_t i = 0; i < j->leads->count; i++)
        if (etl_leads_person(j->leads, i) == i)
            keys[place[out->people[i].sale != NONE]++] = sort_key(out, i);
    sort_people(j, keys, spare, out->labelled);
    sort_people(j, keys + out->labelled, spare, out->count - out->labelled);
    for (size_t i = 0; i < out->count; i++)
        out->order[i] = key_person(keys[i]);
}

static bool order_people(struct joining *j) {
    struct etl_dataset *out = j->out;
    count_people(j);
    uint64_t *keys = malloc((out->count + 1) * sizeof *keys), *spare = malloc((out->count + 1) * sizeof *spare);
    out->order = malloc((out->count + 1) * sizeof *out->order);
    bool done = keys != NULL && spare != NULL && out->order != NULL;
    if (done)
        order_by_keys(j, keys, spare);
    free(keys);
    free(spare);
    return done;
}

static bool join_all(struct joining *j) {
    const struct etl_dataset_person nobody = {.named = ETL_DATASET_NOBODY, .sale = NONE, .chosen = NONE};
    size_t count = j->leads->count;
    j->out->people = malloc((count + 1) * sizeof *j->out->people);
    if (j->out->people == NULL)
        return false;
    for (size_t i = 0; i < count; i++)
        j->out->people[i] = nobody;
    choose_labels(j);
    if (!keep_labels(j))
        return false;
    choose_submissions(j);
    finish_people(j);
    etl_leads_forget_submissions(j->leads);
    return order_people(j);
}

bool etl_dataset_build(struct etl_dataset *d, struct etl_leads *leads, const struct etl_config *config,
                       etl_dataset_pseudonym *pseudonym, void *user, unsigned threads) {
    struct joining j = {leads, config, d, pseudonym, user};
    d->leads = leads;
    bool done = etl_leads_resolve_identities(leads, d->matches, d->match_count, threads);
    if (done)
        find_buyers(&j);
    drop_orphans(d);
    free_matches(d);
    done = done && join_all(&j);
    if (!done)
        etl_dataset_done(d);
    return done;
}

void etl_dataset_done(struct etl_dataset *dataset) {
    free(dataset->order);
    free(dataset->sales);
    free(dataset->matches);
    free(dataset->people);
    *dataset = (struct etl_dataset){0};
}
