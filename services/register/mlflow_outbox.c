/* mlflow_outbox.c - goes through the decisions that MLflow has not been told. */
#include "services/register/mlflow_outbox.h"

#include <string.h>

#include "services/common/champion.h"
#include "services/common/log.h"
#include "services/common/volume.h"
#include "services/register/decisions.h"
#include "services/register/mlflow_export.h"

/* ---- how far ---- */

/* registry/mlflow.json. */
struct progress_there {
    const char *url, *experiment, *model;
    size_t told;     /* decisions, those that were refused among them */
    json_t *refused; /* the last of those, each {"line", "candidate", "why"} */
};

enum { MAX_REFUSED = 100 };

static bool is(const json_t *object, const char *key, const char *text) {
    const char *value = json_string_value(json_object_get(object, key));
    return value != NULL && strcmp(value, text) == 0;
}

static bool path_of(char path[PATH_MAX], const char *data, struct file_error *err) {
    return publish_path(path, err, "%s/" VOLUME_MLFLOW, data);
}

/* The file; NULL where it is not there, makes no sense, or is of another server or model. */
static json_t *read_file(const char *data, const struct mlflow_options *o) {
    char path[PATH_MAX];
    json_t *file = path_of(path, data, NULL) ? files_read_json(path, CHAMPION_MAX_JSON, NULL) : NULL;
    if (is(file, "url", o->server.url) && is(file, "model", o->model))
        return file;
    json_decref(file);
    return NULL;
}

/* How many of the decisions the file says were told; 0 where they are fewer now. */
static size_t told_of(const json_t *file, size_t decisions) {
    json_int_t told = json_integer_value(json_object_get(file, "told"));
    return told > 0 && (size_t)told <= decisions ? (size_t)told : 0;
}

static bool write_told(const char *data, const struct progress_there *p, struct file_error *err) {
    char path[PATH_MAX];
    json_t *file = json_pack("{s:s, s:s, s:s, s:I}", "url", p->url, "experiment", p->experiment, "model", p->model,
                             "told", (json_int_t)p->told);
    if (json_array_size(p->refused) > 0)
        json_object_set(file, "refused", p->refused);
    bool done = path_of(path, data, err) && publish_json(path, file, err);
    json_decref(file);
    return done;
}

/* ---- sending ---- */

/* Kept for people; nothing waits for it any more. */
static void note_refusal(struct progress_there *p, const json_t *decision, const char *why) {
    size_t line = p->told + 1;
    const char *candidate = json_string_value(json_object_get(decision, "candidate"));
    log_event(LOG_WARN, "MLflow refuses", "line %zu of " VOLUME_DECISIONS ", which is passed over: %s", line, why);
    json_array_append_new(p->refused, json_pack("{s:I, s:s, s:s}", "line", (json_int_t)line, "candidate",
                                                candidate != NULL ? candidate : "", "why", why));
    if (json_array_size(p->refused) > MAX_REFUSED)
        json_array_remove(p->refused, 0);
}

/* Told, or refused for good. */
static bool settle(const struct mlflow_exporter *e, const json_t *decision, struct progress_there *p,
                   struct file_error *err) {
    if (mlflow_export_decision(e, decision, err))
        return true;
    if (e->server->refused)
        note_refusal(p, decision, err->text);
    return e->server->refused;
}

/* The aliases go before the last count, so that they are set again where a run died between the two. */
static bool send_from(const struct mlflow_exporter *e, const json_t *decisions, struct progress_there *p,
                      struct file_error *err) {
    size_t count = json_array_size(decisions);
    while (p->told < count) {
        bool last = p->told + 1 == count;
        if (!settle(e, json_array_get(decisions, p->told), p, err) || (last && !mlflow_export_aliases(e, err)))
            return false;
        p->told++;
        if (!write_told(e->data, p, err))
            return false;
    }
    return true;
}

/* *told: of the decisions; of another experiment than the file's they are all to be told. */
static bool send_all(const char *data, const struct mlflow_options *o, struct mlflow *server, const json_t *decisions,
                     const json_t *file, size_t *told, struct file_error *err) {
    static const char about[] = "Which package a lead will buy, by leadforest";
    char experiment[MLFLOW_ID];
    if (!mlflow_experiment(server, o->experiment, experiment, err) || !mlflow_model(server, o->model, about, err))
        return false;
    bool known = is(file, "experiment", experiment);
    json_t *before = known ? json_object_get(file, "refused") : NULL;
    struct progress_there p = {o->server.url, experiment, o->model, known ? *told : 0,
                               json_is_array(before) ? json_copy(before) : json_array()};
    bool done = send_from(&(struct mlflow_exporter){server, data, experiment, o->model}, decisions, &p, err);
    *told = p.told;
    json_decref(p.refused);
    return done;
}

static bool open_and_send(const char *data, const struct mlflow_options *o, const json_t *decisions, const json_t *file,
                          size_t *told, struct file_error *err) {
    struct http http = {0};
    struct mlflow server = {0};
    bool done = http_open(&http, "leadforest-register", o->server.seconds, err) &&
                mlflow_open(&server, &http, &o->server, err) && send_all(data, o, &server, decisions, file, told, err);
    mlflow_close(&server);
    http_close(&http);
    return done;
}

void mlflow_outbox_send(const char *data, const struct mlflow_options *o) {
    struct file_error err;
    if (o->server.url == NULL)
        return;
    json_t *decisions = decisions_read(data, &err), *file = read_file(data, o);
    if (decisions == NULL)
        log_event(LOG_WARN, "MLflow not told", "%s", err.text);
    size_t count = json_array_size(decisions), told = told_of(file, count);
    if (told < count && !open_and_send(data, o, decisions, file, &told, &err))
        log_event(LOG_WARN, "MLflow not told", "%s; decisions that wait for the next run: %zu", err.text, count - told);
    json_decref(file);
    json_decref(decisions);
}

/* ---- settings ---- */

bool mlflow_outbox_fits(const struct mlflow_options *o, struct file_error *err) {
    static const char unfit[] = "'\"`\\/:%"; /* in filters and model names */
    if (o->server.url == NULL)
        return true;
    if (strpbrk(o->model, unfit) != NULL || strpbrk(o->experiment, unfit) != NULL)
        return file_error_say(err, "MLflow: names of model and experiment have none of %s", unfit);
    return mlflow_server_fits(&o->server, err);
}
