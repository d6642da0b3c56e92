/*
 * join.h - for tests: texts in, rows out.
 *
 * JSON is written with ' where it has ".  The outcome is text, a line for each row:
 *   train:  id|feature|feature|signup|purchased|amount|method|package
 *   lead:   id|feature|feature|signup
 */
#ifndef TESTS_JOIN_H
#define TESTS_JOIN_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "libetl/dataset.h"
#include "libetl/gather.h"
#include "libetl/payment_method.h"
#include "libetl/timestamp.h"

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
    const char *forms;    /* CSV */
    const char *answers;  /* submissions as JSON */
    const char *stripe;   /* JSON */
    const char *payments; /* the dashboard's CSV */
    const char *label;    /* "first" where NULL */
    bool test_mode, reference_only;
    size_t stretch; /* bytes read at a time; 0: all at once */
};

/* What came of it. */
struct join_outcome {
    char train[8192], leads[8192];
    uint64_t verdicts[VERDICT_COUNT], found;
    uint64_t read, accepted, duplicates, quarantined, reasons[REFUSAL_COUNT];
    uint64_t before_lead;
};

static char *join_quotes(const char *text) {
    char *out = strdup(text);
    for (char *c = out; *c != '\0'; c++)
        if (*c == '\'')
            *c = '"';
    return out;
}

static struct config *join_read_config(const char *label) {
    char text[4096];
    struct config_error err = {""};
    snprintf(text, sizeof text, join_config, label != NULL ? label : "first");
    char *json = join_quotes(text);
    struct config *config = config_parse(json, strlen(json), &err);
    free(json);
    assert_string_equal(err.text, "");
    return config;
}

static void join_pseudonym(void *user, const char *address, char out[LEADS_ID]) {
    (void)user;
    snprintf(out, LEADS_ID, "e-%zu-%c", strlen(address), address[0]);
}

static void join_read(const struct intake *intake, struct gather *gather, size_t number, enum intake_kind kind,
                      const char *bytes, size_t stretch) {
    struct batch batch = {0};
    struct intake_header header = {0};
    struct intake_error err;
    struct text file = {bytes != NULL ? bytes : "", bytes != NULL ? strlen(bytes) : 0};
    bool csv = kind == INTAKE_FORM_CSV || kind == INTAKE_STRIPE_CSV;
    size_t from = intake_start(file);
    if (bytes == NULL)
        return;
    if (csv)
        assert_true(intake_csv_header(intake, kind, file, &header, &from, &err));
    while (from < file.size) {
        size_t until = stretch > 0 ? from + stretch : file.size;
        batch_reset(&batch);
        assert_true(csv ? intake_csv(intake, kind, &header, file, from, until, &batch, &from)
                        : intake_json(intake, kind, file, from, until, &batch, &from));
        assert_true(gather_batch(gather, number, &batch));
    }
    assert_true(gather_balances(&gather->sources[number]));
    batch_done(&batch);
}

static void join_show(const struct dataset *d, const struct leads *leads, const struct config *config, size_t from,
                      size_t to, bool train, char *out, size_t room) {
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = from; i < to; i++) {
        struct dataset_row filled, *row = &filled;
        dataset_row(d, i, row);
        char id[LEADS_ID], address[LEADS_ID], signup[TIMESTAMP_TEXT] = "", at[TIMESTAMP_TEXT], money[MONEY_TEXT];
        bool is_address;
        leads_id(leads, row->lead, id, &is_address);
        if (is_address) {
            memcpy(address, id, sizeof address);
            join_pseudonym(NULL, address, id);
        }
        if (row->signup_at != FORM_NO_DATE)
            timestamp_format(row->signup_at, signup);
        used += (size_t)snprintf(out + used, room - used, "%s|%s|%s|%s", id,
                                 profiles_value(&leads->profiles, row->profile, 0),
                                 profiles_value(&leads->profiles, row->profile, 1), signup);
        timestamp_format(row->at, at);
        money_format(row->amount, row->currency, money);
        if (train)
            used += (size_t)snprintf(out + used, room - used, "|%s|%s|%s|%s", at, money,
                                     payment_method_name(row->method), config->packages[row->package].name);
        used += (size_t)snprintf(out + used, room - used, "\n");
    }
}

static void join_sum(struct join_outcome *out, const struct gather *gather) {
    for (size_t i = 0; i < gather->source_count; i++) {
        const struct gather_source *s = &gather->sources[i];
        out->read += s->read;
        out->accepted += s->accepted;
        out->duplicates += s->duplicates;
        out->quarantined += s->quarantined;
        for (size_t k = 0; k < REFUSAL_COUNT; k++)
            out->reasons[k] += s->reasons[k];
    }
}

static struct join_outcome *join_run(struct join_input input) {
    struct config *config = join_read_config(input.label);
    struct vocabulary *vocabulary = vocabulary_new(config);
    struct form_reader *form = form_new(config, 7);
    struct intake intake = {{config, input.test_mode, 7}, form, input.reference_only};
    struct join_outcome *out = calloc(1, sizeof *out);
    struct gather gather;
    struct dataset dataset;
    char *answers = input.answers != NULL ? join_quotes(input.answers) : NULL;
    char *stripe = input.stripe != NULL ? join_quotes(input.stripe) : NULL;
    assert_true(gather_begin(&gather, config, vocabulary, 7, 4));
    join_read(&intake, &gather, 0, INTAKE_FORM_CSV, input.forms, input.stretch);
    join_read(&intake, &gather, 1, INTAKE_FORM_JSON, answers, input.stretch);
    join_read(&intake, &gather, 2, INTAKE_STRIPE_JSON, stripe, input.stretch);
    join_read(&intake, &gather, 3, INTAKE_STRIPE_CSV, input.payments, input.stretch);
    assert_true(dataset_judge(&dataset, &gather.purchases, config));
    assert_true(dataset_build(&dataset, &gather.leads, config, join_pseudonym, NULL, 1));
    join_show(&dataset, &gather.leads, config, 0, dataset.labelled, true, out->train, sizeof out->train);
    join_show(&dataset, &gather.leads, config, dataset.labelled, dataset.count, false, out->leads, sizeof out->leads);
    memcpy(out->verdicts, dataset.verdicts, sizeof out->verdicts);
    out->found = dataset.found;
    out->before_lead = dataset.before_lead;
    join_sum(out, &gather);
    uint64_t judged = 0;
    for (size_t i = 0; i < VERDICT_COUNT; i++)
        judged += out->verdicts[i];
    assert_int_equal(judged, out->found);
    dataset_done(&dataset);
    gather_done(&gather);
    form_free(form);
    vocabulary_free(vocabulary);
    config_free(config);
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

static inline void join_expect_verdict(struct join_input input, enum verdict verdict) {
    struct join_outcome *out = join_run(input);
    for (size_t i = 0; i < VERDICT_COUNT; i++)
        if (out->verdicts[i] > 0 && i != verdict)
            fail_msg("%llu times \"%s\" where only \"%s\" should be", (unsigned long long)out->verdicts[i],
                     verdict_text((enum verdict)i), verdict_text(verdict));
    assert_int_equal(out->verdicts[verdict], 1);
    free(out);
}

#endif
