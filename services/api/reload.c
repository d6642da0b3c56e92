/* reload.c - watches the champion pointer and puts verified models into service. */
#include "services/api/reload.h"

#include <string.h>
#include <time.h>

#include "services/common/clock.h"
#include "services/common/log.h"
#include "services/common/volume.h"

enum { FIRST_RETRY_SECONDS = 1, LAST_RETRY_SECONDS = 30 };

void reload_open(struct reload *reload, const char *data, const struct model_words *words, struct served *served) {
    *reload = (struct reload){.data = data, .words = words, .served = served, .patience = FIRST_RETRY_SECONDS};
}

struct model *reload_read(const char *data, const struct model_words *words, struct file_error *err) {
    struct champion champion;
    if (!champion_load(&champion, data, err))
        return NULL;
    struct model *model = model_new(&champion, words, err);
    if (model == NULL)
        champion_done(&champion);
    return model;
}

static bool is_same_time(const struct timespec *a, const struct timespec *b) {
    return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

/* Notifications do not cross every kind of volume, so the file is compared. Our programs replace it by rename, which
 * gives it another inode; a copy over it that keeps size and time (rsync --inplace --times) changes st_ctim, which
 * nobody can set. */
static bool is_same_file(const struct stat *a, const struct stat *b) {
    return a->st_dev == b->st_dev && a->st_size == b->st_size && is_same_time(&a->st_mtim, &b->st_mtim) &&
           a->st_ino == b->st_ino && is_same_time(&a->st_ctim, &b->st_ctim);
}

/* Those that were replaced and that no request holds any more; or all. */
static void free_retired(struct reload *reload, bool all) {
    for (struct model **at = &reload->retired; *at != NULL;) {
        struct model *model = *at;
        if (all || !model_is_held(model)) {
            *at = model->retired;
            model_free(model);
        } else {
            at = &model->retired;
        }
    }
}

void reload_done(struct reload *reload) {
    free_retired(reload, true);
}

static void serve(struct reload *reload, struct model *model) {
    reload->settled = true;
    reload->refusal.text[0] = '\0';
    reload->patience = FIRST_RETRY_SECONDS;
    atomic_fetch_add(&reload->loaded, 1);
    atomic_store(&reload->loaded_at, (int64_t)time(NULL));
    log_event(LOG_INFO, "model loaded", "version %s, %s", model->version,
              model->cells > 0 ? "answers written in advance" : "the forest is walked per request");
    struct model *old = served_swap(reload->served, model);
    if (old == NULL)
        return;
    old->retired = reload->retired;
    reload->retired = old;
    free_retired(reload, false);
}

/* The old model stays.  A volume may still be filling up, so it is tried again, but told of once. */
static void refuse(struct reload *reload, const struct file_error *err) {
    reload->retry = clock_monotonic() + reload->patience;
    reload->patience = 2 * reload->patience < LAST_RETRY_SECONDS ? 2 * reload->patience : LAST_RETRY_SECONDS;
    if (strcmp(reload->refusal.text, err->text) == 0)
        return;
    reload->refusal = *err;
    atomic_fetch_add(&reload->refused, 1);
    log_event(LOG_ERROR, "model refused", "%s", err->text);
}

/* Told once: where the data folder is a wrong one, nothing else says why /readyz does not become ready. */
static void wait_for_first(struct reload *reload, const char *path) {
    if (!reload->waits && served_model(reload->served) == NULL)
        log_event(LOG_INFO, "no model", "waiting for %s", path);
    reload->waits = true;
}

/* Whether the pointer names the very model that is served (it was touched, or written again). */
static bool is_served(const struct reload *reload, const char *path) {
    const struct model *model = served_model(reload->served);
    char sha256[SHA256_HEX];
    long long version;
    return model != NULL && champion_pointer(path, &version, sha256, NULL) && version == model->champion.version &&
           strcmp(sha256, model->champion.sha256) == 0;
}

void reload_look(struct reload *reload, bool now) {
    char path[PATH_MAX];
    struct stat about;
    struct file_error err;
    free_retired(reload, false);
    if (!publish_path(path, NULL, "%s/" VOLUME_CHAMPION, reload->data))
        return;
    if (stat(path, &about) != 0) {
        wait_for_first(reload, path);
        return; /* nothing promoted yet, or the volume is away: serve on */
    }
    bool changed = !is_same_file(&about, &reload->seen);
    if (!changed && !now && (reload->settled || clock_monotonic() < reload->retry))
        return;
    if (changed)
        reload->patience = FIRST_RETRY_SECONDS;
    reload->seen = about;
    reload->settled = is_served(reload, path);
    if (reload->settled)
        return;
    struct model *model = reload_read(reload->data, reload->words, &err);
    if (model != NULL)
        serve(reload, model);
    else
        refuse(reload, &err);
}
