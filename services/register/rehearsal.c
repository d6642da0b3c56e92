/* rehearsal.c - lays out a volume that has one version, and lets the api look at it. */
#include "services/register/rehearsal.h"

#include <dirent.h>
#include <stdio.h>
#include <unistd.h>

#include "services/common/exit_codes.h"
#include "services/common/log.h"
#include "services/common/volume.h"
#include "services/register/beside.h"

/* Where it is; each may be left from a run that was killed. */
struct stage_set {
    char data[PATH_MAX], champion[PATH_MAX], original[PATH_MAX], version[PATH_MAX];
};

static bool name_parts(struct stage_set *s, const char *data, long long version, struct file_error *err) {
    return publish_path(s->data, err, "%s/" VOLUME_REGISTRY "/.tmp-rehearsal", data) &&
           publish_path(s->champion, err, "%s/" VOLUME_CHAMPION, s->data) &&
           publish_path(s->original, err, "%s/" VOLUME_VERSIONS "/%lld", data, version) &&
           publish_path(s->version, err, "%s/" VOLUME_VERSIONS "/%lld", s->data, version);
}

/* The version's files, which never change, under a second name. */
static bool link_files(const struct stage_set *s, struct file_error *err) {
    DIR *dir = opendir(s->original);
    bool done = dir != NULL;
    if (dir == NULL)
        file_error_set(err, "read", s->original);
    for (struct dirent *entry; done && (entry = readdir(dir)) != NULL;) {
        char from[PATH_MAX], to[PATH_MAX];
        if (entry->d_name[0] == '.')
            continue;
        done = publish_path(from, err, "%s/%s", s->original, entry->d_name) &&
               publish_path(to, err, "%s/%s", s->version, entry->d_name);
        if (done && link(from, to) != 0) {
            file_error_set(err, "link", from);
            done = false;
        }
    }
    if (dir != NULL)
        closedir(dir);
    return done;
}

static bool lay_out(const struct stage_set *s, const struct pointer *version, struct file_error *err) {
    json_t *pointer = json_pack("{s:I, s:s}", "version", (json_int_t)version->version, "sha256", version->sha256);
    bool done = publish_make_folder(s->version, err) && link_files(s, err) && publish_json(s->champion, pointer, err);
    json_decref(pointer);
    return done;
}

static enum rehearsal ask(const char *config, const struct stage_set *s, struct file_error *err) {
    int code = 0;
    const char *arguments[] = {"--check", "--data", s->data, config != NULL ? "--config" : NULL, config, NULL};
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

static enum rehearsal none(const char *why) {
    log_event(LOG_WARN, "no rehearsal", "leadforest-api has not loaded the version: %s", why);
    return REHEARSAL_GOOD;
}

enum rehearsal rehearsal_run(const char *data, const char *config, const struct pointer *version,
                             struct file_error *err) {
    struct stage_set s;
    if (!beside_is_there("api"))
        return none("it does not stand beside this program");
    if (!name_parts(&s, data, version->version, err))
        return REHEARSAL_FAILED;
    beside_clear(s.data);
    enum rehearsal result = lay_out(&s, version, err) ? ask(config, &s, err) : none(err->text);
    beside_clear(s.data);
    return result;
}

void rehearsal_sweep(const char *data) {
    struct stage_set s;
    if (name_parts(&s, data, 0, NULL))
        beside_clear(s.data);
}
