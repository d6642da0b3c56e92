/* webhook.c - webhook deliveries of all sources: verify, store, then answer 200. */
#include "services/api/webhooks/webhook.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "libetl/json/json_repair.h"
#include "libetl/json/tape.h"
#include "services/common/util/unix_time.h"

/* The ticket of a request whose delivery is being stored. */
struct delivery {
    struct webhook_store *store;
    struct webhook_store_ticket ticket;
};

static void release(struct request *request) {
    struct delivery *delivery = request->ticket;
    free(delivery->ticket.line);
    free(delivery);
}

/* ---- the secrets and the store ---- */

bool webhooks_open(struct webhooks *webhooks, const struct options *options, const char *instance,
                   void (*wake)(void *waker)) {
    *webhooks = (struct webhooks){.configured = false};
    for (size_t i = 0; i < ETL_SOURCE_COUNT; i++) {
        etl_signature_read_secrets(&webhooks->secrets[i], options->webhook_secrets[i]);
        webhooks->configured |= webhooks->secrets[i].count > 0;
    }
    return !webhooks->configured || webhook_store_open(&webhooks->store, options->common.data, instance, wake);
}

void webhooks_close(struct webhooks *webhooks) {
    if (webhooks->configured)
        webhook_store_close(&webhooks->store);
}

/* ---- first half: verify ---- */

static enum etl_source_id source_of(const struct route *route) {
    const char *name = strrchr(route->path, '/') + 1;
    size_t source = 0;
    while (source + 1 < ETL_SOURCE_COUNT && strcmp(etl_sources[source].name, name) != 0)
        source++;
    return (enum etl_source_id)source;
}

/*
 * The operator must set the secret. Nothing is lost until then: the sender shows the error and retries for days. 404
 * would suggest that the address is wrong.
 */
static void respond_no_secret(const struct request *request, enum etl_source_id source, struct response *response) {
    problem_respond_one(response, 503, request->id, "service", NULL, "no_secret",
                        "%s is not set, so deliveries cannot be verified", etl_sources[source].secret);
    response_header_static(response, "Retry-After", "3600");
}

static bool is_signed(const struct webhooks *webhooks, enum etl_source_id source, const struct request *request,
                      struct response *response) {
    const struct etl_signature_scheme *scheme = &etl_sources[source].format->signature;
    if (webhooks == NULL || webhooks->secrets[source].count == 0) {
        respond_no_secret(request, source, response);
        return false;
    }
    enum etl_signature_result result =
        etl_signature_check(scheme, &webhooks->secrets[source], request->header[HEADER_SIGNATURE + (size_t)source],
                            (struct etl_text){request->body, request->size}, (int64_t)time(NULL));
    if (result != ETL_SIGNATURE_VALID)
        problem_respond_one(response, 401, request->id, "header", scheme->header, "signature", "%s",
                            etl_signature_text(result));
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
    webhook_store_submit(delivery->store, &delivery->ticket);
}

static void reject_temporarily(const struct request *request, struct response *response) {
    problem_respond_one(response, 503, request->id, "service", NULL, "not_stored",
                        "the delivery could not be stored, retry later");
    response_header_static(response, "Retry-After", "60");
}

static void store_delivery(struct webhooks *webhooks, enum etl_source_id source, struct request *request,
                           struct response *response) {
    struct delivery *delivery = webhooks->configured ? calloc(1, sizeof *delivery) : NULL;
    size_t size;
    char *line = delivery != NULL ? write_line(request, &size) : NULL;
    if (line == NULL) {
        free(delivery);
        reject_temporarily(request, response);
        return;
    }
    delivery->store = &webhooks->store;
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

void webhook_respond(struct thread_context *context, struct request *request, struct response *response) {
    struct webhooks *webhooks = context->app->webhooks;
    enum etl_source_id source = source_of(request->route);
    if (request->ticket != NULL)
        respond_stored(request, response);
    else if (is_signed(webhooks, source, request, response) && is_object(request, response))
        store_delivery(webhooks, source, request, response);
}
