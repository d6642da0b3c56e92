/*
 * join_fixture.h - for tests: texts in, rows out.
 *
 * JSON is written with ' where it has ".  The outcome is text, a line for each row:
 *   train:  id|feature|feature|signup|purchased|amount|method|package
 *   lead:   id|feature|feature|signup
 */
#ifndef TESTS_JOIN_FIXTURE_H
#define TESTS_JOIN_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "libetl/base/timestamp.h"
#include "libetl/ingest/collector.h"
#include "libetl/join/dataset.h"
#include "libetl/stripe/payment_method.h"

static const char join_config[] = "{'currency':'usd','setup_fee':399,'packages':["
                                  "{'name':'Business','price':150,'price_ids':['price_b'],'product_ids':['prod_b'],'"
                                  "lookup_keys':['business'],'nicknames':['Business Plan']},"
                                  "{'name':'MVP','price':350,'price_ids':['price_m'],'product_ids':['prod_m'],'lookup_"
                                  "keys':['mvp'],'nicknames':['MVP']},"
                                  "{'name':'Now','price':500,'price_ids':['price_n'],'product_ids':['prod_n'],'lookup_"
                                  "keys':['now'],'nicknames':['Now']}],"
                                  "'label':'%s','features':["
                                  "{'name':'type','kind':'categorical','columns':['Business "
                                  "Type'],'levels':['Dental','Legal'],'aliases':{'Dental':['dentist']}},"
                                  "{'name':'size','kind':'categorical','columns':['Business "
                                  "Size'],'ranges':true,'levels':['1-9','10-25','26+']}],'offers':[]}";

/* What a run is given. */
struct join_input {
    const char *forms;                      /* CSV */
    const char *answers;                    /* submissions as JSON */
    const struct etl_source_format *format; /* of the answers; NULL: those of Formspree */
    const char *stripe;                     /* JSON */
    const char *payments;                   /* the dashboard's CSV */
    const char *label;                      /* "first" where NULL */
    bool test_mode, reference_only;
    size_t chunk; /* bytes read at a time; 0: all at once */
};

/* What came of it. */
struct join_outcome {
    char train[8192], leads[8192];
    uint64_t status_counts[ETL_STATUS_COUNT], found;
    uint64_t read, accepted, duplicates, quarantined, reasons[ETL_REJECT_COUNT];
    uint64_t before_lead;
};

static char *join_quotes(const char *text) {
    char *out = strdup(text);
    for (char *c = out; *c != '\0'; c++)
        if (*c == '\'')
            *c = '"';
    return out;
}

static struct etl_config *join_read_config(const char *label) {
    char text[4096];
    struct etl_config_error err = {""};
    snprintf(text, sizeof text, join_config, label != NULL ? label : "first");
    char *json = join_quotes(text);
    struct etl_config *config = etl_config_parse(json, strlen(json), &err);
    free(json);
    assert_string_equal(err.text, "");
    return config;
}

static struct etl_hash_key join_key(const char *random) {
    struct etl_hash_key key;
    etl_hash_key_set(&key, random, strlen(random));
    return key;
}

static void join_pseudonym(void *user, const char *address, char out[ETL_LEADS_ID]) {
    (void)user;
    snprintf(out, ETL_LEADS_ID, "e-%zu-%c", strlen(address), address[0]);
}

static void join_read(const struct etl_reader *reader, struct etl_collector *collector, size_t number,
                      const struct etl_source_format *format, bool csv, const char *bytes, size_t chunk) {
    struct etl_record_batch batch = {0};
    struct etl_csv_header header = {0};
    struct etl_reader_error err;
    struct etl_text file = {bytes != NULL ? bytes : "", bytes != NULL ? strlen(bytes) : 0};
    size_t from = etl_reader_start(file);
    if (bytes == NULL)
        return;
    if (csv)
        assert_true(etl_reader_csv_header(reader, format, file, &header, &from, &err));
    while (from < file.size) {
        size_t until = chunk > 0 ? from + chunk : file.size;
        etl_record_batch_reset(&batch);
        assert_true(csv ? etl_reader_read_csv(reader, format, &header, file, from, until, &batch, &from)
                        : etl_reader_read_json(reader, format, file, from, until, &batch, &from));
        assert_true(etl_collector_add(collector, number, &batch));
    }
    assert_true(etl_collector_is_balanced(&collector->sources[number]));
    etl_record_batch_done(&batch);
}

