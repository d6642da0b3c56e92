/* alert_webhook.c - writes, signs and posts a message. */
#include "services/pipeline/alert_webhook.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "libetl/base/binary_text.h"
#include "services/common/worker/run_id.h"

enum { TRIES = 4, SIGNATURE = 128 /* bytes of one as text, at most */ };

char *alert_webhook_message(const char *type, const char *text, json_t *details, unix_time now) {
    char id[37], time[UNIX_TIME_TEXT], host[65] = "";
    run_id_new(id);
    unix_time_format(now, time);
    gethostname(host, sizeof host - 1);
    json_t *message = json_pack("{s:s, s:s, s:s, s:s, s:s, s:o*}", "id", id, "type", type, "time", time, "host", host,
                                "text", text, "details", details);
    char *out = json_dumps(message, JSON_COMPACT | JSON_REAL_PRECISION(10));
    json_decref(message);
    return out;
}

/* "t=...,v1=..." of a body. */
static void sign(char out[SIGNATURE], const char *secret, const char *body, size_t size, unix_time now) {
    unsigned char sum[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    int used = snprintf(out, SIGNATURE, "t=%lld", (long long)now);
    size_t stamp = (size_t)used - 2;
    unsigned char *signed_text = malloc(stamp + 1 + size);
    if (signed_text == NULL)
        return; /* without v1 no receiver accepts it */
    memcpy(signed_text, out + 2, stamp);
    signed_text[stamp] = '.';
    memcpy(signed_text + stamp + 1, body, size);
    HMAC(EVP_sha256(), secret, (int)strlen(secret), signed_text, stamp + 1 + size, sum, &length);
    free(signed_text);
    used += snprintf(out + used, (size_t)(SIGNATURE - used), ",v1=");
    etl_hex_encode(out + used, sum, length);
}

/* EXIT_TEMPFAIL if a later attempt may succeed. */
static enum exit_code post(const struct http *http, const char *url, const char *secret, const char *body,
                           char problem[200]) {
    char signature[SIGNATURE], header[SIGNATURE + 32];
    struct http_request request = {
        .method = "POST", .url = url, .header = {"Content-Type: application/json"}, .body = body, .size = strlen(body)};
    struct http_response response = {0};
    if (secret != NULL) { /* signed anew each time: receivers reject old signatures */
        sign(signature, secret, body, request.size, unix_time_now());
        snprintf(header, sizeof header, "Leadforest-Signature: %s", signature);
        request.header[1] = header;
    }
    if (http->perform(http->self, &request, &response, problem) != HTTP_RESPONDED)
        return EXIT_TEMPFAIL;
    long status = response.status;
    http_response_done(&response);
    if (status >= 200 && status < 300)
        return EXIT_DONE;
    snprintf(problem, 200, "the receiver answers %ld", status);
    return status == 429 || status >= 500 ? EXIT_TEMPFAIL : EXIT_USAGE;
}

enum exit_code alert_webhook_send(const struct http *http, const char *url, const char *secret, const char *body,
                                  char problem[200]) {
    enum exit_code code = EXIT_TEMPFAIL;
    double wait = 1;
    for (int i = 0; i < TRIES && code == EXIT_TEMPFAIL; i++, wait *= 4) {
        if (i > 0)
            http->wait(http->self, wait / 4, wait / 2);
        code = post(http, url, secret, body, problem);
    }
    return code;
}
