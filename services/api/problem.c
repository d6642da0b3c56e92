/* problem.c - problem+json: the one shape of all error replies. */
#include "services/api/problem.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *problem_title(int status) {
    static const struct {
        int status;
        const char *title;
    } known[] = {{400, "Bad Request"},
                 {401, "Unauthorized"},
                 {403, "Forbidden"},
                 {404, "Not Found"},
                 {405, "Method Not Allowed"},
                 {413, "Content Too Large"},
                 {414, "URI Too Long"},
                 {415, "Unsupported Media Type"},
                 {422, "Unprocessable Content"},
                 {429, "Too Many Requests"},
                 {431, "Request Header Fields Too Large"},
                 {500, "Internal Server Error"},
                 {501, "Not Implemented"},
                 {503, "Service Unavailable"}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (known[i].status == status)
            return known[i].title;
    return "Error";
}

static void add(struct problem *problem, const char *part, const char *name, const char *type, const char *format,
                va_list args) __attribute__((format(printf, 5, 0)));

static void add(struct problem *problem, const char *part, const char *name, const char *type, const char *format,
                va_list args) {
    if (problem->count == PROBLEM_ERRORS)
        return;
    struct problem_error *error = &problem->error[problem->count++];
    error->part = part;
    error->row = problem->row;
    error->name = name;
    error->type = type;
    vsnprintf(error->message, sizeof error->message, format, args);
}

void problem_add(struct problem *problem, const char *part, const char *name, const char *type, const char *format,
                 ...) {
    va_list args;
    va_start(args, format);
    add(problem, part, name, type, format, args);
    va_end(args);
}

static void write_error(const struct problem_error *error, struct buffer *out) {
    buffer_format(out, "{\"loc\":[\"%s\"", error->part);
    if (error->row >= 0)
        buffer_format(out, ",%lld", error->row);
    if (error->name != NULL) {
        buffer_string(out, ",");
        buffer_quoted(out, error->name, strlen(error->name));
    }
    buffer_string(out, "],\"msg\":");
    buffer_quoted(out, error->message, strlen(error->message));
    buffer_format(out, ",\"type\":\"%s\"}", error->type);
}

void problem_write_errors(const struct problem *problem, struct buffer *out) {
    buffer_string(out, "[");
    for (size_t i = 0; i < problem->count; i++) {
        if (i > 0)
            buffer_string(out, ",");
        write_error(&problem->error[i], out);
    }
    buffer_string(out, "]");
}

/* "business_type is required", or how many errors there are. */
static void write_detail(const struct problem *problem, struct buffer *out) {
    char detail[PROBLEM_MESSAGE + 300];
    const struct problem_error *first = &problem->error[0];
    if (problem->count > 1)
        snprintf(detail, sizeof detail, "%zu errors", problem->count);
    else
        snprintf(detail, sizeof detail, "%s %s", first->name != NULL ? first->name : first->part, first->message);
    buffer_quoted(out, detail, strlen(detail));
}

void problem_reply(const struct problem *problem, struct reply *reply, int status, const char *request_id) {
    struct buffer out = {0};
    buffer_format(&out, "{\"type\":\"about:blank\",\"title\":\"%s\",\"status\":%d", problem_title(status), status);
    if (problem->count > 0) {
        buffer_string(&out, ",\"detail\":");
        write_detail(problem, &out);
    }
    buffer_string(&out, ",\"request_id\":");
    buffer_quoted(&out, request_id, strlen(request_id));
    buffer_string(&out, ",\"errors\":");
    problem_write_errors(problem, &out);
    buffer_string(&out, "}\n");
    reply_buffer(reply, status, REPLY_PROBLEM, &out);
}

void problem_reply_one(struct reply *reply, int status, const char *request_id, const char *part, const char *name,
                       const char *type, const char *format, ...) {
    struct problem problem;
    problem_clear(&problem, -1);
    va_list args;
    va_start(args, format);
    add(&problem, part, name, type, format, args);
    va_end(args);
    problem_reply(&problem, reply, status, request_id);
}
