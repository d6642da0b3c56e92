/* header_check.c - rejects requests whose headers are ambiguous. */
#include "services/api/http/header_check.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

void header_check_reject(struct header_check *check, int status, const char *reason) {
    if (check->status == 0) {
        check->status = status;
        check->reason = reason;
    }
}

static bool is_letter_or_digit(unsigned char c) {
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

/* RFC 9110, 5.6.2. */
static bool is_token(const char *text, size_t size) {
    for (size_t i = 0; i < size; i++)
        if (!is_letter_or_digit((unsigned char)text[i]) &&
            (text[i] == '\0' || strchr("!#$%&'*+-.^_`|~", text[i]) == NULL))
            return false;
    return size > 0;
}

static bool is_field_value(const char *text, size_t size) {
    for (size_t i = 0; i < size; i++) {
        unsigned char c = (unsigned char)text[i];
        if ((c < 0x20 && c != '\t') || c == 0x7f)
            return false;
    }
    return true;
}

/* RFC 9110, 7.2: a name or address and perhaps a port; no user, path or list. */
static bool is_host(const char *text) {
    for (const char *c = text; *c != '\0'; c++)
        if (!is_letter_or_digit((unsigned char)*c) && strchr("-._~:[]%!$&'()*+;=", *c) == NULL)
            return false;
    return *text != '\0';
}

/* Headers that may be sent once only: request smuggling starts with two of them. */
static bool is_single(enum request_header header) {
    return header == HEADER_HOST || header == HEADER_CONTENT_LENGTH || header == HEADER_TRANSFER_ENCODING ||
           header == HEADER_CONTENT_TYPE || header == HEADER_AUTHORIZATION || header == HEADER_ORIGIN ||
           header == HEADER_INFERENCE_LENGTH || header >= HEADER_SIGNATURE;
}

void header_check_add(struct header_check *check, struct request *request, const char *name, size_t name_size,
                      const char *value, size_t value_size) {
    if (!is_token(name, name_size)) {
        header_check_reject(check, 400, "a header has an invalid name");
        return;
    }
    if (value == NULL)
        value = "";
    if (!is_field_value(value, value_size)) {
        header_check_reject(check, 400, "a header's value contains a control character");
        return;
    }
    enum request_header header = request_header_parse(name, name_size);
    if (header == HEADER_COUNT)
        return;
    if (header == HEADER_FORWARDED_FOR)
        request_add_forwarded(request, value);
    else if (request->header[header] == NULL)
        request->header[header] = value;
    else if (is_single(header))
        header_check_reject(check, 400, "a header was sent twice that may be sent once only");
}

/* Whether a list of transfer codings ends with "chunked". */
static bool ends_chunked(const char *codings) {
    const char *last = strrchr(codings, ',');
    last = last != NULL ? last + 1 : codings;
    last += strspn(last, " \t");
    return strcasecmp(last, "chunked") == 0;
}

static void check_length(struct header_check *check, const char *length, size_t limit) {
    size_t size = strlen(length);
    if (size == 0 || strspn(length, "0123456789") != size)
        header_check_reject(check, 400, "Content-Length is not a number");
    else if (size > 18 || strtoull(length, NULL, 10) > limit)
        header_check_reject(check, 413, "the body is larger than this route accepts");
}

static void check_coding(struct header_check *check, const struct request *request, const char *version) {
    const char *coding = request->header[HEADER_TRANSFER_ENCODING];
    if (request->header[HEADER_CONTENT_LENGTH] != NULL)
        header_check_reject(check, 400, "the request has both Content-Length and Transfer-Encoding");
    else if (strcmp(version, "HTTP/1.0") == 0 || !ends_chunked(coding))
        header_check_reject(check, 400, "Transfer-Encoding must end with chunked and needs HTTP/1.1");
    else if (strcasecmp(coding, "chunked") != 0)
        header_check_reject(check, 501, "the only supported Transfer-Encoding is chunked");
}

void header_check_finish(struct header_check *check, const struct request *request, const char *version, size_t limit) {
    const char *host = request->header[HEADER_HOST];
    if (host == NULL && strcmp(version, "HTTP/1.0") != 0)
        header_check_reject(check, 400, "the Host header is missing");
    if (host != NULL && !is_host(host))
        header_check_reject(check, 400, "the Host header is not a valid host name");
    if (request->header[HEADER_TRANSFER_ENCODING] != NULL)
        check_coding(check, request, version);
    else if (request->header[HEADER_CONTENT_LENGTH] != NULL)
        check_length(check, request->header[HEADER_CONTENT_LENGTH], limit);
}

size_t header_check_content_length(const struct request *request) {
    const char *length = request->header[HEADER_CONTENT_LENGTH];
    return length != NULL ? (size_t)strtoull(length, NULL, 10) : 0;
}
