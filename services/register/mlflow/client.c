/* client.c - MLflow's calls, one function each; requests and their errors are mlflow_http.c's. */
#include "services/register/mlflow/client.h"

#include <string.h>

/* Ids and versions are texts, or numbers. */
static bool read_id(char out[MLFLOW_ID], const json_t *value) {
    int n = -1;
    if (json_is_string(value))
        n = snprintf(out, MLFLOW_ID, "%s", json_string_value(value));
    else if (json_is_integer(value))
        n = snprintf(out, MLFLOW_ID, "%lld", (long long)json_integer_value(value));
    return n > 0 && n < MLFLOW_ID;
}

static const json_t *at(const json_t *object, const char *a, const char *b) {
    return json_object_get(json_object_get(object, a), b);
}

static json_t *pairs(const json_t *object) {
    const char *key;
    json_t *value, *list = json_array();
    json_object_foreach((json_t *)object, key, value) {
        json_array_append_new(list, json_pack("{s:s, s:O}", "key", key, "value", value));
    }
    return list;
}

/* A call whose answer is of no interest. */
static bool post(struct mlflow *m, const char *call, json_t *body, struct error *err) {
    return mlflow_http_post(m, call, body, NULL, err) == MLFLOW_DONE;
}

/* ---- experiment ---- */

/* *id stays empty where there is none. */
static bool find_experiment(struct mlflow *m, const char *name, char id[MLFLOW_ID], struct error *err) {
    json_t *reply = NULL;
    id[0] = '\0';
    enum mlflow_outcome outcome = mlflow_http_get(m, "experiments/get-by-name", "experiment_name", name, &reply, err);
    bool done = outcome == MLFLOW_DONE || outcome == MLFLOW_ABSENT;
    const json_t *experiment = json_object_get(reply, "experiment");
    const char *stage = json_string_value(json_object_get(experiment, "lifecycle_stage"));
    if (outcome == MLFLOW_DONE && stage != NULL && strcmp(stage, "deleted") == 0)
        done = error_set(err, "MLflow: the experiment %s is deleted; restore it there or name another", name);
    else if (outcome == MLFLOW_DONE)
        done = read_id(id, json_object_get(experiment, "experiment_id")) ||
               mlflow_http_malformed("experiments/get-by-name", err);
    json_decref(reply);
    return done;
}

bool mlflow_experiment(struct mlflow *m, const char *name, char id[MLFLOW_ID], struct error *err) {
    if (!find_experiment(m, name, id, err))
        return false;
    if (id[0] != '\0')
        return true;
    /* The kind decides which of its two menus MLflow opens. */
    json_t *body = json_pack("{s:s, s:[{s:s, s:s}]}", "name", name, "tags", "key", "mlflow.experimentKind", "value",
                             "custom_model_development");
    enum mlflow_outcome outcome = mlflow_http_post(m, "experiments/create", body, NULL, err);
    if (outcome != MLFLOW_DONE && outcome != MLFLOW_EXISTS) /* another made it meanwhile */
        return false;
    return find_experiment(m, name, id, err) && (id[0] != '\0' || mlflow_http_malformed("experiments/create", err));
}

/* ---- run ---- */

/* "mlflow-artifacts:/1/<id>/artifacts", or with a host: the path alone counts. */
static bool read_artifacts(struct mlflow_run *run, const char *uri, struct error *err) {
    static const char scheme[] = "mlflow-artifacts:";
    if (uri == NULL || strncmp(uri, scheme, sizeof scheme - 1) != 0)
        return error_set(err,
                         "MLflow keeps artifacts in %.200s, which its proxy does not reach; start it with "
                         "--serve-artifacts and --artifacts-destination",
                         uri != NULL ? uri : "?");
    const char *path = uri + sizeof scheme - 1;
    if (strncmp(path, "//", 2) == 0)
        path = strchr(path + 2, '/');
    path += path != NULL ? strspn(path, "/") : 0;
    return (path != NULL && snprintf(run->artifacts, sizeof run->artifacts, "%s", path) < (int)sizeof run->artifacts) ||
           mlflow_http_malformed("runs/create", err);
}

static bool read_run(struct mlflow_run *out, const json_t *run, struct error *err) {
    const json_t *info = json_object_get(run, "info");
    return (read_id(out->id, json_object_get(info, "run_id")) || mlflow_http_malformed("runs/create", err)) &&
           read_artifacts(out, json_string_value(json_object_get(info, "artifact_uri")), err);
}

/* The first run with a tag; NULL where there is none. */
static bool find_run(struct mlflow *m, const char *experiment, const char *tag, const char *value, json_t **out,
                     struct error *err) {
    char filter[400];
    json_t *reply = NULL;
    snprintf(filter, sizeof filter, "tags.`%s` = '%s'", tag, value);
    json_t *body = json_pack("{s:[s], s:s, s:i}", "experiment_ids", experiment, "filter", filter, "max_results", 1);
    bool done = mlflow_http_post(m, "runs/search", body, &reply, err) == MLFLOW_DONE;
    *out = done ? json_incref(json_array_get(json_object_get(reply, "runs"), 0)) : NULL;
    json_decref(reply);
    return done;
}

