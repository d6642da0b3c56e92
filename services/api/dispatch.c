/* dispatch.c - from a request to its reply: admission, route, preflight, handler, and what all replies share. */
#include "services/api/dispatch.h"

#include <string.h>

#include "libetl/text.h"
#include "services/api/batch.h"
#include "services/api/problem.h"
#include "services/api/routes.h"

enum { DELIVERY_BYTES = 1 << 20 };

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
        if (request->ticket != NULL || request->streamed || guard_admit(&worker->service->access, request, reply))
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
    line_clock_begin(line, &worker->clock);
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
        journal_put(worker->service->access_log, worker->number, line->at, line->size);
}

void service_finish(struct worker *worker, struct request *request, int status, uint64_t nanoseconds) {
    size_t route = request->route != NULL ? (size_t)(request->route - worker->service->routes->route) : METRICS_ROUTES;
    if (request->ticket != NULL)
        request->release(request);
    request->ticket = NULL;
    metrics_count(&worker->metrics, route, status, nanoseconds);
    if (worker->service->access_log != NULL)
        log_access(worker, request, status, nanoseconds);
}
