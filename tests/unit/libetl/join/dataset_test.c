/* dataset_test.c - whatever the order, the repetitions and the number of files: the same rows. */
#include "tests/unit/libetl/join_fixture.h"

enum { STREAMS = 400, SHUFFLES = 6, RECORDS = 60, LINE = 700 };

static uint64_t random_state;
static size_t ids; /* few in one stream, many in the next: records meet often or seldom */

static size_t below(size_t limit) {
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (size_t)(random_state >> 33) % limit;
}

static const char *one_of(const char *const *words, size_t count) {
    return words[below(count)];
}
#define ONE_OF(...)                                                                                                    \
    one_of((const char *const[]){__VA_ARGS__}, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

/* "'in_3'" or null: few ids, so that records meet in every way that they can. */
static const char *an_id(const char *prefix, char out[40]) {
    if (below(2) == 0)
        return "null";
    snprintf(out, 40, "'%s_%zu'", prefix, below(ids));
    return out;
}

static const char *an_email(void) {
    return ONE_OF("null", "'a@x.com'", "'B@x.com'", "'c@x.com'", "'d@x.com'", "'nobody@x.com'");
}

static size_t a_time(void) {
    return 1768046400 + 86400 * below(6);
}

static const char *a_price(void) {
    return ONE_OF("null", "{'id':'price_m'}", "{'id':'price_n'}", "{'id':'x','unit_amount':15000}", "{'id':'y'}",
                  "{'id':'y','lookup_key':'now'}", "{'id':'f','type':'one_time','unit_amount':39900}");
}

static void write_record(char *out) {
    char in[40], pi[40], ch[40], sub[40], cus[40], ref[40];
    const char *live = ONE_OF("true", "true", "true", "true", "false"),
               *amount = ONE_OF("0", "15000", "35000", "50000", "39900", "777");
    an_id("in", in), an_id("pi", pi);
    switch (below(9) % 8) {
    case 0:
        snprintf(
            out, LINE,
            "{'id':'cs_%zu','object':'checkout.session','created':%zu,'livemode':%s,'mode':'subscription','status':'"
            "complete',"
            "'payment_status':'%s','amount_total':%s,'currency':'usd','customer':%s,'invoice':%s,'payment_intent':%s,"
            "'subscription':%s,'client_reference_id':%s,'customer_details':{'email':%s},'line_items':{'data':[{'price':"
            "%s}]}}",
            below(ids), a_time(), live, ONE_OF("paid", "unpaid", "no_payment_required"), amount, an_id("cus", cus),
            an_id("in", in), an_id("pi", pi), an_id("sub", sub), an_id("lead", ref), an_email(), a_price());
        break;
    case 1:
        snprintf(
            out, LINE,
            "{'id':'in_%zu','object':'invoice','created':%zu,'livemode':%s,'status':'%s','amount_paid':%s,'amount_due':"
            "%s,"
            "'currency':'usd','customer':%s,'customer_email':%s,'billing_reason':'%s','subscription':%s,'charge':%s,"
            "'lines':{'data':[{'price':%s},{'price':%s}]}}",
            below(ids), a_time(), live, ONE_OF("paid", "open"), amount, amount, an_id("cus", cus), an_email(),
            ONE_OF("subscription_create", "subscription_cycle", "manual"), an_id("sub", sub), an_id("ch", ch),
            a_price(), a_price());
        break;
    case 2:
        snprintf(out, LINE,
                 "{'id':'ch_%zu','object':'charge','created':%zu,'livemode':%s,'status':'%s','captured':%s,'amount':%s,"
                 "'amount_refunded':%s,'refunded':%s,'currency':'%s','customer':%s,'payment_intent':%s,'invoice':%s,"
                 "'billing_details':{'email':%s},'payment_method_details':{'type':'%s'},'description':'%s'}",
                 below(ids), a_time(), live, ONE_OF("succeeded", "succeeded", "failed"),
                 ONE_OF("true", "true", "false"), amount, ONE_OF("0", "0", "15000"), ONE_OF("false", "false", "true"),
                 ONE_OF("usd", "eur"), an_id("cus", cus), an_id("pi", pi), an_id("in", in), an_email(),
                 ONE_OF("card", "link"), ONE_OF("Subscription creation", "Other"));
        break;
    case 3:
        snprintf(
            out, LINE,
            "{'id':'evt_%zu','object':'event','created':%zu,'livemode':true,'type':'customer.subscription.updated','"
            "data':{'object':"
            "{'id':'sub_%zu','object':'subscription','created':%zu,'status':'%s','customer':%s,'latest_invoice':%s,"
            "'items':{'data':[{'price':%s}]}}}}",
            below(1000), a_time(), below(ids), a_time(), ONE_OF("active", "trialing"), an_id("cus", cus),
            an_id("in", in), a_price());
        break;
    case 4:
        snprintf(out, LINE,
                 "{'id':'re_%zu','object':'refund','amount':%s,'charge':%s,'payment_intent':%s,'status':'%s'}",
                 below(9), amount, an_id("ch", ch), an_id("pi", pi), ONE_OF("succeeded", "pending", "failed"));
        break;
    case 5:
        snprintf(out, LINE, "{'id':'dp_%zu','object':'dispute','charge':%s,'status':'%s'}", below(4), an_id("ch", ch),
                 ONE_OF("lost", "won"));
        break;
    case 6:
        snprintf(out, LINE, "{'id':'cus_%zu','object':'customer','email':%s}", below(ids), an_email());
        break;
    default:
        snprintf(out, LINE,
                 "{'id':'inpay_%zu','object':'invoice_payment','invoice':%s,'payment':{'payment_intent':%s}}",
                 below(1000), an_id("in", in), an_id("pi", pi));
    }
}

static void write_submission(char *out) {
    char id[40] = "";
    if (below(3) > 0)
        snprintf(id, sizeof id, "lead_%zu", below(5));
    snprintf(out, LINE, "%s,%s,%s,%s,2026-01-%02zu", id, ONE_OF("", "a@x.com", "b@X.com", "c@x.com", "d@x.com"),
             ONE_OF("Dental", "dentist", "Legal", "Other"), ONE_OF("1-9", "12", "30"), 8 + below(6));
}

/* Lines in an order by chance, some of them twice. */
static char *deal(char lines[][LINE], size_t count, const char *header, size_t repeats) {
    size_t order[2 * RECORDS], total = count + repeats;
    char *out = malloc(total * (LINE + 1) + 200);
    for (size_t i = 0; i < total; i++)
        order[i] = i < count ? i : below(count);
    for (size_t i = total; i > 1; i--) {
        size_t k = below(i), kept = order[i - 1];
        order[i - 1] = order[k];
        order[k] = kept;
    }
    size_t used = (size_t)sprintf(out, "%s", header);
    for (size_t i = 0; i < total; i++)
        used += (size_t)sprintf(out + used, "%s\n", lines[order[i]]);
    return out;
}

static struct join_outcome *run_dealt(char stripe_lines[][LINE], char form_lines[][LINE], size_t repeats) {
    char *stripe = deal(stripe_lines, RECORDS, "", repeats),
         *forms = deal(form_lines, RECORDS / 3, FORM_HEADER, repeats / 3);
    struct join_outcome *out = join_run((struct join_input){.forms = forms, .stripe = stripe});
    free(stripe);
    free(forms);
    return out;
}

static void order_and_repetition_never_change_the_rows(void **state) {
    (void)state;
    static char stripe[RECORDS][LINE], forms[RECORDS][LINE];
    uint64_t labelled = 0;
    for (size_t stream = 0; stream < STREAMS; stream++) {
        random_state = stream * 1000003;
        ids = 4 + stream % 40;
        for (size_t i = 0; i < RECORDS; i++) {
            write_record(stripe[i]);
            write_submission(forms[i]);
        }
        struct join_outcome *first = run_dealt(stripe, forms, 0);
        labelled += first->status_counts[ETL_STATUS_VALID];
        for (size_t i = 0; i < SHUFFLES; i++) {
            struct join_outcome *again = run_dealt(stripe, forms, 3 * i);
            if (strcmp(again->train, first->train) != 0 || strcmp(again->leads, first->leads) != 0)
                fail_msg("stream %zu, order %zu: these rows\n%s-\n%sbecame\n%s-\n%s", stream, i, first->train,
                         first->leads, again->train, again->leads);
            for (size_t v = 0; v < ETL_STATUS_COUNT; v++)
                if (again->status_counts[v] != first->status_counts[v])
                    fail_msg("stream %zu, order %zu: \"%s\" %llu times, then %llu", stream, i,
                             etl_purchase_status_text((enum etl_purchase_status)v),
                             (unsigned long long)first->status_counts[v], (unsigned long long)again->status_counts[v]);
            assert_int_equal(again->accepted, first->accepted);
            assert_int_equal(again->quarantined >= first->quarantined, 1);
            free(again);
        }
        free(first);
    }
    assert_true(2 * labelled > STREAMS); /* or the streams tell of nothing */
}

static void our_readers_the_reference_and_reading_in_pieces_agree(void **state) {
    (void)state;
    static char stripe[RECORDS][LINE], forms[RECORDS][LINE];
    for (size_t stream = 0; stream < STREAMS; stream++) {
        random_state = 77 + stream;
        ids = 4 + stream % 40;
        for (size_t i = 0; i < RECORDS; i++) {
            write_record(stripe[i]);
            write_submission(forms[i]);
        }
        char *json = deal(stripe, RECORDS, "", 5), *csv = deal(forms, RECORDS / 3, FORM_HEADER, 5);
        struct join_outcome *ours = join_run((struct join_input){.forms = csv, .stripe = json});
        struct join_outcome *theirs =
            join_run((struct join_input){.forms = csv, .stripe = json, .reference_only = true});
        assert_memory_equal(ours, theirs, sizeof *ours);
        struct join_outcome *pieces =
            join_run((struct join_input){.forms = csv, .stripe = json, .chunk = 1 + below(900)});
        assert_memory_equal(ours, pieces, sizeof *ours);
        free(pieces);
        free(ours);
        free(theirs);
        free(json);
        free(csv);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(order_and_repetition_never_change_the_rows),
        cmocka_unit_test(our_readers_the_reference_and_reading_in_pieces_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
