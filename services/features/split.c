/* split.c - sorts purchases by time and splits off the newest. */
#include "services/features/split.h"

#include <stdlib.h>
#include <string.h>

enum { HOLDOUT_FIFTH = 5, VALIDATION_FIFTH = 5 };

struct timed {
    unix_time at;
    const char *customer;
    uint32_t row;
};

/* Rows that are equal in both keep the order of the file. */
static int compare_timed(const void *left, const void *right) {
    const struct timed *a = left, *b = right;
    if (a->at != b->at)
        return a->at < b->at ? -1 : 1;
    int order = strcmp(a->customer, b->customer);
    if (order != 0)
        return order;
    return a->row < b->row ? -1 : a->row > b->row;
}

static uint32_t *order_by_time(const struct training_rows *p) {
    struct timed *timed = malloc(p->count * sizeof *timed);
    uint32_t *order = malloc(p->count * sizeof *order);
    if (timed == NULL || order == NULL) {
        free(timed);
        free(order);
        return NULL;
    }
    for (uint32_t i = 0; i < p->count; i++)
        timed[i] = (struct timed){p->row[i].at, training_rows_customer(p, i), i};
    qsort(timed, p->count, sizeof *timed, compare_timed);
    for (size_t i = 0; i < p->count; i++)
        order[i] = timed[i].row;
    free(timed);
    return order;
}

static size_t holdout_size(size_t rows, const struct split_limits *limits) {
    size_t size = rows / HOLDOUT_FIFTH;
    if (size < limits->min)
        size = limits->min;
    return size < limits->max ? size : limits->max;
}

bool split_by_time(struct split *out, const struct training_rows *p, const struct split_limits *limits,
                   struct error *err) {
    size_t holdout = holdout_size(p->count, limits);
    if (p->count < 2 * holdout || p->count > UINT32_MAX)
        return error_set(err,
                         "too few purchases with a known package: %zu, but %zu are needed (a hold-out of %zu and as "
                         "many before it)",
                         p->count, 2 * holdout, holdout);
    *out = (struct split){.count = p->count, .order = order_by_time(p), .holdout = p->count - holdout};
    out->validation = out->holdout - (out->holdout + VALIDATION_FIFTH - 1) / VALIDATION_FIFTH;
    if (out->order != NULL)
        return true;
    error_set_errno(err, "order", "purchases");
    return false;
}

void split_done(struct split *split) {
    free(split->order);
    *split = (struct split){0};
}

enum feature_split split_of(const struct split *split, size_t place) {
    if (place >= split->holdout)
        return SPLIT_HOLDOUT;
    return place >= split->validation ? SPLIT_VALIDATION : SPLIT_TRAIN;
}

unix_time split_time(const struct split *split, const struct training_rows *p, size_t place) {
    return p->row[split->order[place]].at;
}
