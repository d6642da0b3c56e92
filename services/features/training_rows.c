/* training_rows.c - reads train.csv; a row that cannot be used is rejected with its line. */
#include "services/features/training_rows.h"

#include <stdlib.h>
#include <string.h>

#include "libetl/base/array.h"
#include "services/common/table/csv_table.h"
#include "services/common/table/feature_codec.h"

/* Where the columns are. */
struct row_reader {
    struct training_rows *p;
    int customer, at, package;
    int *feature; /* [features] */
};

/* ---- numbers as bits that sort ---- */

static feature_value number_bits(float number) {
    uint32_t bits;
    memcpy(&bits, &number, sizeof bits);
    return bits >> 31 ? ~bits : bits | 0x80000000u;
}

float training_rows_number(feature_value value) {
    uint32_t bits = value >> 31 ? value & 0x7fffffffu : ~value;
    float number;
    memcpy(&number, &bits, sizeof number);
    return number;
}

/* ---- one row ---- */

static bool grow(struct training_rows *p) {
    size_t capacity = p->capacity, values = p->config->feature_count * sizeof *p->value;
    return etl_array_reserve(&p->row, &capacity, p->count + 1, sizeof *p->row) &&
           etl_array_reserve(&p->value, &p->capacity, p->count + 1, values);
}

static bool add_customer(struct training_rows *p, const char *id) {
    size_t size = strlen(id) + 1;
    if (!etl_array_reserve(&p->customers, &p->customers_capacity, p->customers_used + size, 1))
        return false;
    p->row[p->count].customer = p->customers_used;
    memcpy(p->customers + p->customers_used, id, size);
    p->customers_used += size;
    return true;
}

/* An unreadable value counts as missing. */
static bool read_value(struct training_rows *p, size_t feature, const char *cell, feature_value *out,
                       char problem[200]) {
    const struct etl_config_feature *declared = &p->config->features[feature];
    struct feature_reading reading = feature_read_cell(feature_kind_declared(declared), cell);
    uint32_t number;
    *out = 0;
    if (reading.status == FEATURE_UNREADABLE)
        feature_count_unreadable(&p->unreadable, declared->name);
    if (reading.status != FEATURE_VALUE)
        return true;
    if (declared->numeric) {
        *out = number_bits(reading.number);
        return true;
    }
    if (strlen(cell) > ETL_CONFIG_MAX_NAME || !string_intern_add(&p->texts[feature], cell, &number)) {
        snprintf(problem, 200, "a value of %.80s is longer than %d bytes", declared->name, ETL_CONFIG_MAX_NAME);
        return false;
    }
    *out = number + 1;
    return true;
}

static bool read_row(struct row_reader *r, char *const *fields, char problem[200]) {
    struct training_rows *p = r->p;
    if (!grow(p) || !add_customer(p, fields[r->customer])) {
        snprintf(problem, 200, "out of memory");
        return false;
    }
    struct training_row *row = &p->row[p->count];
    size_t class = etl_config_find_package(p->config, fields[r->package]);
    if (class == ETL_CONFIG_ANY_PACKAGE) {
        snprintf(problem, 200, "the configuration has no package \"%.80s\"", fields[r->package]);
        return false;
    }
    row->class = (uint32_t) class;
    if (!unix_time_parse(fields[r->at], &row->at)) {
        snprintf(problem, 200, "invalid time in purchased_at: \"%.40s\"", fields[r->at]);
        return false;
    }
    feature_value *value = p->value + p->count * p->config->feature_count;
    for (size_t i = 0; i < p->config->feature_count; i++)
        if (!read_value(p, i, fields[r->feature[i]], &value[i], problem))
            return false;
    p->count++;
    return true;
}

/* ---- the file ---- */

static bool read_header(struct row_reader *r, const struct csv_header *header, char problem[200]) {
    const struct etl_config *config = r->p->config;
    bool good = csv_find_column(header, "customer_id", &r->customer, problem) &&
                csv_find_column(header, "purchased_at", &r->at, problem) &&
                csv_find_column(header, "package", &r->package, problem);
    for (size_t i = 0; i < config->feature_count && good; i++)
        good = csv_find_column(header, config->features[i].name, &r->feature[i], problem);
    return good;
}

static bool add_row(void *user, const struct csv_header *header, char *const *fields, char problem[200]) {
    struct row_reader *r = user;
    return fields == NULL ? read_header(r, header, problem) : read_row(r, fields, problem);
}

bool training_rows_read(struct training_rows *out, const struct volume *volume, const char *name,
                        const struct etl_config *config, struct error *err) {
    struct training_rows p = {.config = config, .texts = calloc(config->feature_count + 1, sizeof *p.texts)};
    struct row_reader r = {.p = &p, .feature = calloc(config->feature_count + 1, sizeof *r.feature)};
    bool done = p.texts != NULL && r.feature != NULL;
    if (!done)
        volume_error(volume, err, "read", name);
    done = done && csv_table_read_at(volume, name, add_row, &r, err);
    free(r.feature);
    if (done)
        *out = p;
    else
        training_rows_done(&p);
    return done;
}

void training_rows_done(struct training_rows *p) {
    for (size_t i = 0; p->texts != NULL && i < p->config->feature_count; i++)
        string_intern_done(&p->texts[i]);
    free(p->texts);
    free(p->row);
    free(p->value);
    free(p->customers);
    json_decref(p->unreadable);
    *p = (struct training_rows){0};
}

const char *training_rows_customer(const struct training_rows *p, size_t row) {
    return p->customers + p->row[row].customer;
}