static void join_show(const struct etl_dataset *d, const struct etl_leads *leads, const struct etl_config *config,
                      size_t from, size_t to, bool train, char *out, size_t room) {
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = from; i < to; i++) {
        struct etl_dataset_row filled, *row = &filled;
        etl_dataset_row(d, i, row);
        char id[ETL_LEADS_ID], address[ETL_LEADS_ID], signup[ETL_TIMESTAMP_TEXT] = "", at[ETL_TIMESTAMP_TEXT],
                                                      money[ETL_MONEY_TEXT];
        bool is_address;
        etl_leads_id(leads, row->lead, id, &is_address);
        if (is_address) {
            memcpy(address, id, sizeof address);
            join_pseudonym(NULL, address, id);
        }
        if (row->signup_at != ETL_FORM_NO_DATE)
            etl_timestamp_format(row->signup_at, signup);
        used += (size_t)snprintf(out + used, room - used, "%s|%s|%s|%s", id,
                                 etl_feature_intern_value(&leads->intern, row->profile, 0),
                                 etl_feature_intern_value(&leads->intern, row->profile, 1), signup);
        etl_timestamp_format(row->at, at);
        etl_money_format(row->amount, row->currency, money);
        if (train)
            used += (size_t)snprintf(out + used, room - used, "|%s|%s|%s|%s", at, money,
                                     etl_payment_method_name(row->method), config->packages[row->package].name);
        used += (size_t)snprintf(out + used, room - used, "\n");
    }
}

static void join_sum(struct join_outcome *out, const struct etl_collector *collector) {
    for (size_t i = 0; i < collector->source_count; i++) {
        const struct etl_collector_source *s = &collector->sources[i];
        out->read += s->read;
        out->accepted += s->accepted;
        out->duplicates += s->duplicates;
        out->quarantined += s->quarantined;
        for (size_t k = 0; k < ETL_REJECT_COUNT; k++)
            out->reasons[k] += s->reasons[k];
    }
}

static struct join_outcome *join_run(struct join_input input) {
    struct etl_config *config = join_read_config(input.label);
    struct etl_normalizer *normalizer = etl_normalizer_new(config);
    struct etl_hash_key key = join_key("join");
    struct etl_form_reader *form = etl_form_new(config, &key);
    struct etl_reader reader = {{config, input.test_mode, &key}, form, input.reference_only};
    struct join_outcome *out = calloc(1, sizeof *out);
    struct etl_collector collector;
    struct etl_dataset dataset;
    char *answers = input.answers != NULL ? join_quotes(input.answers) : NULL;
    char *stripe = input.stripe != NULL ? join_quotes(input.stripe) : NULL;
    assert_true(etl_collector_begin(&collector, config, normalizer, &key, 4));
    join_read(&reader, &collector, 0, &etl_format_formspree, true, input.forms, input.chunk);
    join_read(&reader, &collector, 1, input.format != NULL ? input.format : &etl_format_formspree, false, answers,
              input.chunk);
    join_read(&reader, &collector, 2, &etl_format_stripe, false, stripe, input.chunk);
    join_read(&reader, &collector, 3, &etl_format_stripe, true, input.payments, input.chunk);
    assert_true(etl_dataset_begin(&dataset, &collector.purchases, config));
    assert_true(etl_dataset_build(&dataset, &collector.leads, config, join_pseudonym, NULL, 1));
    join_show(&dataset, &collector.leads, config, 0, dataset.labelled, true, out->train, sizeof out->train);
    join_show(&dataset, &collector.leads, config, dataset.labelled, dataset.count, false, out->leads,
              sizeof out->leads);
    memcpy(out->status_counts, dataset.status_counts, sizeof out->status_counts);
    out->found = dataset.found;
    out->before_lead = dataset.before_lead;
    join_sum(out, &collector);
    uint64_t judged = 0;
    for (size_t i = 0; i < ETL_STATUS_COUNT; i++)
        judged += out->status_counts[i];
    assert_int_equal(judged, out->found);
    etl_dataset_done(&dataset);
    etl_collector_done(&collector);
    etl_form_free(form);
    etl_normalizer_free(normalizer);
    etl_config_free(config);
    free(answers);
    free(stripe);
    return out;
}

