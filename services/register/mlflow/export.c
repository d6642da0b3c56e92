/* export.c - an evaluated candidate becomes a run, its folder the run's files, a stored version a model version. */
#include "services/register/mlflow/export.h"

#include <stdlib.h>
#include <string.h>

#include "services/common/registry/champion.h"
#include "services/common/store/files.h"
#include "services/common/store/paths.h"
#include "services/common/util/unix_time.h"
#include "services/common/worker/log.h"
#include "services/register/mlflow/run_payload.h"
#include "services/register/store/alias.h"

/* Tags by which things are found again. */
static const char run_tag[] = "pipeline_run_id", version_tag[] = "manifest_sha256";
static const char status_tag[] = "validation_status";

enum { MAX_FILE = 1 << 30 };

/* ---- what is exported ---- */

/* A decision and what is still there of the version or candidate that it was about. */
struct export_item {
    const json_t *decision;
    const char *candidate, *status;
    json_int_t version;   /* stored; 0: rejected */
    const char *manifest; /* its hash */
    char folder[VOLUME_NAME];
    json_t *card; /* NULL: gone */
    char *report;
    json_int_t at_ms;
};

static void export_item_done(struct export_item *item) {
    json_decref(item->card);
    free(item->report);
}

static const char *text(const json_t *object, const char *key) {
    const char *value = json_string_value(json_object_get(object, key));
    return value != NULL ? value : "";
}

/* A version's folder, or the candidate's. */
static void find_folder(struct export_item *item) {
    if (item->version > 0)
        snprintf(item->folder, sizeof item->folder, VOLUME_VERSIONS "/%lld", (long long)item->version);
    else
        snprintf(item->folder, sizeof item->folder, VOLUME_CANDIDATES "/%s", item->candidate);
}

static bool export_item_read(struct export_item *item, const struct volume *volume, const json_t *decision,
                             struct error *err) {
    char name[VOLUME_NAME];
    size_t size;
    unix_time at = 0;
    const json_t *pending = json_object_get(decision, "held");
    const json_t *stored = pending != NULL ? pending : decision;
    *item = (struct export_item){.decision = decision,
                                 .candidate = text(decision, "candidate"),
                                 .status = text(decision, "status"),
                                 .version = json_integer_value(json_object_get(stored, "version")),
                                 .manifest = text(stored, "manifest_sha256")};
    unix_time_parse(text(decision, "time"), &at);
    item->at_ms = (json_int_t)at * 1000;
    if (strchr(item->candidate, '/') != NULL)
        return error_set(err, "MLflow: a decision has the candidate \"%.80s\", which is not a valid name",
                         item->candidate);
    find_folder(item);
    item->card = files_read_json_at(volume, volume_join(item->folder, "card.json", name), CHAMPION_MAX_JSON, NULL);
    snprintf(name, sizeof name, VOLUME_REGISTRY "/decisions/%s.md", item->candidate);
    item->report = files_read_at(volume, name, CHAMPION_MAX_JSON, &size, NULL);
    return true;
}

/* ---- files ---- */

static bool upload(const struct mlflow_exporter *e, const struct mlflow_run *run, const char *folder, const char *name,
                   const char *as, struct error *err) {
    char file[VOLUME_NAME], target[300];
    size_t size;
    char *bytes = files_read_at(e->volume, volume_join(folder, name, file), MAX_FILE, &size, err);
    snprintf(target, sizeof target, "%s%s", as, name);
    bool done = bytes != NULL && mlflow_upload(e->server, run, target, bytes, size, err);
    free(bytes);
    return done;
}

/* Every file that the version's manifest names, and the manifest, as the folder "model". */
static bool upload_version(const struct mlflow_exporter *e, const struct mlflow_run *run,
                           const struct export_item *item, struct error *err) {
    char file[VOLUME_NAME];
    const char *name;
    json_t *hash;
    json_t *manifest =
        files_read_json_at(e->volume, volume_join(item->folder, "manifest.json", file), CHAMPION_MAX_JSON, err);
    bool done = manifest != NULL;
    json_object_foreach(json_object_get(manifest, "files"), name, hash) {
        done = done && strchr(name, '/') == NULL && upload(e, run, item->folder, name, "model/", err);
    }
    json_decref(manifest);
    done = done && upload(e, run, item->folder, "manifest.json", "model/", err);
    return done && (!files_exist_at(e->volume, volume_join(item->folder, "manifest.sig", file)) ||
                    upload(e, run, item->folder, "manifest.sig", "model/", err));
}

