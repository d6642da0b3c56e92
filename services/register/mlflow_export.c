/* mlflow_export.c - a judged candidate becomes a run, its folder the run's files, a stored version a model version. */
#include "services/register/mlflow_export.h"

#include <stdlib.h>
#include <string.h>

#include "services/common/champion.h"
#include "services/common/clock.h"
#include "services/common/log.h"
#include "services/common/volume.h"
#include "services/register/mlflow_run.h"
#include "services/register/pointer.h"

/* Tags by which things are found again. */
static const char run_tag[] = "pipeline_run_id", version_tag[] = "manifest_sha256";
static const char status_tag[] = "validation_status";

enum { MAX_FILE = 1 << 30 };

/* ---- what there is to tell ---- */

/* A decision and what is still there of the version or candidate that it was about. */
struct exhibit {
    const json_t *decision;
    const char *candidate, *status;
    json_int_t version;   /* stored; 0: rejected */
    const char *manifest; /* its hash */
    char folder[PATH_MAX];
    json_t *card; /* NULL: gone */
    char *minutes;
    json_int_t at_ms;
};

static void exhibit_done(struct exhibit *x) {
    json_decref(x->card);
    free(x->minutes);
}

static const char *text(const json_t *object, const char *key) {
    const char *value = json_string_value(json_object_get(object, key));
    return value != NULL ? value : "";
}

/* A version's folder, or the candidate's. */
static bool find_folder(struct exhibit *x, const char *data, struct file_error *err) {
    if (x->version > 0)
        return publish_path(x->folder, err, "%s/" VOLUME_VERSIONS "/%lld", data, (long long)x->version);
    return publish_path(x->folder, err, "%s/" VOLUME_CANDIDATES "/%s", data, x->candidate);
}

static bool exhibit_read(struct exhibit *x, const char *data, const json_t *decision, struct file_error *err) {
    char path[PATH_MAX];
    size_t size;
    moment at = 0;
    const json_t *held = json_object_get(decision, "held");
    const json_t *stored = held != NULL ? held : decision;
    *x = (struct exhibit){.decision = decision,
                          .candidate = text(decision, "candidate"),
                          .status = text(decision, "status"),
                          .version = json_integer_value(json_object_get(stored, "version")),
                          .manifest = text(stored, "manifest_sha256")};
    clock_parse(text(decision, "time"), &at);
    x->at_ms = (json_int_t)at * 1000;
    if (strchr(x->candidate, '/') != NULL)
        return file_error_say(err, "MLflow: a decision has the candidate \"%.80s\", which is no name", x->candidate);
    if (!find_folder(x, data, err) || !publish_path(path, err, "%s/card.json", x->folder))
        return false;
    x->card = files_read_json(path, CHAMPION_MAX_JSON, NULL);
    if (!publish_path(path, err, "%s/" VOLUME_REGISTRY "/decisions/%s.md", data, x->candidate))
        return false;
    x->minutes = files_read(path, CHAMPION_MAX_JSON, &size, NULL);
    return true;
}

/* ---- files ---- */

static bool upload(const struct mlflow_exporter *e, const struct mlflow_run *run, const char *folder, const char *name,
                   const char *as, struct file_error *err) {
    char path[PATH_MAX], target[300];
    size_t size;
    char *bytes = publish_path(path, err, "%s/%s", folder, name) ? files_read(path, MAX_FILE, &size, err) : NULL;
    snprintf(target, sizeof target, "%s%s", as, name);
    bool done = bytes != NULL && mlflow_upload(e->server, run, target, bytes, size, err);
    free(bytes);
    return done;
}

/* Every file that the version's manifest names, and the manifest, as the folder "model". */
static bool upload_version(const struct mlflow_exporter *e, const struct mlflow_run *run, const struct exhibit *x,
                           struct file_error *err) {
    char path[PATH_MAX];
    const char *name;
    json_t *hash;
    if (!publish_path(path, err, "%s/manifest.json", x->folder))
        return false;
    json_t *manifest = files_read_json(path, CHAMPION_MAX_JSON, err);
    bool done = manifest != NULL;
    json_object_foreach(json_object_get(manifest, "files"), name, hash) {
        done = done && strchr(name, '/') == NULL && upload(e, run, x->folder, name, "model/", err);
    }
    json_decref(manifest);
    done = done && upload(e, run, x->folder, "manifest.json", "model/", err) &&
           publish_path(path, err, "%s/manifest.sig", x->folder);
    return done && (!files_exist(path) || upload(e, run, x->folder, "manifest.sig", "model/", err));
}

