/*
 * client.h - the calls of MLflow's REST API (/api/2.0/mlflow, MLflow 2.9 and later) that the registry makes.
 *
 * Each may be repeated without harm: what is there already is found, by the tags it was made with, and not made
 * again.  A reply that was lost therefore costs nothing but the question.  One request at a time; a client stops
 * sending when its time is up, so that a slow server delays nobody for long.
 */
#ifndef REGISTER_CLIENT_H
#define REGISTER_CLIENT_H

#include "services/common/store/files.h"
#include "services/register/mlflow/mlflow_http.h"

enum { MLFLOW_ID = 64 };

/* A run there. */
struct mlflow_run {
    char id[MLFLOW_ID];
    char artifacts[MLFLOW_PATH]; /* its folder below the server's artifact proxy: "1/<id>/artifacts" */
};

/* All below are false where it could not be done; err then names call and server. */

/* The experiment's id; it is made where there is none. */
MUST_CHECK bool mlflow_experiment(struct mlflow *m, const char *name, char id[MLFLOW_ID], struct error *err);

/* The run with this tag, made where there is none.  started in ms since 1970.  A server that keeps artifacts where its
 * proxy does not reach is refused. */
MUST_CHECK bool mlflow_run_ensure(struct mlflow *m, const char *experiment, const char *name, long long started_ms,
                                  const char *tag, const char *value, struct mlflow_run *out, struct error *err);

/* Add objects {"<key>":value}: numbers, texts, texts; timestamp in ms.  Borrowed. Sending them again changes nothing.
 */
MUST_CHECK bool mlflow_run_log(struct mlflow *m, const struct mlflow_run *run, const json_t *metrics,
                               const json_t *params, const json_t *tags, long long at_ms, struct error *err);

/* Add data sets: an array as the API wants it, borrowed. */
MUST_CHECK bool mlflow_run_inputs(struct mlflow *m, const struct mlflow_run *run, const json_t *datasets,
                                  struct error *err);

/* Upload a file and read it back: what came back has the same hash.  name may have folders: "model/forest.bin". */
MUST_CHECK bool mlflow_upload(struct mlflow *m, const struct mlflow_run *run, const char *name, const void *bytes,
                              size_t size, struct error *err);

/* Close the run. */
MUST_CHECK bool mlflow_run_finish(struct mlflow *m, const struct mlflow_run *run, long long ended_ms,
                                  struct error *err);

/* The model, made where there is none. */
MUST_CHECK bool mlflow_model(struct mlflow *m, const char *name, const char *description, struct error *err);

/* The number of the model's version that has this tag; "" where there is none. */
MUST_CHECK bool mlflow_version_find(struct mlflow *m, const char *model, const char *tag, const char *value,
                                    char out[MLFLOW_ID], struct error *err);

/* Make a version of a run's folder "model", with tags ({"<key>":text}, borrowed). */
MUST_CHECK bool mlflow_version_create(struct mlflow *m, const char *model, const struct mlflow_run *run,
                                      const char *description, const json_t *tags, char out[MLFLOW_ID],
                                      struct error *err);

MUST_CHECK bool mlflow_version_tag(struct mlflow *m, const char *model, const char *version, const char *key,
                                   const char *value, struct error *err);

/* Let an alias name this version, and no other. */
MUST_CHECK bool mlflow_alias(struct mlflow *m, const char *model, const char *alias, const char *version,
                             struct error *err);

#endif
