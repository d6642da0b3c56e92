/* mlflow_http.c - asks MLflow and reads what it answers. */
#include "services/register/mlflow/mlflow_http.h"

#include <stdlib.h>
#include <string.h>

#include "libetl/base/binary_text.h"
#include "services/common/store/files.h"
#include "services/common/util/unix_time.h"

enum { MAX_URL = 4000 };

/* ---- opening ---- */

bool mlflow_server_valid(const struct mlflow_server *server, struct error *err) {
    if ((server->user != NULL) != (server->password != NULL))
        return error_set(err, "MLflow: a user needs a password, and a password a user");
    if (server->user != NULL && strchr(server->user, ':') != NULL)
        return error_set(err, "MLflow: a user's name has no colon");
    if (server->token != NULL && !http_key_valid(server->token))
        return error_set(err, "MLflow: the token must be 8 to 500 printable characters without spaces");
    bool secret = server->token != NULL || server->user != NULL;
    return secret ? http_private_url_valid(server->url, err) : http_public_url_valid(server->url, err);
}

/* "Authorization: Basic <base64 of user:password>". */
static bool make_authorization(char out[700], const struct mlflow_server *server, struct error *err) {
    static const char start[] = "Authorization: Basic ";
    char pair[500];
    if (server->user == NULL)
        return true;
    int n = snprintf(pair, sizeof pair, "%s:%s", server->user, server->password);
    bool valid = n > 0 && n < (int)sizeof pair;
    if (valid) {
        memcpy(out, start, sizeof start);
        etl_base64_encode(out + sizeof start - 1, pair, (size_t)n);
    }
    explicit_bzero(pair, sizeof pair);
    return valid || error_set(err, "MLflow: user and password are longer than %zu bytes", sizeof pair - 2);
}

bool mlflow_open(struct mlflow *m, const struct http *http, const struct mlflow_server *server, struct error *err) {
    *m = (struct mlflow){.http = http,
                         .url = server->url,
                         .token = server->user == NULL ? server->token : NULL,
                         .until = monotonic_seconds() + server->seconds};
    return mlflow_server_valid(server, err) && make_authorization(m->authorization, server, err);
}

void mlflow_close(struct mlflow *m) {
    explicit_bzero(m->authorization, sizeof m->authorization);
}

/* ---- addresses ---- */

/* An address on its way; what does not fit marks it as too long. */
struct address {
    char text[MAX_URL];
    size_t length;
};

static void add(struct address *a, const char *text) {
    size_t length = strlen(text), capacity = sizeof a->text - a->length;
    if (length < capacity)
        memcpy(a->text + a->length, text, length + 1);
    a->length = length < capacity ? a->length + length : sizeof a->text;
}

/* Whatever the text, it stays one parameter; of a path the slashes stay too. */
static void add_escaped(struct address *a, const char *text, const char *plain) {
    for (; *text != '\0'; text++) {
        char piece[4] = {*text};
        unsigned char c = (unsigned char)*text;
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!letter && strchr(plain, c) == NULL)
            snprintf(piece, sizeof piece, "%%%02X", c);
        add(a, piece);
    }
}

static void begin_address(struct address *a, const struct mlflow *m, const char *below) {
    *a = (struct address){0};
    add(a, m->url);
    while (a->length > 0 && a->text[a->length - 1] == '/')
        a->text[--a->length] = '\0';
    add(a, below);
}

/* ---- one request ---- */

static bool unreachable(struct error *err, const char *call, const char *problem) {
    error_set(err, "MLflow %s: %s", call, problem);
    err->retryable = true;
    return false;
}

