/* json_client.c - sends a request to a JSON API and parses the response. */
#include "services/sync/json_client.h"

#include <string.h>

#include "libetl/json/json_repair.h"
#include "services/sync/retry.h"

/* ---- errors of the API ---- */

/* Stripe's error code, "resource_missing".  Its error messages may quote what was sent, so they are not logged. */
static void read_error_code(const struct http_response *response, char code[64]) {
    json_t *body = json_loadb(response->body, response->size, 0, NULL);
    const json_t *error = json_object_get(body, "error");
    const char *code_text = json_string_value(json_object_get(error, "code"));
    if (code_text == NULL)
        code_text = json_string_value(json_object_get(error, "type"));
    size_t length = code_text != NULL ? strspn(code_text, "abcdefghijklmnopqrstuvwxyz_") : 0;
    code[0] = '\0';
    if (length > 0 && length < 60 && code_text[length] == '\0')
        snprintf(code, 64, " (%s)", code_text);
    json_decref(body);
}

static const char *status_meaning(long status) {
    switch (status) {
    case 401:
        return "invalid API key";
    case 403:
        return "the API key may not read this";
    case 404:
        return "not found";
    default:
        return status >= 300 && status < 400 ? "a redirect, which is not followed" : "request rejected";
    }
}

static json_t *fail_status(const struct http_response *response, const char *where, struct error *err) {
    char code[64];
    read_error_code(response, code);
    error_set(err, "GET %s: status %ld%s: %s", where, response->status, code, status_meaning(response->status));
    return NULL;
}

/* ---- the response ---- */

/* A submission with an unpaired surrogate must not block all later ones. */
static json_t *parse_body(struct http_response *response, const char *where, struct error *err) {
    json_error_t problem;
    json_t *object = etl_json_repair_load((struct etl_text){response->body, response->size}, &problem);
    if (json_is_object(object))
        return object;
    if (object == NULL)
        error_set(err, "GET %s: the response is not valid JSON at byte %d", where, problem.position);
    else
        error_set(err, "GET %s: the response is not a JSON object", where);
    json_decref(object);
    return NULL;
}

json_t *json_client_get(const struct json_client *client, const struct url_query *query, long *status,
                        struct error *err) {
    char where[sizeof query->text];
    struct http_request request = {.url = query->text, .key = client->key, .header = {client->header}};
    struct http_response response;
    snprintf(where, sizeof where, "%.*s", (int)query->where_size, query->text);
    if (status != NULL)
        *status = 0;
    if (!query->complete) {
        error_set(err, "GET %.200s...: the URL is longer than %zu bytes", where, sizeof query->text);
        return NULL;
    }
    if (!retry_get(client->http, &request, where, client->max_wait_s, &response, err))
        return NULL;
    if (status != NULL)
        *status = response.status;
    json_t *object = response.status == 200 ? parse_body(&response, where, err) : fail_status(&response, where, err);
    http_response_done(&response);
    return object;
}
