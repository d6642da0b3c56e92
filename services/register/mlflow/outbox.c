/* outbox.c - exports the decisions that MLflow does not have yet. */
#include "services/register/mlflow/outbox.h"

#include <string.h>

#include "services/common/registry/champion.h"
#include "services/common/store/atomic_file.h"
#include "services/common/store/paths.h"
#include "services/common/worker/log.h"
#include "services/register/mlflow/export.h"
#include "services/register/store/decision_log.h"

/* ---- how far ---- */

/* registry/mlflow.json. */
struct export_progress {
    const char *url, *experiment, *model;
    size_t exported;  /* decisions, those that were refused among them */
    json_t *rejected; /* the last of those, each {"line", "candidate", "why"} */
};

enum { MAX_REFUSED = 100 };

static bool is(const json_t *object, const char *key, const char *text) {
    const char *value = json_string_value(json_object_get(object, key));
    return value != NULL && strcmp(value, text) == 0;
}

/* The file; NULL where it is not there, makes no sense, or is of another server or model. */
static json_t *read_file(const struct volume *volume, const struct mlflow_options *o) {
    json_t *file = files_read_json_at(volume, VOLUME_MLFLOW, CHAMPION_MAX_JSON, NULL);
    if (is(file, "url", o->server.url) && is(file, "model", o->model))
        return file;
    json_decref(file);
    return NULL;
}

/* How many decisions were exported, by the file; 0 if there are fewer now. */
static size_t exported_count(const json_t *file, size_t decisions) {
    json_int_t exported = json_integer_value(json_object_get(file, "told"));
    return exported > 0 && (size_t)exported <= decisions ? (size_t)exported : 0;
}

static bool write_progress(const struct volume *volume, const struct export_progress *p, struct error *err) {
    json_t *file = json_pack("{s:s, s:s, s:s, s:I}", "url", p->url, "experiment", p->experiment, "model", p->model,
                             "told", (json_int_t)p->exported);
    if (json_array_size(p->rejected) > 0)
        json_object_set(file, "refused", p->rejected);
    bool done = atomic_file_write_json_at(volume, VOLUME_MLFLOW, file, err);
    json_decref(file);
    return done;
}

/* ---- sending ---- */

/* Kept for people; nothing waits for it any more. */
static void add_rejected(struct export_progress *p, const json_t *decision, const char *reason) {
    size_t line = p->exported + 1;
    const char *candidate = json_string_value(json_object_get(decision, "candidate"));
    log_event(LOG_WARN, "MLflow rejected a decision", "line %zu of " VOLUME_DECISIONS " is skipped: %s", line, reason);
    json_array_append_new(p->rejected, json_pack("{s:I, s:s, s:s}", "line", (json_int_t)line, "candidate",
                                                 candidate != NULL ? candidate : "", "why", reason));
    if (json_array_size(p->rejected) > MAX_REFUSED)
        json_array_remove(p->rejected, 0);
}

/* Exported, or rejected for good. */
static bool export_decision(const struct mlflow_exporter *e, const json_t *decision, struct export_progress *p,
                            struct error *err) {
    if (mlflow_export_decision(e, decision, err))
        return true;
    if (e->server->rejected)
        add_rejected(p, decision, err->text);
    return e->server->rejected;
}

/* The aliases go before the last count, so that they are set again where a run died between the two. */
static bool send_from(const struct mlflow_exporter *e, const json_t *decisions, struct export_progress *p,
                      struct error *err) {
    size_t count = json_array_size(decisions);
    while (p->exported < count) {
        bool last = p->exported + 1 == count;
        if (!export_decision(e, json_array_get(decisions, p->exported), p, err) ||
            (last && !mlflow_export_aliases(e, err)))
            return false;
        p->exported++;
        if (!write_progress(e->volume, p, err))
            return false;
    }
    return true;
}

/* *exported: how many were; to another experiment than the file's, all are exported again. */
static bool send_all(const struct volume *volume, const struct mlflow_options *o, struct mlflow *server,
                     const json_t *decisions, const json_t *file, size_t *exported, struct error *err) {
    static const char about[] = "Which package a lead will buy, by leadforest";
    char experiment[MLFLOW_ID];
    if (!mlflow_experiment(server, o->experiment, experiment, err) || !mlflow_model(server, o->model, about, err))
        return false;
    bool recorded = is(file, "experiment", experiment);
    json_t *before = recorded ? json_object_get(file, "refused") : NULL;
    struct export_progress p = {o->server.url, experiment, o->model, recorded ? *exported : 0,
                                json_is_array(before) ? json_copy(before) : json_array()};
    bool done = send_from(&(struct mlflow_exporter){server, volume, experiment, o->model}, decisions, &p, err);
    *exported = p.exported;
    json_decref(p.rejected);
    return done;
}

static bool open_and_send(const struct volume *volume, const struct mlflow_options *o, const json_t *decisions,
                          const json_t *file, size_t *exported, struct error *err) {
    struct http http = {0};
    struct mlflow server = {0};
    bool done = http_open(&http, "leadforest-register", o->server.seconds, err) &&
                mlflow_open(&server, &http, &o->server, err) &&
                send_all(volume, o, &server, decisions, file, exported, err);
    mlflow_close(&server);
    http_close(&http);
    return done;
}

void mlflow_outbox_send(const struct volume *volume, const struct mlflow_options *o) {
    struct error err;
    if (o->server.url == NULL)
        return;
    json_t *decisions = decision_log_read(volume, &err), *file = read_file(volume, o);
    if (decisions == NULL)
        log_event(LOG_WARN, "MLflow export failed", "%s", err.text);
    size_t count = json_array_size(decisions), exported = exported_count(file, count);
    if (exported < count && !open_and_send(volume, o, decisions, file, &exported, &err))
        log_event(LOG_WARN, "MLflow export failed", "%s; %zu decisions pending", err.text, count - exported);
    json_decref(file);
    json_decref(decisions);
}

/* ---- settings ---- */

bool mlflow_outbox_valid(const struct mlflow_options *o, struct error *err) {
    static const char unfit[] = "'\"`\\/:%"; /* in filters and model names */
    if (o->server.url == NULL)
        return true;
    if (strpbrk(o->model, unfit) != NULL || strpbrk(o->experiment, unfit) != NULL)
        return error_set(err, "MLflow: names of model and experiment have none of %s", unfit);
    return mlflow_server_valid(&o->server, err);
}
