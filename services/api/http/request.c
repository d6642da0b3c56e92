/* request.c - names, targets and types of requests. */
#include "services/api/http/request.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "libetl/base/binary_text.h"

static const struct {
    const char *name;
    enum request_method method;
} methods[] = {{"POST", METHOD_POST}, {"GET", METHOD_GET}, {"HEAD", METHOD_HEAD}, {"OPTIONS", METHOD_OPTIONS}};

enum request_method request_method_parse(const char *name) {
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        if (strcmp(methods[i].name, name) == 0)
            return methods[i].method;
    return METHOD_OTHER;
}

const char *request_method_name(enum request_method method) {
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        if (methods[i].method == method)
            return methods[i].name;
    return "other";
}

enum request_header request_header_parse(const char *name, size_t size) {
    static const struct {
        const char *name;
        size_t size;
    } known[HEADER_SIGNATURE] = {
#define NAMED(text) {text, sizeof text - 1}
        [HEADER_HOST] = NAMED("Host"),
        [HEADER_CONTENT_LENGTH] = NAMED("Content-Length"),
        [HEADER_TRANSFER_ENCODING] = NAMED("Transfer-Encoding"),
        [HEADER_CONTENT_TYPE] = NAMED("Content-Type"),
        [HEADER_ORIGIN] = NAMED("Origin"),
        [HEADER_PREFLIGHT_METHOD] = NAMED("Access-Control-Request-Method"),
        [HEADER_AUTHORIZATION] = NAMED("Authorization"),
        [HEADER_API_KEY] = NAMED("X-Api-Key"),
        [HEADER_REQUEST_ID] = NAMED("X-Request-Id"),
        [HEADER_TRACEPARENT] = NAMED("traceparent"),
        [HEADER_FORWARDED_FOR] = NAMED("X-Forwarded-For"),
        [HEADER_INFERENCE_LENGTH] = NAMED("Inference-Header-Content-Length"),
#undef NAMED
    };
    for (size_t i = 0; i < HEADER_SIGNATURE; i++)
        if (known[i].size == size && strncasecmp(known[i].name, name, size) == 0)
            return (enum request_header)i;
    for (size_t i = 0; i < ETL_SOURCE_COUNT; i++) {
        const char *signature = etl_sources[i].format->signature.header;
        if (strncasecmp(signature, name, size) == 0 && signature[size] == '\0')
            return (enum request_header)(HEADER_SIGNATURE + i);
    }
    return HEADER_COUNT;
}

/* ---- target ---- */

/* The next byte of a path, after decoding a percent escape; -1 if it is not allowed. */
static int decode(const char **at) {
    unsigned char c = (unsigned char)*(*at)++;
    if (c != '%')
        return c > 0x20 && c != 0x7f ? c : -1;
    int high = etl_hex_digit((*at)[0]);
    int low = high >= 0 ? etl_hex_digit((*at)[1]) : -1;
    if (low < 0 || high + low == 0)
        return -1;
    *at += 2;
    return high * 16 + low;
}

/* "http://host/path" means "/path". */
static const char *skip_authority(const char *target) {
    size_t scheme = strncasecmp(target, "http://", 7) == 0 ? 7 : strncasecmp(target, "https://", 8) == 0 ? 8 : 0;
    if (scheme == 0)
        return target;
    target += scheme + strcspn(target + scheme, "/?");
    return *target == '/' ? target : NULL;
}

/* Decode a path up to its query. Returns 0, or the status of the error. */
static int set_path(struct request *request, const char **at) {
    size_t size = 0;
    while (**at != '\0' && **at != '?') {
        int c = decode(at);
        if (c < 0)
            return 400;
        if (size + 1 >= sizeof request->path)
            return 414;
        request->path[size++] = (char)c;
    }
    request->path[size] = '\0';
    return 0;
}

static int set_query(struct request *request, const char *query) {
    for (const char *c = query; *c != '\0'; c++)
        if ((unsigned char)*c <= 0x20 || *c == 0x7f)
            return 400;
    snprintf(request->query, sizeof request->query, "%s", query);
    return 0;
}

int request_set_target(struct request *request, const char *target) {
    const char *at = skip_authority(target);
    request->path[0] = request->query[0] = '\0';
    if (at == NULL || *at != '/')
        return 400;
    int status = set_path(request, &at);
    return status == 0 && *at == '?' ? set_query(request, at + 1) : status;
}

/* Whether one of the query's pairs, each cut at `end`, equals this text. */
static bool has(const char *query, const char *end, const char *text) {
    size_t size = strlen(text);
    for (const char *at = query; *at != '\0'; at += *at == '&') {
        if (strcspn(at, end) == size && memcmp(at, text, size) == 0)
            return true;
        at += strcspn(at, "&");
    }
    return false;
}

bool request_query_has(const struct request *request, const char *pair) {
    return has(request->query, "&", pair);
}

bool request_query_has_name(const struct request *request, const char *name) {
    return has(request->query, "=&", name);
}

/* ---- headers ---- */

bool request_accept_id(struct request *request) {
    const char *given = request->header[HEADER_REQUEST_ID];
    size_t size = given != NULL ? strlen(given) : 0;
    if (size == 0 || size >= REQUEST_ID)
        return false;
    for (size_t i = 0; i < size; i++)
        if (!isalnum((unsigned char)given[i]) && strchr("-_.:", given[i]) == NULL)
            return false;
    memcpy(request->id, given, size + 1);
    return true;
}

void request_add_forwarded(struct request *request, const char *value) {
    if (request->forwarded_count == REQUEST_MAX_FORWARDED) /* the last headers are those of the nearest proxies */
        memmove(request->forwarded, request->forwarded + 1, --request->forwarded_count * sizeof *request->forwarded);
    request->forwarded[request->forwarded_count++] = value;
}

bool request_has_media_type(const struct request *request, const char *type) {
    const char *given = request->header[HEADER_CONTENT_TYPE];
    size_t size = strlen(type);
    if (given == NULL || strncasecmp(given, type, size) != 0)
        return false;
    given += size + strspn(given + size, " \t");
    return *given == '\0' || *given == ';';
}
