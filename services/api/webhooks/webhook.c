/* webhook.c - webhook deliveries of Stripe and Formspree: verify, store, then answer 200. */
#include "services/api/webhooks/webhook.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "libetl/base/webhook_signature.h"
#include "libetl/json/json_repair.h"
#include "libetl/json/tape.h"
#include "services/common/util/unix_time.h"

enum { TOLERANCE_SECONDS = 300 }; /* as both senders recommend */

/* The ticket of a request whose delivery is being stored. */
struct delivery {
    struct webhook_store *webhook_store;
    struct webhook_store_ticket ticket;
};

static void release(struct request *request) {
    struct delivery *delivery = request->ticket;
    free(delivery->ticket.line);
    free(delivery);
}

/* ---- first half: verify ---- */

static bool is_signed(const struct thread_context *context, enum webhook_source source, const struct request *request,
                      struct response *response) {
    const struct etl_signature_secrets *secrets = &context->app->secrets[source];
    const char *name = source == WEBHOOK_STRIPE ? "Stripe-Signature" : "Formspree-Signature";
    const char *header =
        request->header[source == WEBHOOK_STRIPE ? HEADER_STRIPE_SIGNATURE : HEADER_FORMSPREE_SIGNATURE];
    if (secrets->count == 0) {
        /*
         * The operator must set the secret. Nothing is lost until then: the sender shows the error and retries for
         * days. 404 would suggest that the address is wrong.
         */
        problem_respond_one(response, 503, request->id, "service", NULL, "no_secret",
                            "%s is not set, so deliveries cannot be verified",
                            source == WEBHOOK_STRIPE ? "STRIPE_WEBHOOK_SECRET" : "FORMSPREE_WEBHOOK_SECRET");
        response_header_static(response, "Retry-After", "3600");
        return false;
    }
    enum etl_signature_result result =
        etl_signature_check(source == WEBHOOK_STRIPE ? ETL_SIGNATURE_STRIPE : ETL_SIGNATURE_FORMSPREE, secrets, header,
                            (struct etl_text){request->body, request->size}, (int64_t)time(NULL), TOLERANCE_SECONDS);
    if (result != ETL_SIGNATURE_VALID)
        problem_respond_one(response, 401, request->id, "header", name, "signature", "%s", etl_signature_text(result));
    return result == ETL_SIGNATURE_VALID;
}

static struct etl_text without_space(struct etl_text text) {
    static const char space[] = " \t\r\n";
    while (text.size > 0 && memchr(space, text.at[0], sizeof space - 1) != NULL)
        text = (struct etl_text){text.at + 1, text.size - 1};
    while (text.size > 0 && memchr(space, text.at[text.size - 1], sizeof space - 1) != NULL)
        text.size--;
    return text;
}

/* The ETL's own scanner needs a tenth of the time. jansson checks what the scanner does not support. */
static bool is_object(const struct request *request, struct response *response) {
    struct etl_tape tape = {0};
    struct etl_text body = without_space((struct etl_text){request->body, request->size});
    size_t used = 0;
    bool good = etl_tape_scan(&tape, body, &used) == ETL_TAPE_DONE && used == body.size;
    etl_tape_done(&tape);
    if (!good) {
        json_t *read = etl_json_repair_load(body, NULL);
        good = json_is_object(read);
        json_decref(read);
    }
    if (!good)
        problem_respond_one(response, 400, request->id, "body", NULL, "json", "the delivery is not a JSON object");
    return good;
}

/* The envelope on one line. Line breaks in JSON occur only between tokens, where a space means the same. */
static char *write_line(const struct request *request, size_t *size) {
    struct strbuf line = {0};
    char now[UNIX_TIME_TEXT];
    unix_time_format((unix_time)time(NULL), now);
    strbuf_printf(&line, "{\"received_at\":\"%s\",\"body\":", now);
    size_t from = line.size;
    strbuf_append(&line, request->body, request->size);
    for (size_t i = from; i < line.size; i++)
        if (line.at[i] == '\n' || line.at[i] == '\r')
            line.at[i] = ' ';
    strbuf_puts(&line, "}\n");
    return strbuf_detach(&line, size);
}

static void submit(struct request *request) {
    struct delivery *delivery = request->ticket;
    webhook_store_submit(delivery->webhook_store, &delivery->ticket);
}

static void reject_temporarily(const struct request *request, struct response *response) {
    problem_respond_one(response, 503, request->id, "service", NULL, "not_stored",
                        "the delivery could not be stored, retry later");
    response_header_static(response, "Retry-After", "60");
}

static void store_delivery(struct thread_context *context, enum webhook_source source, struct request *request,
                           struct response *response) {
    struct webhook_store *webhook_store = context->app->webhook_store;
    struct delivery *delivery = webhook_store != NULL ? calloc(1, sizeof *delivery) : NULL;
    size_t size;
    char *line = delivery != NULL ? write_line(request, &size) : NULL;
    if (line == NULL) {
        free(delivery);
        reject_temporarily(request, response);
        return;
    }
    delivery->webhook_store = webhook_store;
    delivery->ticket =
        (struct webhook_store_ticket){.source = source, .line = line, .size = size, .waker = request->waker};
    request->ticket = delivery;
    request->release = release;
    response->later = submit;
}

/* ---- second half: the result ---- */

static void respond_stored(const struct request *request, struct response *response) {
    static const char received[] = "{\"received\":true}\n";
    const struct delivery *delivery = request->ticket;
    if (atomic_load(&delivery->ticket.state) == WEBHOOK_STORE_STORED)
        response_static(response, 200, RESPONSE_JSON, received, sizeof received - 1);
    else
        reject_temporarily(request, response);
}

static void handle(struct thread_context *context, enum webhook_source source, struct request *request,
                   struct response *response) {
    if (request->ticket != NULL)
        respond_stored(request, response);
    else if (is_signed(context, source, request, response) && is_object(request, response))
        store_delivery(context, source, request, response);
}

void webhook_stripe(struct thread_context *context, struct request *request, struct response *response) {
    handle(context, WEBHOOK_STRIPE, request, response);
}

void webhook_formspree(struct thread_context *context, struct request *request, struct response *response) {
    handle(context, WEBHOOK_FORMSPREE, request, response);
}
