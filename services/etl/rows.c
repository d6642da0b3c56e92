/* rows.c - rows as CSV. */
#include "services/etl/rows.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "libetl/payment_method.h"
#include "libetl/timestamp.h"

/* A row on its way into a file: millions are written, so a line is put together before it goes. */
struct line {
    FILE *file;
    size_t size;
    char
        text[CONFIG_MAX_FEATURES * 2 * VOCABULARY_VALUE + 4 * LEADS_ID + 1024]; /* every field at its longest, quoted */
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

/* A text of ours, which needs no quotes. */
static void put_plain(struct line *line, const char *text) {
    size_t size = strlen(text);
    memcpy(line->text + line->size, text, size);
    line->size += size;
    line->text[line->size++] = ',';
}

static void put(struct line *line, const char *text) {
    if (text[strcspn(text, ",\"\r\n")] == '\0') {
        put_plain(line, text);
        return;
    }
    put_quoted(line, text);
    line->text[line->size++] = ',';
}

static void put_time(struct line *line, int64_t at) {
    char text[TIMESTAMP_TEXT] = "";
    if (at != FORM_NO_DATE)
        timestamp_format(at, text);
    put_plain(line, text);
}

static void end_line(struct line *line) {
    line->text[line->size - 1] = '\n';
    fwrite(line->text, 1, line->size, line->file);
    line->size = 0;
}

static void put_header(struct line *line, const struct config *config, bool train) {
    static const char *const last[] = {"purchased_at", "amount", "payment_method", "package", "package_tier"};
    put(line, "customer_id");
    for (size_t i = 0; i < config->feature_count; i++)
        put(line, config->features[i].name);
    put(line, "signup_at");
    for (size_t i = 0; train && i < sizeof last / sizeof *last; i++)
        put(line, last[i]);
    end_line(line);
}

static void put_person(struct line *line, const struct rows *rows, const struct dataset_row *row) {
    char id[LEADS_ID], address[LEADS_ID];
    bool is_address;
    leads_id(rows->leads, row->lead, id, &is_address);
    if (is_address) {
        memcpy(address, id, sizeof address);
        pseudonym_make(rows->pseudonym, address, id);
    }
    put(line, id);
    for (size_t i = 0; i < rows->config->feature_count; i++)
        put(line, profiles_value(&rows->leads->profiles, row->profile, i));
    put_time(line, row->signup_at);
}

static void put_purchase(struct line *line, const struct config *config, const struct dataset_row *row) {
    char text[MONEY_TEXT];
    put_time(line, row->at);
    money_format(row->amount, row->currency, text);
    put_plain(line, text);
    put_plain(line, payment_method_name(row->method));
    put(line, config->packages[row->package].name);
    snprintf(text, sizeof text, "%u", row->package);
    put_plain(line, text);
}

static bool write_rows(const struct rows *rows, const char *path, bool train, struct file_error *err) {
    struct publication p;
    struct line line = {.size = 0};
    size_t from = train ? 0 : rows->dataset->labelled, to = train ? rows->dataset->labelled : rows->dataset->count;
    if (!publish_open(&p, path, err))
        return false;
    line.file = p.file;
    put_header(&line, rows->config, train);
    for (size_t i = from; i < to; i++) {
        struct dataset_row row;
        dataset_prefetch(rows->dataset, i);
        dataset_row(rows->dataset, i, &row);
        put_person(&line, rows, &row);
        if (train)
            put_purchase(&line, rows->config, &row);
        end_line(&line);
    }
    return publish_commit(&p, err);
}

/* The leads' file, written by a thread of its own. */
struct leads_job {
    const struct rows *rows;
    const char *path;
    struct file_error err;
    bool done;
};

static void *write_leads(void *user) {
    struct leads_job *job = user;
    job->done = write_rows(job->rows, job->path, false, &job->err);
    return NULL;
}

bool rows_write(const struct rows *rows, const char *train, const char *leads, unsigned threads,
                struct file_error *err) {
    struct leads_job job = {.rows = rows, .path = leads};
    pthread_t thread;
    bool beside = threads > 1 && pthread_create(&thread, NULL, write_leads, &job) == 0;
    if (!beside)
        write_leads(&job);
    bool done = write_rows(rows, train, true, err);
    if (beside)
        pthread_join(thread, NULL);
    if (done && !job.done)
        *err = job.err;
    return done && job.done;
}

static bool is_later(const char *name) {
    static const char *const later[] = {"customerid", "leadid",        "email",   "signupat",     "purchasedat",
                                        "amount",     "paymentmethod", "package", "packagetier",  "price",
                                        "plan",       "currency",      "invoice", "subscription", "charge",
                                        "refund",     "refunded",      "paid",    "paidat",       "paymentstatus"};
    char folded[VOCABULARY_VALUE];
    text_fold_name((struct text){name, strlen(name)}, folded, sizeof folded);
    for (size_t i = 0; i < sizeof later / sizeof *later; i++)
        if (strcmp(folded, later[i]) == 0)
            return true;
    return false;
}

const char *rows_find_leak(const struct config *config) {
    for (size_t i = 0; i < config->feature_count; i++) {
        const struct config_feature *feature = &config->features[i];
        bool leaks = is_later(feature->name);
        for (size_t k = 0; k < feature->columns.count; k++)
            leaks = leaks || is_later(feature->columns.text[k]);
        if (leaks)
            return feature->name;
    }
    return NULL;
}
