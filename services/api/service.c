/* service.c - from a whole request to its reply: route, preflight, handler, and the headers all replies share. */
#include "services/api/service.h"

#include <stdio.h>
#include <string.h>

#include "libetl/text.h"
#include "services/api/batch.h"
#include "services/api/guard.h"
#include "services/api/routes.h"
#include "services/common/run_id.h"

enum { DELIVERY_BYTES = 1 << 20 };

const char *service_judge(const struct options *options) {
    struct keys keys;
    struct proxies proxies;
    struct signature_secrets secrets;
    if (!cors_valid(options->cors_origins))
        return "CORS_ORIGINS: origins such as https://shop.example are needed, without a path";
    if (!keys_read(&keys, options->api_keys) || !keys_read(&keys, options->admin_key))
        return "API_KEYS, ADMIN_KEY: too many keys, or none between the commas";
    if (!proxies_read(&proxies, options->trusted_proxies))
        return "TRUSTED_PROXIES: addresses and ranges such as 10.0.0.0/8 are needed";
    if (!signature_read_secrets(&secrets, options->stripe_secret) ||
        !signature_read_secrets(&secrets, options->formspree_secret))
        return "STRIPE_WEBHOOK_SECRET, FORMSPREE_WEBHOOK_SECRET: too many secrets";
    return NULL;
}

bool service_open(struct service *service, const struct options *options, const struct config *config,
                  struct served_reader *reader, size_t readers) {
    *service = (struct service){.options = options, .cors = {options->cors_origins}, .workers = readers};
    service->words = (struct model_words){config, vocabulary_new(config), readers};
    served_open(&service->served, reader, readers);
    atomic_init(&service->draining, false);
    keys_read(&service->keys, options->api_keys);
    keys_read(&service->admin_keys, options->admin_key);
    proxies_read(&service->proxies, options->trusted_proxies);
    signature_read_secrets(&service->secrets[INBOX_STRIPE], options->stripe_secret);
    signature_read_secrets(&service->secrets[INBOX_FORMSPREE], options->formspree_secret);
    return service->words.vocabulary != NULL &&
           (options->rate_limit == 0 || rate_open(&service->rate, options->rate_limit));
}

void service_done(struct service *service) {
    model_free(served_swap(&service->served, NULL));
    vocabulary_free(service->words.vocabulary);
    rate_done(&service->rate);
}

void worker_open(struct worker *worker, struct service *service, size_t number) {
    char uuid[37];
    *worker = (struct worker){.service = service, .number = number};
    run_id_new(uuid);
    /* 64 random bits of the UUID, so that ids of other loops and processes differ. */
    snprintf(worker->id_prefix, sizeof worker->id_prefix, "%.8s%.4s%.4s", uuid, uuid + 24, uuid + 32);
}

void worker_done(struct worker *worker) {
    buffer_done(&worker->scratch);
    buffer_done(&worker->line);
}

/* Sixteen digits of the worker and sixteen of a count: unique, and made without a system call. */
static void make_id(struct worker *worker, struct request *request) {
    uint64_t number = ++worker->ids;
    memcpy(request->id, worker->id_prefix, 16);
    for (size_t i = 32; i-- > 16; number >>= 4)
        request->id[i] = "0123456789abcdef"[number & 15];
    request->id[32] = '\0';
}

/* Bytes of body; what is sent where none belongs is read and ignored, so that the error finds its reader. */
static size_t body_limit(const struct service *service, const struct route *route) {
    const struct options *options = service->options;
    switch (route != NULL ? route->body : BODY_NONE) {
    case BODY_LEADS:
        return (size_t)options->max_batch * 1024;
    case BODY_INFERENCE: /* it is parsed whole */
        return (size_t)options->max_batch * 64 * service->words.config->feature_count;
    case BODY_DELIVERY:
        return DELIVERY_BYTES;
    case BODY_NONE:
    case BODY_LEAD:
        break;
    }
    return (size_t)options->max_body;
}