static bool upload_files(const struct mlflow_exporter *e, const struct mlflow_run *run, const struct export_item *item,
                         struct error *err) {
    if (item->card == NULL)
        return true;
    if (item->version > 0)
        return upload_version(e, run, item, err);
    return upload(e, run, item->folder, "card.json", "", err) &&
           (item->report == NULL ||
            mlflow_upload(e->server, run, "decision.md", item->report, strlen(item->report), err));
}

/* ---- run and version ---- */

static bool export_run(const struct mlflow_exporter *e, const struct export_item *item, struct mlflow_run *run,
                       struct error *err) {
    char name[300];
    snprintf(name, sizeof name, "%s-%.8s", item->status, item->candidate);
    struct run_payload payload = run_payload_make(item->decision, item->card, item->report);
    bool done = mlflow_run_ensure(e->server, e->experiment, name, item->at_ms, run_tag, item->candidate, run, err) &&
                mlflow_run_log(e->server, run, payload.metrics, payload.params, payload.tags, item->at_ms, err) &&
                (json_array_size(payload.datasets) == 0 || mlflow_run_inputs(e->server, run, payload.datasets, err)) &&
                upload_files(e, run, item, err) && mlflow_run_finish(e->server, run, item->at_ms, err);
    run_payload_done(&payload);
    return done;
}

static bool export_version(const struct mlflow_exporter *e, const struct export_item *item,
                           const struct mlflow_run *run, struct error *err) {
    char there[MLFLOW_ID], number[32];
    if (!mlflow_version_find(e->server, e->model, version_tag, item->manifest, there, err))
        return false;
    if (there[0] != '\0')
        return true;
    snprintf(number, sizeof number, "%lld", (long long)item->version);
    json_t *tags = json_pack("{s:s, s:s, s:s, s:s}", version_tag, item->manifest, "leadforest_version", number,
                             "model.sha256", text(item->decision, "forest_sha256"), status_tag,
                             json_object_get(item->decision, "held") != NULL ? "pending" : "approved");
    bool done = mlflow_version_create(e->server, e->model, run, text(item->decision, "reason"), tags, there, err);
    json_decref(tags);
    return done;
}

bool mlflow_export_decision(const struct mlflow_exporter *e, const json_t *decision, struct error *err) {
    struct export_item item;
    struct mlflow_run run;
    if (strcmp(text(decision, "action"), "gate") != 0)
        return true;
    bool done = export_item_read(&item, e->volume, decision, err) && export_run(e, &item, &run, err) &&
                (item.version == 0 || item.card == NULL || export_version(e, &item, &run, err));
    export_item_done(&item);
    return done;
}

/* ---- aliases ---- */

static bool set_alias(const struct mlflow_exporter *e, const char *alias, const char *file, bool approved,
                      struct error *err) {
    struct alias target;
    char there[MLFLOW_ID];
    if (!alias_read(&target, e->volume, file, err))
        return false;
    if (target.version == 0)
        return true;
    if (!mlflow_version_find(e->server, e->model, version_tag, target.sha256, there, err))
        return false;
    if (there[0] == '\0') {
        log_event(LOG_WARN, "not in MLflow", "version %lld, so that %s does not name it there", target.version, alias);
        return true;
    }
    return mlflow_alias(e->server, e->model, alias, there, err) &&
           (!approved || mlflow_version_tag(e->server, e->model, there, status_tag, "approved", err));
}

bool mlflow_export_aliases(const struct mlflow_exporter *e, struct error *err) {
    return set_alias(e, "champion", VOLUME_CHAMPION, true, err) &&
           set_alias(e, "previous", VOLUME_PREVIOUS, false, err);
}
