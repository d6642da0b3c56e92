/* model_watcher.c - watches champion.json and serves a new champion after verifying it. */
#include "services/api/model/model_watcher.h"

#include <math.h>
#include <string.h>
#include <time.h>

#include "services/common/store/atomic_file.h"
#include "services/common/store/paths.h"
#include "services/common/util/unix_time.h"
#include "services/common/worker/log.h"

static const double first_retry = 1, last_retry = 30; /* seconds */

void model_watcher_open(struct model_watcher *watcher, const char *data, const struct model_context *model_context,
                        struct model_slot *slot) {
    *watcher = (struct model_watcher){
        .volume = {.fd = -1, .path = data}, .model_context = model_context, .slot = slot, .backoff = first_retry};
}

struct served_model *model_watcher_read(const struct volume *volume, const struct model_context *model_context,
                                        struct error *err) {
    struct champion champion;
    if (!champion_load_at(&champion, volume, err))
        return NULL;
    struct served_model *model = served_model_new(&champion, model_context, err);
    if (model == NULL)
        champion_done(&champion);
    return model;
}

static bool is_same_time(const struct timespec *a, const struct timespec *b) {
    return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

/*
 * File notifications do not work on every kind of volume, so the file's status is compared. Our programs replace the
 * file by rename, which changes the inode. A copy that keeps size and time (rsync --inplace --times) changes st_ctim,
 * which no program can set.
 */
static bool is_same_file(const struct stat *a, const struct stat *b) {
    return a->st_dev == b->st_dev && a->st_size == b->st_size && is_same_time(&a->st_mtim, &b->st_mtim) &&
           a->st_ino == b->st_ino && is_same_time(&a->st_ctim, &b->st_ctim);
}

/* Free the replaced models that no request uses any more, or all of them. */
static void free_retired(struct model_watcher *watcher, bool all) {
    for (struct served_model **at = &watcher->retired; *at != NULL;) {
        struct served_model *model = *at;
        if (all || !served_model_is_referenced(model)) {
            *at = model->retired;
            served_model_free(model);
        } else {
            at = &model->retired;
        }
    }
}

void model_watcher_done(struct model_watcher *watcher) {
    free_retired(watcher, true);
    volume_close(&watcher->volume);
}

static void serve(struct model_watcher *watcher, struct served_model *model) {
    watcher->up_to_date = true;
    watcher->last_error.text[0] = '\0';
    watcher->backoff = first_retry;
    atomic_fetch_add(&watcher->loaded, 1);
    atomic_store(&watcher->loaded_at, (int64_t)time(NULL));
    log_event(LOG_INFO, "model loaded", "version %s, %s", model->version,
              model->cells > 0 ? "answers precomputed" : "answers computed per request");
    struct served_model *old = model_slot_swap(watcher->slot, model);
    if (old == NULL)
        return;
    old->retired = watcher->retired;
    watcher->retired = old;
    free_retired(watcher, false);
}

/* The old model stays in service.  The volume may still be being copied, so loading is retried, but logged once. */
static void reject(struct model_watcher *watcher, const struct error *err) {
    watcher->retry_at = monotonic_seconds() + watcher->backoff;
    watcher->backoff = fmin(2 * watcher->backoff, last_retry);
    if (strcmp(watcher->last_error.text, err->text) == 0)
        return;
    watcher->last_error = *err;
    atomic_fetch_add(&watcher->rejected, 1);
    log_event(LOG_ERROR, "model refused", "%s", err->text);
}

/* Logged once: if the data folder is the wrong one, nothing else explains why /readyz stays 503. */
static void log_waiting(struct model_watcher *watcher) {
    char path[PATH_MAX];
    if (!watcher->waiting_logged && model_slot_get(watcher->slot) == NULL)
        log_event(LOG_INFO, "no model", "waiting for %s", volume_path(&watcher->volume, VOLUME_CHAMPION, path));
    watcher->waiting_logged = true;
}

/* Whether champion.json names the model that is served already (the file was touched or rewritten). */
static bool is_served(const struct model_watcher *watcher) {
    const struct served_model *model = model_slot_get(watcher->slot);
    char sha256[SHA256_HEX];
    long long version;
    return model != NULL && champion_read_alias_at(&watcher->volume, VOLUME_CHAMPION, &version, sha256, NULL) &&
           version == model->champion.version && strcmp(sha256, model->champion.sha256) == 0;
}

void model_watcher_poll(struct model_watcher *watcher, bool now) {
    struct stat status;
    struct error err;
    free_retired(watcher, false);
    if (!volume_follow(&watcher->volume, NULL) || !volume_stat(&watcher->volume, VOLUME_CHAMPION, &status)) {
        log_waiting(watcher);
        return; /* nothing promoted yet, or the volume is not mounted: continue serving */
    }
    bool changed = !is_same_file(&status, &watcher->last_stat);
    if (!changed && !now && (watcher->up_to_date || monotonic_seconds() < watcher->retry_at))
        return;
    if (changed)
        watcher->backoff = first_retry;
    watcher->last_stat = status;
    watcher->up_to_date = is_served(watcher);
    if (watcher->up_to_date)
        return;
    struct served_model *model = model_watcher_read(&watcher->volume, watcher->model_context, &err);
    if (model != NULL)
        serve(watcher, model);
    else
        reject(watcher, &err);
}
