/* csv_output.c - rows as CSV. */
#include "services/etl/csv_output.h"

#include "services/common/store/atomic_file.h"

#include <stdio.h>
#include <string.h>

#include "libetl/base/timestamp.h"
#include "libetl/stripe/payment_method.h"

enum {
    FLUSH_AT = 64 << 10,
    MAX_LINE = ETL_CONFIG_MAX_FEATURES * 2 * ETL_NORMALIZER_VALUE + 4 * ETL_LEADS_ID +
               1024 /* every field at its greatest length, quoted */
};

/* Lines that are not written yet. Millions are written, so they are collected here and written in large blocks. */
struct line {
    FILE *file;
    size_t size;
    char text[FLUSH_AT + MAX_LINE];
};

static void put_quoted(struct line *line, const char *text) {
    line->text[line->size++] = '"';
    for (; *text != '\0'; text++) {
        if (*text == '"')
            line->text[line->size++] = '"';
        line->text[line->size++] = *text;
    }
    line->text[line->size++] = '"';
}

/* Append a text that needs no quotes. */
static void put_plain(struct line *line, const char *text) {
    size_t size = strlen(text);
    memcpy(line->text + line->size, text, size);
    line->size += size;
    line->text[line->size++] = ',';
}

static bool needs_quotes(char c) {
    return c == ',' || c == '"' || c == '\r' || c == '\n';
}

static void put(struct line *line, const char *text) {
    char *at = line->text + line->size;
    const char *c = text;
    while (*c != '\0' && !needs_quotes(*c))
        *at++ = *c++;
    if (*c == '\0')
        line->size = (size_t)(at - line->text);
    else
        put_quoted(line, text);
    line->text[line->size++] = ',';
}

static void put_time(struct line *line, int64_t at) {
    char text[ETL_TIMESTAMP_TEXT] = "";
    if (at != ETL_FORM_NO_DATE)
        etl_timestamp_format(at, text);
    put_plain(line, text);
}

/* The stream keeps an error, and atomic_file_commit reports it. */
static void flush(struct line *line) {
    fwrite(line->text, 1, line->size, line->file);
    line->size = 0;
}

static void end_line(struct line *line) {
    line->text[line->size - 1] = '\n';
    if (line->size >= FLUSH_AT)
        flush(line);
}

static void put_header(struct line *line, const struct etl_config *config, bool train) {
    static const char *const last[] = {"purchased_at", "amount", "payment_method", "package", "package_tier"};
    put(line, "customer_id");
    for (size_t i = 0; i < config->feature_count; i++)
        put(line, config->features[i].name);
    put(line, "signup_at");
    for (size_t i = 0; train && i < sizeof last / sizeof *last; i++)
        put(line, last[i]);
    end_line(line);
}

static void put_person(struct line *line, const struct csv_output *output, const struct etl_dataset_row *row) {
    char id[ETL_LEADS_ID], address[ETL_LEADS_ID];
    bool is_address;
    etl_leads_id(output->leads, row->lead, id, &is_address);
    if (is_address) {
        memcpy(address, id, sizeof address);
        pseudonym_make(output->pseudonym, address, id);
    }
    put_plain(line, id); /* contains only letters, digits and a few marks */
    for (size_t i = 0; i < output->config->feature_count; i++)
        put(line, etl_feature_intern_value(&output->leads->intern, row->profile, i));
    put_time(line, row->signup_at);
}

static void put_purchase(struct line *line, const struct etl_config *config, const struct etl_dataset_row *row) {
    char text[ETL_MONEY_TEXT];
    put_time(line, row->at);
    etl_money_format(row->amount, row->currency, text);
    put_plain(line, text);
    put_plain(line, etl_payment_method_name(row->method));
    put(line, config->packages[row->package].name);
    snprintf(text, sizeof text, "%u", row->package);
    put_plain(line, text);
}

bool csv_output_write(const struct csv_output *output, const struct volume *volume, const char *name, bool train,
                      struct error *err) {
    struct atomic_file p;
    struct line line;
    size_t from = train ? 0 : output->dataset->labelled,
           to = train ? output->dataset->labelled : output->dataset->count;
    if (!atomic_file_open_at(&p, volume, name, err))
        return false;
    line.file = p.file;
    line.size = 0;
    put_header(&line, output->config, train);
    for (size_t i = from; i < to; i++) {
        struct etl_dataset_row row;
        etl_dataset_prefetch(output->dataset, i);
        etl_dataset_row(output->dataset, i, &row);
        put_person(&line, output, &row);
        if (train)
            put_purchase(&line, output->config, &row);
        end_line(&line);
    }
    flush(&line);
    return atomic_file_commit(&p, err);
}

static bool is_known_later(const char *name) {
    static const char *const names[] = {"customerid", "leadid",        "email",   "signupat",     "purchasedat",
                                        "amount",     "paymentmethod", "package", "packagetier",  "price",
                                        "plan",       "currency",      "invoice", "subscription", "charge",
                                        "refund",     "refunded",      "paid",    "paidat",       "paymentstatus"};
    char folded[ETL_NORMALIZER_VALUE];
    etl_text_fold_name((struct etl_text){name, strlen(name)}, folded, sizeof folded);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(folded, names[i]) == 0)
            return true;
    return false;
}

const char *csv_output_find_leak(const struct etl_config *config) {
    for (size_t i = 0; i < config->feature_count; i++) {
        const struct etl_config_feature *feature = &config->features[i];
        bool leaks = is_known_later(feature->name);
        for (size_t k = 0; k < feature->columns.count; k++)
            leaks = leaks || is_known_later(feature->columns.text[k]);
        if (leaks)
            return feature->name;
    }
    return NULL;
}
