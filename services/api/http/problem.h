/*
 * problem.h - collects everything that is wrong with a request and reports it in one reply (RFC 9457).
 *
 *     {"type":"about:blank","title":"Unprocessable Content","status":422,"detail":"...","request_id":"...",
 *      "errors":[{"loc":["body","business_type"],"msg":"is required","type":"missing"}]}
 */
#ifndef API_PROBLEM_H
#define API_PROBLEM_H

#include <stdbool.h>
#include <stddef.h>

#include "services/api/http/response.h"

enum { PROBLEM_ERRORS = 72, PROBLEM_MESSAGE = 160 };

/*
 * One error: where it is, a message for people (of the named field, or else a sentence of its own), a word for
 * programs.
 */
struct problem_error {
    const char *part; /* "body", "header", "query", "path", "method"; static */
    long long row;    /* index of the lead in a batch; -1: not a batch */
    const char *name; /* name of the field or header, borrowed until the reply is made; NULL: none */
    const char *type; /* static */
    char message[PROBLEM_MESSAGE];
};

struct problem {
    long long row; /* copied to each error that is added */
    size_t count;  /* errors beyond the array's size are left out */
    struct problem_error error[PROBLEM_ERRORS];
};

/* Start without errors; row is the lead's index in a batch, or -1. */
static inline void problem_clear(struct problem *problem, long long row) {
    problem->row = row;
    problem->count = 0;
}

/* Add an error. */
void problem_add(struct problem *problem, const char *part, const char *name, const char *type, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* Write the errors as a JSON array. */
void problem_write_errors(const struct problem *problem, struct strbuf *out);

/* Reply with the collected errors. */
void problem_respond(const struct problem *problem, struct response *response, int status, const char *request_id);

/* Reply with one error. */
void problem_respond_one(struct response *response, int status, const char *request_id, const char *part,
                         const char *name, const char *type, const char *format, ...)
    __attribute__((format(printf, 7, 8)));

/* "Not Found" and so on. */
const char *problem_title(int status);

#endif
