/* problem.c - problem+json: the form of all error replies. */
#include "services/api/http/problem.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *problem_title(int status) {
    static const struct {
        int status;
        const char *title;
    } titles[] = {{400, "Bad Request"},
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
    for (size_t i = 0; i < sizeof titles / sizeof *titles; i++)
        if (titles[i].status == status)
            return titles[i].title;
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

static void write_error(const struct problem_error *error, struct strbuf *out) {
    strbuf_printf(out, "{\"loc\":[\"%s\"", error->part);
    if (error->row >= 0)
        strbuf_printf(out, ",%lld", error->row);
    if (error->name != NULL) {
        strbuf_puts(out, ",");
        strbuf_json_string(out, error->name, strlen(error->name));
    }
    strbuf_puts(out, "],\"msg\":");
    strbuf_json_string(out, error->message, strlen(error->message));
    strbuf_printf(out, ",\"type\":\"%s\"}", error->type);
}

void problem_write_errors(const struct problem *problem, struct strbuf *out) {
    strbuf_puts(out, "[");
    for (size_t i = 0; i < problem->count; i++) {
        if (i > 0)
            strbuf_puts(out, ",");
        write_error(&problem->error[i], out);
    }
    strbuf_puts(out, "]");
}

/* What is wrong, with the field or header where one is named, or how many errors there are. */
static void write_detail(const struct problem *problem, struct strbuf *out) {
    char detail[PROBLEM_MESSAGE + 300];
    const struct problem_error *first = &problem->error[0];
    if (problem->count > 1)
        snprintf(detail, sizeof detail, "%zu errors", problem->count);
    else
        snprintf(detail, sizeof detail, "%s%s%s", first->name != NULL ? first->name : "",
                 first->name != NULL ? ": " : "", first->message);
    strbuf_json_string(out, detail, strlen(detail));
}

void problem_respond(const struct problem *problem, struct response *response, int status, const char *request_id) {
    struct strbuf out = {0};
    strbuf_printf(&out, "{\"type\":\"about:blank\",\"title\":\"%s\",\"status\":%d", problem_title(status), status);
    if (problem->count > 0) {
        strbuf_puts(&out, ",\"detail\":");
        write_detail(problem, &out);
    }
    strbuf_puts(&out, ",\"request_id\":");
    strbuf_json_string(&out, request_id, strlen(request_id));
    strbuf_puts(&out, ",\"errors\":");
    problem_write_errors(problem, &out);
    strbuf_puts(&out, "}\n");
    response_from_strbuf(response, status, RESPONSE_PROBLEM, &out);
}

void problem_respond_one(struct response *response, int status, const char *request_id, const char *part,
                         const char *name, const char *type, const char *format, ...) {
    struct problem problem;
    problem_clear(&problem, -1);
    va_list args;
    va_start(args, format);
    add(&problem, part, name, type, format, args);
    va_end(args);
    problem_respond(&problem, response, status, request_id);
}
