/* mlflow_http.h - one request to MLflow: address, credentials, JSON both ways, what its errors mean. */
#ifndef REGISTER_MLFLOW_HTTP_H
#define REGISTER_MLFLOW_HTTP_H

#include <jansson.h>

#include "services/common/util/http.h"

/* Where MLflow is and who asks; texts borrowed. */
struct mlflow_server {
    const char *url;             /* "http://mlflow:5000"; NULL: there is none */
    const char *token;           /* sent as a bearer token; NULL: none */
    const char *user, *password; /* NULL: none */
    double seconds;              /* time for all requests together, and for one of them */
};

struct mlflow {
    const struct http *http;
    const char *url; /* without a slash at its end */
    const char *token;
    char authorization[700]; /* the header of user and password; "": none */
    double until;            /* on the monotonic clock, seconds */
    bool rejected;           /* the last answer was that what was said will never be taken */
};

/* Whether the credentials may be sent: a token or password goes by https, or to this machine only. */
MUST_CHECK bool mlflow_server_valid(const struct mlflow_server *server, struct error *err);

MUST_CHECK bool mlflow_open(struct mlflow *m, const struct http *http, const struct mlflow_server *server,
                            struct error *err);
void mlflow_close(struct mlflow *m); /* forgets the password; fine on zeroes */

enum { MLFLOW_PATH = 512 };

enum mlflow_outcome {
    MLFLOW_DONE,
    MLFLOW_ABSENT, /* RESOURCE_DOES_NOT_EXIST */
    MLFLOW_EXISTS, /* RESOURCE_ALREADY_EXISTS */
    MLFLOW_FAILED  /* err says why; trying again may help */
};

/* Call "runs/create" with a body (stolen).  reply may be NULL; on MLFLOW_DONE the caller decrefs it. */
MUST_CHECK enum mlflow_outcome mlflow_http_post(struct mlflow *m, const char *call, json_t *body, json_t **reply,
                                                struct error *err);

/* The same with one parameter, any text. */
MUST_CHECK enum mlflow_outcome mlflow_http_get(struct mlflow *m, const char *call, const char *key, const char *value,
                                               json_t **reply, struct error *err);

/* Store bytes below the artifact proxy; path is text with slashes. */
MUST_CHECK bool mlflow_http_put(struct mlflow *m, const char *path, const void *bytes, size_t size, struct error *err);

/* Whether the proxy gives the same bytes back, by their SHA-256; one that is too large to read is compared by its size.
 */
MUST_CHECK bool mlflow_http_check(struct mlflow *m, const char *path, const void *bytes, size_t size,
                                  struct error *err);

/* An answer that lacks what it must have; returns false. */
MUST_CHECK bool mlflow_http_malformed(const char *call, struct error *err);

#endif
