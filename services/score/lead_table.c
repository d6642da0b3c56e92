/* lead_table.c - reads leads.csv and gives each distinct row of inputs a cell. */
#include "services/score/lead_table.h"

#include <stdlib.h>
#include <string.h>

#include "libetl/base/array.h"
#include "services/common/table/csv_table.h"
#include "services/common/table/feature_codec.h"
#include "services/common/worker/log.h"
#include "services/score/csv_text.h"

struct lead_reader {
    struct lead_table *leads;
    int customer;
    int *column; /* [features], or CSV_NO_COLUMN */
    struct feature_codec codec;
    struct feature_reading *reading; /* [features] of the current lead */
    struct strbuf text;
};

static bool out_of_memory(char problem[200]) {
    snprintf(problem, 200, "out of memory");
    return false;
}

static bool add_lead(struct lead_table *leads, const char *customer, uint32_t cell) {
    size_t size = strlen(customer) + 1;
    if (!etl_array_reserve(&leads->lead, &leads->capacity, leads->count + 1, sizeof *leads->lead) ||
        !etl_array_reserve(&leads->customers, &leads->customers_capacity, leads->customers_used + size, 1))
        return false;
    memcpy(leads->customers + leads->customers_used, customer, size);
    leads->lead[leads->count++] = (struct lead_row){leads->customers_used, cell};
    leads->customers_used += size;
    return true;
}

/* Add the inputs that were read as a new cell. */
static bool add_cell(struct lead_reader *r) {
    struct lead_table *leads = r->leads;
    size_t features = leads->schema->features, cell = leads->cells.count - 1;
    if (!etl_array_reserve(&leads->x, &leads->cell_capacity, cell + 1, features * sizeof *leads->x))
        return false;
    for (size_t i = 0; i < features; i++)
        leads->x[cell * features + i] = feature_codec_encode(&r->codec, i, r->reading[i]);
    return true;
}

/* An unreadable value counts as missing, and is missing in the scores. */
static bool read_inputs(struct lead_reader *r, char *const *fields) {
    const struct forest_schema *schema = r->leads->schema;
    strbuf_clear(&r->text);
    for (size_t i = 0; i < schema->features; i++) {
        const struct forest_feature *feature = &schema->feature[i];
        const char *cell = r->column[i] != CSV_NO_COLUMN ? fields[r->column[i]] : "";
        r->reading[i] = feature_read_cell(feature->kind, cell);
        if (r->reading[i].status == FEATURE_UNREADABLE)
            feature_count_unreadable(&r->leads->unreadable, feature->name);
        csv_text_add(&r->text, r->reading[i].status == FEATURE_VALUE ? cell : "", feature->levels == 0);
    }
    return strbuf_ok(&r->text);
}

static bool read_lead(struct lead_reader *r, char *const *fields, char problem[200]) {
    size_t known = r->leads->cells.count;
    uint32_t cell;
    if (!read_inputs(r, fields) || !string_intern_add(&r->leads->cells, strbuf_text(&r->text), &cell) ||
        (cell == known && !add_cell(r)))
        return out_of_memory(problem);
    strbuf_clear(&r->text);
    csv_text_add(&r->text, fields[r->customer], false);
    return (strbuf_ok(&r->text) && add_lead(r->leads, strbuf_text(&r->text), cell)) || out_of_memory(problem);
}

static bool read_header(struct lead_reader *r, const struct csv_header *header, char problem[200]) {
    const struct forest_schema *schema = r->leads->schema;
    for (size_t i = 0; i < schema->features; i++) {
        r->column[i] = csv_column(header, schema->feature[i].name);
        if (r->column[i] == CSV_NO_COLUMN)
            log_event(LOG_WARN, "input missing",
                      "leads.csv has no column %s, an input of the model: it counts as missing",
                      schema->feature[i].name);
    }
    return csv_find_column(header, "customer_id", &r->customer, problem);
}

static bool add_row(void *user, const struct csv_header *header, char *const *fields, char problem[200]) {
    struct lead_reader *r = user;
    return fields == NULL ? read_header(r, header, problem) : read_lead(r, fields, problem);
}

bool lead_table_read(struct lead_table *out, const struct volume *volume, const char *name,
                     const struct forest_schema *schema, struct error *err) {
    struct lead_table leads = {.schema = schema};
    struct lead_reader r = {.leads = &leads,
                            .column = calloc(schema->features, sizeof *r.column),
                            .reading = calloc(schema->features, sizeof *r.reading)};
    bool done = r.column != NULL && r.reading != NULL && feature_codec_open(&r.codec, schema);
    if (!done)
        volume_error(volume, err, "read", name);
    done = done && csv_table_read_at(volume, name, add_row, &r, err);
    free(r.column);
    free(r.reading);
    feature_codec_done(&r.codec);
    strbuf_done(&r.text);
    if (done)
        *out = leads;
    else
        lead_table_done(&leads);
    return done;
}

void lead_table_done(struct lead_table *leads) {
    string_intern_done(&leads->cells);
    free(leads->lead);
    free(leads->x);
    free(leads->customers);
    json_decref(leads->unreadable);
    *leads = (struct lead_table){0};
}
