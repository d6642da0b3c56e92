/* dispatch.c - from a request to its reply: access, route, preflight, handler, and the headers that all replies share.
 */
#include "services/api/dispatch.h"

#include <string.h>

#include "libetl/base/text.h"
#include "services/api/http/problem.h"
#include "services/api/predict/predict_batch.h"
#include "services/api/routes.h"

enum { WEBHOOK_MAX_BYTES = 1 << 20 };

/* Sixteen hex digits of the loop and sixteen of a counter: unique, and made without a system call. */
static void make_id(struct thread_context *context, struct request *request) {
    uint64_t number = ++context->ids;
    memcpy(request->id, context->id_prefix, 16);
    for (size_t i = 32; i-- > 16; number >>= 4)
        request->id[i] = "0123456789abcdef"[number & 15];
    request->id[32] = '\0';
}

/*
 * How many bytes a body may have. If the route expects no body, one is read and ignored, so that the client gets the
 * error.
 */
static size_t body_limit(const struct app *app, const struct route *route) {
    const struct options *options = app->options;
    switch (route != NULL ? route->body : BODY_NONE) {
    case BODY_LEADS:
        return (size_t)options->max_batch * 1024;
    case BODY_INFERENCE: /* it is parsed in one piece */
        return (size_t)options->max_batch * 64 * app->model_context.config->feature_count;
    case BODY_DELIVERY:
        return WEBHOOK_MAX_BYTES;
    case BODY_NONE:
    case BODY_LEAD:
        break;
    }
    return (size_t)options->max_body;
}

size_t dispatch_headers(struct thread_context *context, struct request *request) {
    if (!request_accept_id(request))
        make_id(context, request);
    request->route = routes_find(request->path, request->method);
    request->streamed = request->route != NULL && request->route->body == BODY_LEADS;
    return body_limit(context->app, request->route);
}

/* The path is quoted only where it is visible ASCII: any other bytes could make the reply invalid JSON. */
static void reject_path(const struct request *request, struct response *response) {
    const char *at = request->path;
    while (*at > ' ' && *at < 0x7f)
        at++;
    if (*at == '\0')
        problem_respond_one(response, 404, request->id, "path", NULL, "not_found", "no such route: %.100s",
                            request->path);
    else
        problem_respond_one(response, 404, request->id, "path", NULL, "not_found", "no such route");
}

static void call_handler(struct thread_context *context, struct request *request, struct response *response) {
    char methods[ROUTES_METHODS];
    if (request->route != NULL) { /* A request that was woken up has passed the access check before; a batch passes it
                                     at its first piece. */
        if (request->ticket != NULL || request->streamed || access_check(&context->app->access, request, response))
            request->route->handle(context, request, response);
    } else if (!routes_methods(request->path, methods)) {
        reject_path(request, response);
    } else if (request->method == METHOD_OPTIONS) {
        cors_preflight(&context->app->cors, request, methods, response);
    } else {
        problem_respond_one(response, 405, request->id, "method", NULL, "method", "this route allows %s only", methods);
        response_header(response, "Allow", methods);
    }
}

bool dispatch_body(struct thread_context *context, struct request *request, const char *bytes, size_t size) {
    return predict_batch_feed(context, request, bytes, size);
}

void dispatch_request(struct thread_context *context, struct request *request, struct response *response) {
    call_handler(context, request, response);
    if (response->later != NULL || response->pause)
        return;
    response_header_static(response, "X-Request-Id", request->id);
    cors_add_headers(&context->app->cors, request, response);
}

void dispatch_reject(struct thread_context *context, const struct request *request, int status, const char *reason,
                     struct response *response) {
    problem_respond_one(response, status, request->id, status == 413 ? "body" : "request", NULL, "refused", "%s",
                        reason);
    response_header_static(response, "X-Request-Id", request->id);
    cors_add_headers(&context->app->cors, request, response);
}

/* A client's text as a JSON string. Text that is not UTF-8 is read as Latin-1. */
static void write_client_text(struct thread_context *context, const char *text, struct strbuf *line) {
    struct strbuf *clean = &context->scratch;
    size_t size = strlen(text);
    if (etl_text_is_utf8((struct etl_text){text, size})) {
        strbuf_json_string(line, text, size);
        return;
    }
    strbuf_clear(clean);
    for (const char *c = text; *c != '\0'; c++) {
        const unsigned char byte = (unsigned char)*c;
        const char two[] = {(char)(0xc0 | byte >> 6), (char)(0x80 | (byte & 0x3f))};
        strbuf_append(clean, byte < 0x80 ? c : two, byte < 0x80 ? 1 : 2);
    }
    line->failed |= clean->failed;
    strbuf_json_string(line, clean->at, clean->size);
}

/* One line of the access log. Everything a client sent is quoted in it. */
static void log_access(struct thread_context *context, const struct request *request, int status,
                       uint64_t nanoseconds) {
    struct strbuf *line = &context->line;
    line_clock_begin(line, &context->clock);
    strbuf_printf(line, ",\"request_id\":\"%s\",\"peer\":\"%s\",\"method\":\"%s\",\"path\":", request->id,
                  request->peer, request_method_name(request->method));
    write_client_text(context, request->path, line);
    strbuf_printf(line, ",\"status\":%d,\"seconds\":%.6f", status, (double)nanoseconds / 1e9);
    const char *parent = request->header[HEADER_TRACEPARENT];
    if (parent != NULL) {
        strbuf_puts(line, ",\"traceparent\":");
        write_client_text(context, parent, line);
    }
    strbuf_puts(line, "}\n");
    if (strbuf_ok(line))
        log_writer_put(context->app->access_log, context->number, line->at, line->size);
}

void dispatch_finished(struct thread_context *context, struct request *request, int status, uint64_t nanoseconds) {
    size_t route =
        request->route != NULL ? (size_t)(request->route - context->app->routes->route) : REQUEST_COUNTS_ROUTES;
    if (request->ticket != NULL)
        request->release(request);
    request->ticket = NULL;
    request_counts_add(&context->metrics, route, status, nanoseconds);
    if (context->app->access_log != NULL)
        log_access(context, request, status, nanoseconds);
}
