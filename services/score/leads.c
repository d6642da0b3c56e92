/* leads.c - reads leads.csv and gives each distinct row of inputs a cell. */
#include "services/score/leads.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "services/common/csv_table.h"
#include "services/common/log.h"
#include "services/score/cell_text.h"

enum { FIRST_LEADS = 4096 };

struct reading {
    struct leads *leads;
    int customer;
    int *column; /* [features], or CSV_NO_COLUMN */
    struct cell_text text;
};

static bool out_of_memory(char problem[200]) {
    snprintf(problem, 200, "out of memory");
    return false;
}

static bool keep_lead(struct leads *leads, const char *customer, uint32_t cell) {
    size_t size = strlen(customer) + 1;
    if (leads->count == leads->room) {
        size_t room = 2 * leads->room + FIRST_LEADS;
        struct lead *lead = realloc(leads->lead, room * sizeof *lead);
        if (lead == NULL)
            return false;
        leads->lead = lead;
        leads->room = room;
    }
    if (leads->customers_used + size > leads->customers_room) {
        size_t room = 2 * leads->customers_room + size + FIRST_LEADS;
        char *customers = realloc(leads->customers, room);
        if (customers == NULL)
            return false;
        leads->customers = customers;
        leads->customers_room = room;
    }
    memcpy(leads->customers + leads->customers_used, customer, size);
    leads->lead[leads->count++] = (struct lead){leads->customers_used, cell};
    leads->customers_used += size;
    return true;
}

static bool read_input(const struct forest_feature *feature, const char *text, float *out, char problem[200]) {
    char *end;
    *out = NAN;
    if (text[0] == '\0')
        return true;
    if (feature->kind == FOREST_CATEGORICAL) {
        *out = forest_level(feature, text);
        return true;
    }
    *out = strtof(text, &end);
    if (*end == '\0' && isfinite(*out))
        return true;
    snprintf(problem, 200, "\"%.40s\" is no number, as %.80s must be", text, feature->name);
    return false;
}

/* A cell met for the first time. */
static bool add_cell(struct reading *r, char *const *fields, char problem[200]) {
    struct leads *leads = r->leads;
    size_t features = leads->schema->features, cell = leads->cells.count - 1;
    if (cell >= leads->cell_room) {
        size_t room = 2 * leads->cell_room + FIRST_LEADS;
        float *x = realloc(leads->x, room * features * sizeof *x);
        if (x == NULL)
            return out_of_memory(problem);
        leads->x = x;
        leads->cell_room = room;
    }
    for (size_t i = 0; i < features; i++) {
        const char *text = r->column[i] != CSV_NO_COLUMN ? fields[r->column[i]] : "";
        if (!read_input(&leads->schema->feature[i], text, &leads->x[cell * features + i], problem))
            return false;
    }
    return true;
}

static bool read_lead(struct reading *r, char *const *fields, char problem[200]) {
    const struct forest_schema *schema = r->leads->schema;
    size_t known = r->leads->cells.count;
    uint32_t cell;
    cell_text_clear(&r->text);
    for (size_t i = 0; i < schema->features; i++) {
        const char *text = r->column[i] != CSV_NO_COLUMN ? fields[r->column[i]] : "";
        if (!cell_text_add(&r->text, text, schema->feature[i].kind == FOREST_NUMERIC))
            return out_of_memory(problem);
    }
    if (!dictionary_number(&r->leads->cells, r->text.bytes, &cell))
        return out_of_memory(problem);
    if (cell == known && !add_cell(r, fields, problem))
        return false;
    cell_text_clear(&r->text);
    return (cell_text_add(&r->text, fields[r->customer], false) && keep_lead(r->leads, r->text.bytes, cell)) ||
           out_of_memory(problem);
}

static bool read_header(struct reading *r, const struct csv_header *header, char problem[200]) {
    const struct forest_schema *schema = r->leads->schema;
    for (size_t i = 0; i < schema->features; i++) {
        r->column[i] = csv_column(header, schema->feature[i].name);
        if (r->column[i] == CSV_NO_COLUMN)
            log_event(LOG_WARN, "input missing", "leads have no column %s, which the model knows",
                      schema->feature[i].name);
    }
    return csv_find_column(header, "customer_id", &r->customer, problem);
}

static bool take_row(void *user, const struct csv_header *header, char *const *fields, char problem[200]) {
    struct reading *r = user;
    return fields == NULL ? read_header(r, header, problem) : read_lead(r, fields, problem);
}

bool leads_read(struct leads *out, const char *path, const struct forest_schema *schema, struct file_error *err) {
    struct leads leads = {.schema = schema};
    struct reading r = {.leads = &leads, .column = calloc(schema->features, sizeof *r.column)};
    bool done = r.column != NULL;
    if (!done)
        file_error_set(err, "read", path);
    done = done && csv_table_read(path, take_row, &r, err);
    free(r.column);
    cell_text_done(&r.text);
    if (done)
        *out = leads;
    else
        leads_done(&leads);
    return done;
}

void leads_done(struct leads *leads) {
    dictionary_done(&leads->cells);
    free(leads->lead);
    free(leads->x);
    free(leads->customers);
    *leads = (struct leads){0};
}