static bool create_run(struct mlflow *m, const char *experiment, const char *name, long long started_ms,
                       const char *tag, const char *value, json_t **out, struct error *err) {
    json_t *reply = NULL;
    json_t *body = json_pack("{s:s, s:s, s:I, s:[{s:s, s:s}]}", "experiment_id", experiment, "run_name", name,
                             "start_time", (json_int_t)started_ms, "tags", "key", tag, "value", value);
    bool done = mlflow_http_post(m, "runs/create", body, &reply, err) == MLFLOW_DONE;
    *out = done ? json_incref(json_object_get(reply, "run")) : NULL;
    json_decref(reply);
    return done;
}

bool mlflow_run_ensure(struct mlflow *m, const char *experiment, const char *name, long long started_ms,
                       const char *tag, const char *value, struct mlflow_run *out, struct error *err) {
    json_t *run = NULL;
    bool done = find_run(m, experiment, tag, value, &run, err) &&
                (run != NULL || create_run(m, experiment, name, started_ms, tag, value, &run, err)) &&
                read_run(out, run, err);
    json_decref(run);
    return done;
}

bool mlflow_run_log(struct mlflow *m, const struct mlflow_run *run, const json_t *metrics, const json_t *params,
                    const json_t *tags, long long at_ms, struct error *err) {
    size_t i;
    json_t *metric, *list = pairs(metrics);
    json_array_foreach(list, i, metric) {
        json_object_set_new(metric, "timestamp", json_integer(at_ms));
        json_object_set_new(metric, "step", json_integer(0));
    }
    return post(m, "runs/log-batch",
                json_pack("{s:s, s:o, s:o, s:o}", "run_id", run->id, "metrics", list, "params", pairs(params), "tags",
                          pairs(tags)),
                err);
}

bool mlflow_run_inputs(struct mlflow *m, const struct mlflow_run *run, const json_t *datasets, struct error *err) {
    return post(m, "runs/log-inputs", json_pack("{s:s, s:O}", "run_id", run->id, "datasets", datasets), err);
}

bool mlflow_upload(struct mlflow *m, const struct mlflow_run *run, const char *name, const void *bytes, size_t size,
                   struct error *err) {
    char path[MLFLOW_PATH + 300];
    snprintf(path, sizeof path, "%s/%s", run->artifacts, name);
    return mlflow_http_put(m, path, bytes, size, err) && mlflow_http_check(m, path, bytes, size, err);
}

bool mlflow_run_finish(struct mlflow *m, const struct mlflow_run *run, long long ended_ms, struct error *err) {
    return post(m, "runs/update",
                json_pack("{s:s, s:s, s:I}", "run_id", run->id, "status", "FINISHED", "end_time", (json_int_t)ended_ms),
                err);
}

/* ---- model ---- */

bool mlflow_model(struct mlflow *m, const char *name, const char *description, struct error *err) {
    enum mlflow_outcome outcome = mlflow_http_post(
        m, "registered-models/create", json_pack("{s:s, s:s}", "name", name, "description", description), NULL, err);
    return outcome == MLFLOW_DONE || outcome == MLFLOW_EXISTS;
}

bool mlflow_version_find(struct mlflow *m, const char *model, const char *tag, const char *value, char out[MLFLOW_ID],
                         struct error *err) {
    char filter[600];
    json_t *reply = NULL;
    out[0] = '\0';
    snprintf(filter, sizeof filter, "name = '%s' and tags.`%s` = '%s'", model, tag, value);
    bool done = mlflow_http_get(m, "model-versions/search", "filter", filter, &reply, err) == MLFLOW_DONE;
    const json_t *found = json_array_get(json_object_get(reply, "model_versions"), 0);
    if (done && found != NULL)
        done = read_id(out, json_object_get(found, "version")) || mlflow_http_malformed("model-versions/search", err);
    json_decref(reply);
    return done;
}

bool mlflow_version_create(struct mlflow *m, const char *model, const struct mlflow_run *run, const char *description,
                           const json_t *tags, char out[MLFLOW_ID], struct error *err) {
    char source[MLFLOW_PATH + 64];
    json_t *reply = NULL;
    snprintf(source, sizeof source, "mlflow-artifacts:/%s/model", run->artifacts);
    json_t *body = json_pack("{s:s, s:s, s:s, s:s, s:o}", "name", model, "source", source, "run_id", run->id,
                             "description", description, "tags", pairs(tags));
    bool done =
        mlflow_http_post(m, "model-versions/create", body, &reply, err) == MLFLOW_DONE &&
        (read_id(out, at(reply, "model_version", "version")) || mlflow_http_malformed("model-versions/create", err));
    json_decref(reply);
    return done;
}

bool mlflow_version_tag(struct mlflow *m, const char *model, const char *version, const char *key, const char *value,
                        struct error *err) {
    return post(m, "model-versions/set-tag",
                json_pack("{s:s, s:s, s:s, s:s}", "name", model, "version", version, "key", key, "value", value), err);
}

bool mlflow_alias(struct mlflow *m, const char *model, const char *alias, const char *version, struct error *err) {
    return post(m, "registered-models/alias",
                json_pack("{s:s, s:s, s:s}", "name", model, "alias", alias, "version", version), err);
}