static bool upload_files(const struct mlflow_exporter *e, const struct mlflow_run *run, const struct exhibit *x,
                         struct file_error *err) {
    if (x->card == NULL)
        return true;
    if (x->version > 0)
        return upload_version(e, run, x, err);
    return upload(e, run, x->folder, "card.json", "", err) &&
           (x->minutes == NULL || mlflow_upload(e->server, run, "decision.md", x->minutes, strlen(x->minutes), err));
}

/* ---- run and version ---- */

static bool tell_run(const struct mlflow_exporter *e, const struct exhibit *x, struct mlflow_run *run,
                     struct file_error *err) {
    char name[300];
    snprintf(name, sizeof name, "%s-%.8s", x->status, x->candidate);
    struct mlflow_story story = mlflow_story_of(x->decision, x->card, x->minutes);
    bool done = mlflow_run_ensure(e->server, e->experiment, name, x->at_ms, run_tag, x->candidate, run, err) &&
                mlflow_run_log(e->server, run, story.metrics, story.params, story.tags, x->at_ms, err) &&
                (json_array_size(story.datasets) == 0 || mlflow_run_inputs(e->server, run, story.datasets, err)) &&
                upload_files(e, run, x, err) && mlflow_run_finish(e->server, run, x->at_ms, err);
    mlflow_story_done(&story);
    return done;
}

static bool tell_version(const struct mlflow_exporter *e, const struct exhibit *x, const struct mlflow_run *run,
                         struct file_error *err) {
    char there[MLFLOW_ID], number[32];
    if (!mlflow_version_find(e->server, e->model, version_tag, x->manifest, there, err))
        return false;
    if (there[0] != '\0')
        return true;
    snprintf(number, sizeof number, "%lld", (long long)x->version);
    json_t *tags = json_pack("{s:s, s:s, s:s, s:s}", version_tag, x->manifest, "leadforest_version", number,
                             "model.sha256", text(x->decision, "forest_sha256"), status_tag,
                             json_object_get(x->decision, "held") != NULL ? "pending" : "approved");
    bool done = mlflow_version_create(e->server, e->model, run, text(x->decision, "reason"), tags, there, err);
    json_decref(tags);
    return done;
}

bool mlflow_export_decision(const struct mlflow_exporter *e, const json_t *decision, struct file_error *err) {
    struct exhibit x;
    struct mlflow_run run;
    if (strcmp(text(decision, "action"), "gate") != 0)
        return true;
    bool done = exhibit_read(&x, e->data, decision, err) && tell_run(e, &x, &run, err) &&
                (x.version == 0 || x.card == NULL || tell_version(e, &x, &run, err));
    exhibit_done(&x);
    return done;
}

/* ---- aliases ---- */

static bool point(const struct mlflow_exporter *e, const char *alias, const char *file, bool approved,
                  struct file_error *err) {
    struct pointer pointer;
    char there[MLFLOW_ID];
    if (!pointer_read(&pointer, e->data, file, err))
        return false;
    if (pointer.version == 0)
        return true;
    if (!mlflow_version_find(e->server, e->model, version_tag, pointer.sha256, there, err))
        return false;
    if (there[0] == '\0') {
        log_event(LOG_WARN, "not in MLflow", "version %lld, so that %s does not name it there", pointer.version, alias);
        return true;
    }
    return mlflow_alias(e->server, e->model, alias, there, err) &&
           (!approved || mlflow_version_tag(e->server, e->model, there, status_tag, "approved", err));
}

bool mlflow_export_aliases(const struct mlflow_exporter *e, struct file_error *err) {
    return point(e, "champion", VOLUME_CHAMPION, true, err) && point(e, "previous", VOLUME_PREVIOUS, false, err);
}
