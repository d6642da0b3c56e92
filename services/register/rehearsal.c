/* rehearsal.c - lays out a volume that has one version, and lets the api look at it. */
#include "services/register/rehearsal.h"

#include <stdio.h>
#include <unistd.h>

#include "services/common/log.h"
#include "services/common/volume.h"
#include "services/register/beside.h"

/* What it consists of, all below the registry; each may be left from a run that was killed. */
struct stage_set {
    char data[PATH_MAX], registry[PATH_MAX], versions[PATH_MAX], champion[PATH_MAX];
};

static bool name_parts(struct stage_set *s, const char *data, struct file_error *err) {
    return publish_path(s->data, err, "%s/" VOLUME_REGISTRY "/.tmp-rehearsal", data) &&
           publish_path(s->registry, err, "%s/" VOLUME_REGISTRY, s->data) &&
           publish_path(s->versions, err, "%s/" VOLUME_VERSIONS, s->data) &&
           publish_path(s->champion, err, "%s/" VOLUME_CHAMPION, s->data);
}

static bool lay_out(const struct stage_set *s, const struct pointer *version, struct file_error *err) {
    json_t *pointer = json_pack("{s:I, s:s}", "version", (json_int_t)version->version, "sha256", version->sha256);
    bool done = publish_make_folder(s->registry, err) && publish_json(s->champion, pointer, err);
    json_decref(pointer);
    if (done && symlink("../../versions", s->versions) != 0) {
        file_error_set(err, "link", s->versions);
        return false;
    }
    return done;
}

static enum rehearsal ask(const struct options *o, const struct stage_set *s, struct file_error *err) {
    int code = 0;
    const char *arguments[] = {"--check", "--data", s->data, o->config != NULL ? "--config" : NULL, o->config, NULL};
    if (!beside_run("api", arguments, &code, err))
        return REHEARSAL_FAILED;
    if (code == EXIT_DONE)
        return REHEARSAL_GOOD;
    if (code == EXIT_BAD_DATA)
        return REHEARSAL_REFUSED;
    file_error_say(err, "leadforest-api --check ended with %d", code);
    err->try_later = code == EXIT_TRY_LATER;
    return REHEARSAL_FAILED;
}

enum rehearsal rehearsal_run(const struct options *o, const struct pointer *version, struct file_error *err) {
    struct stage_set s;
    if (!beside_is_there("api")) {
        log_event(LOG_WARN, "no rehearsal", "there is no leadforest-api beside this program to load version %lld",
                  version->version);
        return REHEARSAL_GOOD;
    }
    if (!name_parts(&s, o->data, err))
        return REHEARSAL_FAILED;
    beside_clear(s.data);
    enum rehearsal result = lay_out(&s, version, err) ? ask(o, &s, err) : REHEARSAL_FAILED;
    beside_clear(s.data);
    return result;
}

void rehearsal_sweep(const char *data) {
    struct stage_set s;
    if (name_parts(&s, data, NULL))
        beside_clear(s.data);
}
