/* serving_check.c - lays out a volume that has one version, and lets the api look at it. */
#include "services/register/verify/serving_check.h"

#include <dirent.h>
#include <stdio.h>
#include <unistd.h>

#include "services/common/store/atomic_file.h"
#include "services/common/store/paths.h"
#include "services/common/util/subprocess.h"
#include "services/common/worker/exit_codes.h"
#include "services/common/worker/log.h"
#include "services/register/verify/sandbox.h"

/* Where it is; each may be left from a run that was killed. */
struct sandbox {
    char data[PATH_MAX], champion[PATH_MAX], original[PATH_MAX], version[PATH_MAX];
};

static bool sandbox_paths(struct sandbox *s, const char *data, long long version, struct error *err) {
    return path_format(s->data, err, "%s/" VOLUME_REGISTRY "/.tmp-rehearsal", data) &&
           path_format(s->champion, err, "%s/" VOLUME_CHAMPION, s->data) &&
           path_format(s->original, err, "%s/" VOLUME_VERSIONS "/%lld", data, version) &&
           path_format(s->version, err, "%s/" VOLUME_VERSIONS "/%lld", s->data, version);
}

/* The version's files, which never change, under a second name. */
static bool sandbox_link_files(const struct sandbox *s, struct error *err) {
    DIR *dir = opendir(s->original);
    bool done = dir != NULL;
    if (dir == NULL)
        error_set_errno(err, "read", s->original);
    for (struct dirent *entry; done && (entry = readdir(dir)) != NULL;) {
        char from[PATH_MAX], to[PATH_MAX];
        if (entry->d_name[0] == '.')
            continue;
        done = path_format(from, err, "%s/%s", s->original, entry->d_name) &&
               path_format(to, err, "%s/%s", s->version, entry->d_name);
        if (done && link(from, to) != 0) {
            error_set_errno(err, "link", from);
            done = false;
        }
    }
    if (dir != NULL)
        closedir(dir);
    return done;
}

static bool sandbox_fill(const struct sandbox *s, const struct alias *version, struct error *err) {
    json_t *alias = json_pack("{s:I, s:s}", "version", (json_int_t)version->version, "sha256", version->sha256);
    bool done =
        folder_create(s->version, err) && sandbox_link_files(s, err) && atomic_file_write_json(s->champion, alias, err);
    json_decref(alias);
    return done;
}

static enum serving_check run_api_check(const char *config, const struct sandbox *s, struct error *err) {
    int code = 0;
    const char *arguments[] = {"--check", "--data", s->data, config != NULL ? "--config" : NULL, config, NULL};
    if (!subprocess_run("api", arguments, &code, err))
        return SERVING_CHECK_FAILED;
    if (code == EXIT_DONE)
        return SERVING_CHECK_PASSED;
    if (code == EXIT_DATAERR)
        return SERVING_CHECK_REJECTED;
    error_set(err, "leadforest-api --check ended with %d", code);
    err->retryable = code == EXIT_TEMPFAIL;
    return SERVING_CHECK_FAILED;
}

static enum serving_check skip(const char *reason) {
    log_event(LOG_WARN, "serving check skipped", "leadforest-api has not loaded the version: %s", reason);
    return SERVING_CHECK_PASSED;
}

enum serving_check serving_check_run(const char *data, const char *config, const struct alias *version,
                                     struct error *err) {
    struct sandbox s;
    if (!subprocess_exists("api"))
        return skip("leadforest-api is not in the folder of this program");
    if (!sandbox_paths(&s, data, version->version, err))
        return SERVING_CHECK_FAILED;
    sandbox_remove(s.data);
    enum serving_check result = sandbox_fill(&s, version, err) ? run_api_check(config, &s, err) : skip(err->text);
    sandbox_remove(s.data);
    return result;
}

void serving_check_sweep(const char *data) {
    struct sandbox s;
    if (sandbox_paths(&s, data, 0, NULL))
        sandbox_remove(s.data);
}
