/* purchases.c - reads train.csv. */
#include "services/drift/purchases.h"

#include <stdlib.h>

#include "services/common/csv_table.h"
#include "services/common/files.h"

enum { FIRST_PURCHASES = 1024 };

struct reading {
    struct purchases *p;
    struct inputs *inputs;
    struct dictionary *leads;
    moment until;
    int customer, at, package, feature[CONFIG_MAX_FEATURES];
};

static bool read_header(struct reading *r, const struct csv_header *header, char problem[200]) {
    const struct config *config = r->inputs->config;
    bool good = csv_find_column(header, "customer_id", &r->customer, problem) &&
                csv_find_column(header, "purchased_at", &r->at, problem) &&
                csv_find_column(header, "package", &r->package, problem);
    for (size_t i = 0; i < config->feature_count && good; i++)
        good = csv_find_column(header, config->features[i].name, &r->feature[i], problem);
    return good;
}

static bool make_room(struct purchases *p) {
    if (p->count < p->room)
        return true;
    size_t room = 2 * p->room + FIRST_PURCHASES;
    struct purchase *purchase = realloc(p->purchase, room * sizeof *purchase);
    if (purchase == NULL)
        return false;
    p->purchase = purchase;
    p->room = room;
    return true;
}

/* A number is written as the prediction log writes it, so that both are one kind. */
static bool read_kind(struct reading *r, char *const *fields, uint32_t *kind) {
    const struct config *config = r->inputs->config;
    const char *value[CONFIG_MAX_FEATURES];
    char number[CONFIG_MAX_FEATURES][32];
    for (size_t i = 0; i < config->feature_count; i++) {
        value[i] = fields[r->feature[i]];
        if (config->features[i].kind == CONFIG_NUMERIC && value[i][0] != '\0') {
            snprintf(number[i], sizeof number[i], "%.9g", (double)strtof(value[i], NULL));
            value[i] = number[i];
        }
    }
    return inputs_kind(r->inputs, value, kind);
}

static bool read_row(struct reading *r, char *const *fields, char problem[200]) {
    struct purchase purchase;
    size_t package = config_find_package(r->inputs->config, fields[r->package]);
    if (package == CONFIG_ANY_PACKAGE) {
        snprintf(problem, 200, "the configuration has no package \"%.80s\"", fields[r->package]);
        return false;
    }
    if (!clock_parse(fields[r->at], &purchase.at)) {
        snprintf(problem, 200, "purchased_at \"%.40s\" is no time", fields[r->at]);
        return false;
    }
    if (purchase.at >= r->until)
        return true;
    purchase.package = (uint32_t)package;
    if (!make_room(r->p) || !dictionary_number(r->leads, fields[r->customer], &purchase.lead) ||
        !read_kind(r, fields, &purchase.kind)) {
        snprintf(problem, 200, "out of memory, or a value is longer than %d bytes", CONFIG_MAX_NAME);
        return false;
    }
    r->p->purchase[r->p->count++] = purchase;
    return true;
}

static bool take_row(void *user, const struct csv_header *header, char *const *fields, char problem[200]) {
    struct reading *r = user;
    return fields == NULL ? read_header(r, header, problem) : read_row(r, fields, problem);
}

bool purchases_read(struct purchases *out, const char *path, struct inputs *inputs, struct dictionary *leads,
                    moment until, struct file_error *err) {
    struct purchases p = {0};
    struct reading reading = {.p = &p, .inputs = inputs, .leads = leads, .until = until};
    bool done = !files_exist(path) || csv_table_read(path, take_row, &reading, err);
    if (done)
        *out = p;
    else
        purchases_done(&p);
    return done;
}

void purchases_done(struct purchases *p) {
    free(p->purchase);
    *p = (struct purchases){0};
}