size_t service_admit(struct worker *worker, struct request *request) {
    if (!request_adopt_id(request))
        make_id(worker, request);
    request->route = routes_find(request->path, request->method);
    request->streamed = request->route != NULL && request->route->body == BODY_LEADS;
    return body_limit(worker->service, request->route);
}

static void find_and_handle(struct worker *worker, struct request *request, struct reply *reply) {
    char methods[ROUTES_METHODS];
    if (request->route != NULL) { /* A request that is woken up has been admitted before, a batch at its first piece. */
        if (request->ticket != NULL || request->streamed || guard_admit(worker, request, reply))
            request->route->handle(worker, request, reply);
    } else if (!routes_methods(request->path, methods)) {
        problem_reply_one(reply, 404, request->id, "path", NULL, "not_found", "is none of this service's");
    } else if (request->method == METHOD_OPTIONS) {
        cors_preflight(&worker->service->cors, request, methods, reply);
    } else {
        problem_reply_one(reply, 405, request->id, "method", NULL, "method", "must be one of %s", methods);
        reply_header(reply, "Allow", methods);
    }
}

bool service_take(struct worker *worker, struct request *request, const char *bytes, size_t size) {
    return batch_take(worker, request, bytes, size);
}

void service_answer(struct worker *worker, struct request *request, struct reply *reply) {
    find_and_handle(worker, request, reply);
    if (reply->later != NULL || reply->pause)
        return;
    reply_header_static(reply, "X-Request-Id", request->id);
    cors_mark(&worker->service->cors, request, reply);
}

void service_refuse(struct worker *worker, const struct request *request, int status, const char *why,
                    struct reply *reply) {
    problem_reply_one(reply, status, request->id, status == 413 ? "body" : "request", NULL, "refused", "%s", why);
    reply_header_static(reply, "X-Request-Id", request->id);
    cors_mark(&worker->service->cors, request, reply);
}

/* What a client sent, as a JSON string: where it is no UTF-8 it is taken as Latin-1. */
static void write_sent(struct worker *worker, const char *text, struct buffer *line) {
    struct buffer *clean = &worker->scratch;
    size_t size = strlen(text);
    if (text_is_utf8((struct text){text, size})) {
        buffer_quoted(line, text, size);
        return;
    }
    buffer_clear(clean);
    for (const char *c = text; *c != '\0'; c++) {
        const unsigned char byte = (unsigned char)*c;
        const char two[] = {(char)(0xc0 | byte >> 6), (char)(0x80 | (byte & 0x3f))};
        buffer_bytes(clean, byte < 0x80 ? c : two, byte < 0x80 ? 1 : 2);
    }
    line->bad |= clean->bad;
    buffer_quoted(line, clean->at, clean->size);
}

/* One line of the access log; nothing a client sent stands in it unquoted. */
static void log_access(struct worker *worker, const struct request *request, int status, uint64_t nanoseconds) {
    struct buffer *line = &worker->line;
    prediction_log_begin(line, &worker->clock);
    buffer_format(line, ",\"request_id\":\"%s\",\"peer\":\"%s\",\"method\":\"%s\",\"path\":", request->id,
                  request->peer, request_method_name(request->method));
    write_sent(worker, request->path, line);
    buffer_format(line, ",\"status\":%d,\"seconds\":%.6f", status, (double)nanoseconds / 1e9);
    const char *parent = request->header[HEADER_TRACEPARENT];
    if (parent != NULL) {
        buffer_string(line, ",\"traceparent\":");
        write_sent(worker, parent, line);
    }
    buffer_string(line, "}\n");
    if (buffer_good(line))
        journal_put(worker->service->access, worker->number, line->at, line->size);
}

void service_finish(struct worker *worker, struct request *request, int status, uint64_t nanoseconds) {
    size_t route = request->route != NULL ? (size_t)(request->route - routes) : METRICS_ROUTES;
    if (request->ticket != NULL)
        request->release(request);
    request->ticket = NULL;
    metrics_count(&worker->metrics, route, status, nanoseconds);
    if (worker->service->access != NULL)
        log_access(worker, request, status, nanoseconds);
}
