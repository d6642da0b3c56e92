/* purchase_log.c - reads train.csv. */
#include "services/drift/data/purchase_log.h"

#include <stdlib.h>

#include "libetl/base/array.h"
#include "services/common/store/files.h"
#include "services/common/table/csv_table.h"

struct purchase_reader {
    struct purchase_log *p;
    struct cell_set *cell_set;
    struct string_intern *leads;
    unix_time until;
    int customer, at, package, feature[ETL_CONFIG_MAX_FEATURES];
};

static bool read_header(struct purchase_reader *r, const struct csv_header *header, char problem[200]) {
    const struct etl_config *config = r->cell_set->config;
    bool good = csv_find_column(header, "customer_id", &r->customer, problem) &&
                csv_find_column(header, "purchased_at", &r->at, problem) &&
                csv_find_column(header, "package", &r->package, problem);
    for (size_t i = 0; i < config->feature_count && good; i++)
        good = csv_find_column(header, config->features[i].name, &r->feature[i], problem);
    return good;
}

static bool grow(struct purchase_log *p) {
    return etl_array_reserve(&p->purchase, &p->capacity, p->count + 1, sizeof *p->purchase);
}

static bool read_cell(struct purchase_reader *r, char *const *fields, uint32_t *cell) {
    const char *value[ETL_CONFIG_MAX_FEATURES];
    for (size_t i = 0; i < r->cell_set->config->feature_count; i++)
        value[i] = fields[r->feature[i]];
    return cell_set_add(r->cell_set, value, cell);
}

static bool read_row(struct purchase_reader *r, char *const *fields, char problem[200]) {
    struct purchase purchase;
    size_t package = etl_config_find_package(r->cell_set->config, fields[r->package]);
    if (package == ETL_CONFIG_ANY_PACKAGE) {
        snprintf(problem, 200, "the configuration has no package \"%.80s\"", fields[r->package]);
        return false;
    }
    if (!unix_time_parse(fields[r->at], &purchase.at)) {
        snprintf(problem, 200, "invalid time in purchased_at: \"%.40s\"", fields[r->at]);
        return false;
    }
    if (purchase.at >= r->until)
        return true;
    purchase.package = (uint32_t)package;
    if (!grow(r->p) || !string_intern_add(r->leads, fields[r->customer], &purchase.lead) ||
        !read_cell(r, fields, &purchase.cell)) {
        snprintf(problem, 200, "out of memory, or a value is longer than %d bytes", ETL_CONFIG_MAX_NAME);
        return false;
    }
    r->p->purchase[r->p->count++] = purchase;
    return true;
}

static bool add_row(void *user, const struct csv_header *header, char *const *fields, char problem[200]) {
    struct purchase_reader *r = user;
    return fields == NULL ? read_header(r, header, problem) : read_row(r, fields, problem);
}

bool purchase_log_read(struct purchase_log *out, const struct volume *volume, const char *name,
                       struct cell_set *cell_set, struct string_intern *leads, unix_time until, struct error *err) {
    struct purchase_log p = {0};
    struct purchase_reader reading = {.p = &p, .cell_set = cell_set, .leads = leads, .until = until};
    bool done = !files_exist_at(volume, name) || csv_table_read_at(volume, name, add_row, &reading, err);
    if (done)
        *out = p;
    else
        purchase_log_done(&p);
    return done;
}

void purchase_log_done(struct purchase_log *p) {
    free(p->purchase);
    *p = (struct purchase_log){0};
}