/* false where there was no answer; call is its name in errors. */
static bool send_request(struct mlflow *m, const char *method, const char *call, const struct address *a,
                         const char *type, const void *body, size_t size, struct http_response *response,
                         struct error *err) {
    char problem[200];
    struct http_request request = {.method = method, .url = a->text, .key = m->token, .body = body, .size = size};
    size_t headers = 0;
    m->rejected = false;
    if (a->length >= sizeof a->text)
        return error_set(err, "MLflow %s: the address is too long", call);
    if (monotonic_seconds() >= m->until)
        return unreachable(err, call, "its time is up");
    if (type != NULL)
        request.header[headers++] = type;
    if (m->authorization[0] != '\0')
        request.header[headers++] = m->authorization;
    switch (m->http->perform(m->http->self, &request, response, problem)) {
    case HTTP_RESPONDED:
        return true;
    case HTTP_TOO_LARGE:
        return error_set(err, "MLflow %s: the answer is larger than %d bytes", call, HTTP_MAX_BODY);
    default:
        return unreachable(err, call, problem);
    }
}

/* Whether the same request would always be rejected: MLflow rejects its content, or a proxy its size.  Missing rights
 * (401, 403), an unknown name (404) and temporary failures can be repaired while the request stays the same. */
static bool is_permanent(long status, const char *code) {
    return (status == 400 && code != NULL) || status == 413 || status == 422;
}

/* What an answer other than 200 means; its text is the server's, cut short, in printable ASCII. */
static enum mlflow_outcome read_error(struct mlflow *m, const char *call, const struct http_response *response,
                                      struct error *err) {
    json_t *body = json_loadb(response->body, response->size, 0, NULL);
    const char *code = json_string_value(json_object_get(body, "error_code"));
    const char *message = json_string_value(json_object_get(body, "message"));
    enum mlflow_outcome outcome = MLFLOW_FAILED;
    if (code != NULL && strcmp(code, "RESOURCE_DOES_NOT_EXIST") == 0)
        outcome = MLFLOW_ABSENT;
    else if (code != NULL && strcmp(code, "RESOURCE_ALREADY_EXISTS") == 0)
        outcome = MLFLOW_EXISTS;
    error_set(err, "MLflow %s: status %ld, %.60s %.200s", call, response->status, code != NULL ? code : "",
              message != NULL           ? message
              : response->status == 403 ? "(does --allowed-hosts name this host?)"
                                        : "");
    for (char *at = err->text; *at != '\0'; at++)
        *at = (unsigned char)*at < ' ' ? ' ' : (unsigned char)*at > '~' ? '?' : *at; /* also one cut in half */
    m->rejected = outcome == MLFLOW_FAILED && is_permanent(response->status, code);
    err->retryable = response->status == 408 || response->status == 429 || response->status >= 500;
    json_decref(body);
    return outcome;
}

bool mlflow_http_malformed(const char *call, struct error *err) {
    return error_set(err, "MLflow %s: the answer lacks what it should have", call);
}

/* A page sent by a proxy between us and MLflow is not an answer either. */
static enum mlflow_outcome parse_json(const char *call, const struct http_response *response, json_t **out,
                                      struct error *err) {
    json_t *value = json_loadb(response->body, response->size, 0, NULL);
    if (!json_is_object(value)) {
        json_decref(value);
        error_set(err, "MLflow %s: the response is not JSON", call);
        return MLFLOW_FAILED;
    }
    if (out != NULL)
        *out = value;
    else
        json_decref(value);
    return MLFLOW_DONE;
}

/* reply is freed. */
static enum mlflow_outcome read_response(struct mlflow *m, const char *call, struct http_response *response,
                                         json_t **out, struct error *err) {
    enum mlflow_outcome outcome =
        response->status == 200 ? parse_json(call, response, out, err) : read_error(m, call, response, err);
    http_response_done(response);
    return outcome;
}

