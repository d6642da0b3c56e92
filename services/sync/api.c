/* api.c - asks a JSON API and reads its answer. */
#include "services/sync/api.h"

#include <string.h>

#include "libetl/json_mend.h"
#include "services/sync/retry.h"

/* ---- what was refused ---- */

/* Stripe's word for its refusal, "resource_missing"; its sentences may quote what was sent and stay untold. */
static void find_word(const struct http_reply *reply, char word[64]) {
    json_t *body = json_loadb(reply->body, reply->size, 0, NULL);
    const json_t *error = json_object_get(body, "error");
    const char *said = json_string_value(json_object_get(error, "code"));
    if (said == NULL)
        said = json_string_value(json_object_get(error, "type"));
    size_t length = said != NULL ? strspn(said, "abcdefghijklmnopqrstuvwxyz_") : 0;
    word[0] = '\0';
    if (length > 0 && length < 60 && said[length] == '\0')
        snprintf(word, 64, " (%s)", said);
    json_decref(body);
}

static const char *meaning(long status) {
    switch (status) {
    case 401:
        return "the key is not accepted";
    case 403:
        return "the key may not read this";
    case 404:
        return "there is nothing at this address";
    default:
        return status >= 300 && status < 400 ? "a redirect, which is not followed" : "refused";
    }
}

static json_t *refuse(const struct http_reply *reply, const char *where, struct file_error *err) {
    char word[64];
    find_word(reply, word);
    file_error_say(err, "GET %s: status %ld%s: %s", where, reply->status, word, meaning(reply->status));
    return NULL;
}

/* ---- what was answered ---- */

/* One submission with half a surrogate pair in it must not stop all that follow. */
static json_t *read_answer(struct http_reply *reply, const char *where, struct file_error *err) {
    json_error_t problem;
    json_t *answer = json_mend_load((struct text){reply->body, reply->size}, &problem);
    if (json_is_object(answer))
        return answer;
    if (answer == NULL)
        file_error_say(err, "GET %s: the answer is not JSON at byte %d", where, problem.position);
    else
        file_error_say(err, "GET %s: the answer is not an object", where);
    json_decref(answer);
    return NULL;
}

json_t *api_get(const struct api *api, const struct query *query, long *status, struct file_error *err) {
    char where[sizeof query->text];
    struct http_request request = {.url = query->text, .key = api->key, .header = {api->header}};
    struct http_reply reply;
    snprintf(where, sizeof where, "%.*s", (int)query->where_size, query->text);
    if (status != NULL)
        *status = 0;
    if (!query->whole) {
        file_error_say(err, "GET %.200s...: the address is longer than %zu bytes", where, sizeof query->text);
        return NULL;
    }
    if (!retry_get(api->http, &request, where, api->max_wait_s, &reply, err))
        return NULL;
    if (status != NULL)
        *status = reply.status;
    json_t *answer = reply.status == 200 ? read_answer(&reply, where, err) : refuse(&reply, where, err);
    http_reply_done(&reply);
    return answer;
}