/* ---- records ---- */

#define FORM_HEADER "lead_id,email,Business Type,Business Size,date\n"
#define ADA "ada,ada@example.com,Dental,10-25,2026-01-01\n"
#define BEN "ben,ben@example.com,Legal,1-9,2026-01-02\n"

/* A checkout session of Ada's for MVP, paid at noon of 2026-01-10. */
#define AT_NOON "1768046400"
#define SESSION_WITH(reference, email, more)                                                                           \
    "{'id':'cs_1','object':'checkout.session','created':" AT_NOON ",'livemode':true,'mode':'subscription',"            \
    "'status':'complete','payment_status':'paid','amount_total':35000,'currency':'usd','customer':'cus_1',"            \
    "'invoice':'in_1','subscription':'sub_1','client_reference_id':" reference ",'customer_details':{'email':" email   \
    "}" more "}\n"
#define SESSION SESSION_WITH("'ada'", "'ada@example.com'", "")

#define CHARGE(id, more)                                                                                               \
    "{'id':'" id "','object':'charge','created':" AT_NOON ",'livemode':true,'status':'succeeded','paid':true,"         \
    "'captured':true,'amount':35000,'amount_captured':35000,'amount_refunded':0,'refunded':false,'currency':'usd',"    \
    "'customer':'cus_1','billing_details':{'email':'ada@example.com'}" more "}\n"

#define INVOICE(id, subscription, reason, amount, at, more)                                                            \
    "{'id':'" id "','object':'invoice','created':" at ",'livemode':true,'status':'paid','amount_paid':" amount         \
    ",'currency':'usd','customer':'cus_1','customer_email':'ada@example.com','billing_reason':'" reason                \
    "','subscription':'" subscription "'" more "}\n"

#define SUBSCRIPTION(id, more)                                                                                         \
    "{'id':'" id "','object':'subscription','created':" AT_NOON ",'livemode':true,'status':'active',"                  \
    "'customer':'cus_1'" more "}\n"

#define EVENT(id, type, at, object)                                                                                    \
    "{'id':'" id "','object':'event','created':" at ",'livemode':true,'type':'" type "','data':{'object':" object "}}" \
    "\n"

#define ADA_ROW_OF(amount, method, package)                                                                            \
    "ada|Dental|10-25|2026-01-01T00:00:00Z|2026-01-10T12:00:00Z|" amount "|" method "|" package "\n"

/* ---- assertions a user would make ---- */

static inline void join_expect_train(struct join_input input, const char *rows) {
    struct join_outcome *out = join_run(input);
    assert_string_equal(out->train, rows);
    free(out);
}

static inline void join_expect_status(struct join_input input, enum etl_purchase_status status) {
    struct join_outcome *out = join_run(input);
    for (size_t i = 0; i < ETL_STATUS_COUNT; i++)
        if (out->status_counts[i] > 0 && i != status)
            fail_msg("%llu times \"%s\" where only \"%s\" should be", (unsigned long long)out->status_counts[i],
                     etl_purchase_status_text((enum etl_purchase_status)i), etl_purchase_status_text(status));
    assert_int_equal(out->status_counts[status], 1);
    free(out);
}

#endif