enum mlflow_outcome mlflow_http_post(struct mlflow *m, const char *call, json_t *body, json_t **response,
                                     struct error *err) {
    struct address a;
    struct http_response answer = {0};
    char *text = body != NULL ? json_dumps(body, JSON_COMPACT | JSON_REAL_PRECISION(10)) : NULL;
    json_decref(body);
    if (text == NULL) {
        error_set(err, "MLflow %s: the request cannot be written as JSON", call);
        return MLFLOW_FAILED;
    }
    begin_address(&a, m, "/api/2.0/mlflow/");
    add(&a, call);
    bool answered =
        send_request(m, "POST", call, &a, "Content-Type: application/json", text, strlen(text), &answer, err);
    free(text);
    return answered ? read_response(m, call, &answer, response, err) : MLFLOW_FAILED;
}

enum mlflow_outcome mlflow_http_get(struct mlflow *m, const char *call, const char *key, const char *value,
                                    json_t **response, struct error *err) {
    struct address a;
    struct http_response answer = {0};
    begin_address(&a, m, "/api/2.0/mlflow/");
    add(&a, call);
    add(&a, "?");
    add(&a, key);
    add(&a, "=");
    add_escaped(&a, value, "-._~");
    return send_request(m, "GET", call, &a, NULL, NULL, 0, &answer, err)
               ? read_response(m, call, &answer, response, err)
               : MLFLOW_FAILED;
}

/* ---- artifacts ---- */

static void artifact_address(struct address *a, const struct mlflow *m, const char *path) {
    begin_address(a, m, "/api/2.0/mlflow-artifacts/artifacts/");
    add_escaped(a, path, "/-._~");
}

bool mlflow_http_put(struct mlflow *m, const char *path, const void *bytes, size_t size, struct error *err) {
    struct address a;
    struct http_response answer = {0};
    artifact_address(&a, m, path);
    if (!send_request(m, "PUT", path, &a, "Content-Type: application/octet-stream", bytes, size, &answer, err))
        return false;
    bool done =
        answer.status == 200 || read_error(m, path, &answer, err) == MLFLOW_DONE; /* nothing is said with a 200 */
    http_response_done(&answer);
    return done;
}

static bool same_bytes(const struct http_response *response, const void *bytes, size_t size) {
    char sent[SHA256_HEX], received[SHA256_HEX];
    bytes_sha256(bytes, size, sent);
    bytes_sha256(response->body, response->size, received);
    return response->status == 200 && strcmp(sent, received) == 0;
}

/* By its folder's list, for a file that is larger than an answer may be. */
static bool same_size(struct mlflow *m, const char *path, size_t size, struct error *err) {
    size_t i;
    json_t *file, *response = NULL;
    char folder[MLFLOW_PATH + 300];
    const char *name = strrchr(path, '/');
    struct address a;
    struct http_response answer = {0};
    bool same = false;
    snprintf(folder, sizeof folder, "%.*s", (int)(name - path), path);
    begin_address(&a, m, "/api/2.0/mlflow-artifacts/artifacts?path=");
    add_escaped(&a, folder, "/-._~");
    if (!send_request(m, "GET", folder, &a, NULL, NULL, 0, &answer, err) ||
        read_response(m, folder, &answer, &response, err) != MLFLOW_DONE)
        return false;
    json_array_foreach(json_object_get(response, "files"), i, file) {
        const char *found = json_string_value(json_object_get(file, "path"));
        if (found != NULL && strcmp(found, name + 1) == 0)
            same = json_integer_value(json_object_get(file, "file_size")) == (json_int_t)size;
    }
    json_decref(response);
    return same || error_set(err, "MLflow %s: it has not %zu bytes there, as sent", path, size);
}

bool mlflow_http_check(struct mlflow *m, const char *path, const void *bytes, size_t size, struct error *err) {
    struct address a;
    struct http_response answer = {0};
    if (size > HTTP_MAX_BODY)
        return same_size(m, path, size, err);
    artifact_address(&a, m, path);
    if (!send_request(m, "GET", path, &a, NULL, NULL, 0, &answer, err))
        return false;
    bool same =
        same_bytes(&answer, bytes, size) || error_set(err, "MLflow %s: what it gives back is not what was sent", path);
    http_response_done(&answer);
    return same;
}
