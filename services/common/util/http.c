/* http.c - requests by libcurl: bounded in size and time, verified, never redirected. */
#include "services/common/util/http.h"

#include <curl/curl.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "services/common/util/strbuf.h"

static const long CONNECT_TIMEOUT_S = 10;
/* A connection that gives less than a byte a second for this long is dead. */
static const long STALL_TIMEOUT_S = 30;

void http_response_done(struct http_response *response) {
    free(response->body);
    *response = (struct http_response){0};
}

/* ---- the body ---- */

struct response_body {
    struct strbuf text;
    bool too_large;
};

/* libcurl aborts the transfer if less is returned than it offered. */
static size_t body_take(char *bytes, size_t one, size_t count, void *user) {
    struct response_body *body = user;
    size_t size = one * count;
    body->too_large = size > HTTP_MAX_BODY - body->text.size;
    if (body->too_large)
        return CURL_WRITEFUNC_ERROR;
    strbuf_append(&body->text, bytes, size);
    return strbuf_ok(&body->text) ? size : CURL_WRITEFUNC_ERROR;
}

/* ---- one request ---- */

static bool add_header(struct curl_slist **headers, const char *header) {
    struct curl_slist *longer = curl_slist_append(*headers, header);
    if (longer == NULL)
        return false;
    *headers = longer;
    return true;
}

static bool add_key(struct curl_slist **headers, const char *key) {
    char bearer[600];
    int n = snprintf(bearer, sizeof bearer, "Authorization: Bearer %s", key);
    bool added = n > 0 && n < (int)sizeof bearer && add_header(headers, bearer);
    explicit_bzero(bearer, sizeof bearer);
    return added;
}

/* An empty Expect header keeps libcurl from waiting a second before it sends a body. */
static bool make_headers(struct curl_slist **headers, const struct http_request *request) {
    bool made = add_header(headers, "Expect:") && (request->key == NULL || add_key(headers, request->key));
    for (size_t i = 0; i < HTTP_HEADERS && made; i++)
        made = request->header[i] == NULL || add_header(headers, request->header[i]);
    return made;
}

/*
 * On a reused connection, libcurl repeats a request without an answer. A request with a body may have been executed
 * already, and only the caller knows whether it may be repeated.
 */
static void set_method(CURL *curl, const struct http_request *request) {
    curl_easy_setopt(curl, CURLOPT_HTTPGET, 1L);
    curl_easy_setopt(curl, CURLOPT_FRESH_CONNECT, request->body != NULL ? 1L : 0L);
    if (request->body != NULL) {
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request->body);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->size);
    }
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request->method);
}

static void take_response(CURL *curl, struct response_body *body, struct http_response *response) {
    curl_off_t retry_after = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &response->status);
    curl_easy_getinfo(curl, CURLINFO_RETRY_AFTER, &retry_after);
    response->retry_after_s = (double)retry_after;
    response->body = strbuf_detach(&body->text, &response->size);
    struct curl_header *etag;
    if (curl_easy_header(curl, "ETag", 0, CURLH_HEADER, -1, &etag) == CURLHE_OK &&
        strlen(etag->value) < sizeof response->etag)
        memcpy(response->etag, etag->value, strlen(etag->value) + 1);
}

static enum http_outcome perform(void *self, const struct http_request *request, struct http_response *response,
                                 char problem[200]) {
    CURL *curl = self;
    struct response_body body = {0};
    char reason[CURL_ERROR_SIZE] = "";
    struct curl_slist *headers = NULL;
    *response = (struct http_response){0};
    if (!make_headers(&headers, request)) {
        snprintf(problem, 200, "out of memory");
        curl_slist_free_all(headers);
        return HTTP_UNREACHABLE;
    }
    set_method(curl, request);
    curl_easy_setopt(curl, CURLOPT_URL, request->url);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &body);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, reason);
    CURLcode code = curl_easy_perform(curl);
    if (code == CURLE_OK)
        take_response(curl, &body, response);
    else
        snprintf(problem, 200, "%.199s", reason[0] != '\0' ? reason : curl_easy_strerror(code));
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, NULL);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, NULL);
    curl_slist_free_all(headers);
    strbuf_done(&body.text);
    return code == CURLE_OK ? HTTP_RESPONDED : body.too_large ? HTTP_TOO_LARGE : HTTP_UNREACHABLE;
}

static void wait(void *self, double min_s, double max_s) {
    (void)self;
    uint32_t random = UINT32_MAX / 2; /* without random numbers from the system, use the middle */
    if (getrandom(&random, sizeof random, GRND_NONBLOCK) != (ssize_t)sizeof random)
        random = UINT32_MAX / 2;
    double pause = min_s + (max_s - min_s) * ((double)random / UINT32_MAX), seconds;
    struct timespec left;
    left.tv_nsec = (long)(modf(pause, &seconds) * 1e9);
    left.tv_sec = (time_t)seconds;
    while (nanosleep(&left, &left) != 0)
        continue;
}

/* ---- opening ---- */

bool http_open(struct http *http, const char *program, double timeout_s, struct error *err) {
    CURL *curl = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK ? curl_easy_init() : NULL;
    if (curl == NULL)
        return error_set(err, "libcurl could not be initialised");
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https,http");
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, CONNECT_TIMEOUT_S);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)(timeout_s * 1000));
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, STALL_TIMEOUT_S);
    curl_easy_setopt(curl, CURLOPT_ACCEPT_ENCODING, "");
    curl_easy_setopt(curl, CURLOPT_USERAGENT, program);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, body_take);
    *http = (struct http){.self = curl, .perform = perform, .wait = wait};
    return true;
}

void http_close(struct http *http) {
    if (http->self == NULL)
        return;
    curl_easy_cleanup(http->self);
    curl_global_cleanup();
    *http = (struct http){0};
}

/* ---- addresses and keys ---- */

static bool is_loopback(const char *host) {
    return strcmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0 ||
           (strncmp(host, "127.", 4) == 0 && strspn(host, "0123456789.") == strlen(host));
}

static bool is_absent(CURLU *parsed, CURLUPart part) {
    char *text = NULL;
    bool absent = curl_url_get(parsed, part, &text, 0) != CURLUE_OK;
    curl_free(text);
    return absent;
}

/* Whether it has an allowed scheme and host, and nothing that would be lost or leaked. */
static bool url_valid(const char *url, bool allow_plain_http) {
    CURLU *parsed = curl_url();
    char *scheme = NULL, *host = NULL;
    bool valid = parsed != NULL && curl_url_set(parsed, CURLUPART_URL, url, 0) == CURLUE_OK &&
                 curl_url_get(parsed, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
                 curl_url_get(parsed, CURLUPART_HOST, &host, 0) == CURLUE_OK && is_absent(parsed, CURLUPART_USER) &&
                 is_absent(parsed, CURLUPART_QUERY) && is_absent(parsed, CURLUPART_FRAGMENT);
    valid = valid &&
            (strcmp(scheme, "https") == 0 || (strcmp(scheme, "http") == 0 && (allow_plain_http || is_loopback(host))));
    curl_free(scheme);
    curl_free(host);
    curl_url_cleanup(parsed);
    return valid;
}

/* The part of an address that may be logged: nothing if it seems to have a user or a query, which may be secrets. */
static const char *loggable(const char *url) {
    return strpbrk(url, "@?#") == NULL ? url : "...";
}

bool http_private_url_valid(const char *url, struct error *err) {
    return url_valid(url, false) || error_set(err,
                                              "\"%.200s\" is not an https address without user and query "
                                              "(http is allowed only for this machine)",
                                              loggable(url));
}

bool http_public_url_valid(const char *url, struct error *err) {
    return url_valid(url, true) ||
           error_set(err, "\"%.200s\" is not an http or https address without user and query", loggable(url));
}

bool http_key_valid(const char *key) {
    size_t length = strlen(key);
    for (size_t i = 0; i < length; i++)
        if (key[i] <= ' ' || key[i] > '~')
            return false;
    return length >= 8 && length <= 500;
}
