/* serving_check.c - lays out a volume that has one version, and lets the api look at it. */
#include "services/register/verify/serving_check.h"

#include <dirent.h>
#include <stdio.h>

#include "services/common/store/atomic_file.h"
#include "services/common/store/paths.h"
#include "services/common/util/subprocess.h"
#include "services/common/worker/exit_codes.h"
#include "services/common/worker/log.h"
#include "services/register/verify/sandbox.h"

#define SANDBOX VOLUME_REGISTRY "/.tmp-rehearsal" /* may be left from a run that was killed */

/* The files of a version never change, so that a second name of each is enough. */
static bool link_files(const struct volume *volume, const char *from, const char *to, struct error *err) {
    DIR *dir = volume_open_folder(volume, from);
    bool done = dir != NULL || volume_error(volume, err, "read", from);
    for (struct dirent *entry; done && (entry = readdir(dir)) != NULL;) {
        char name[VOLUME_NAME], second_name[VOLUME_NAME];
        if (entry->d_name[0] == '.')
            continue;
        volume_join(from, entry->d_name, name);
        done = volume_link(volume, name, volume_join(to, entry->d_name, second_name)) ||
               volume_error(volume, err, "link", name);
    }
    if (dir != NULL)
        closedir(dir);
    return done;
}

static bool sandbox_fill(const struct volume *volume, const struct alias *version, struct error *err) {
    char folder[64], copy[64];
    snprintf(folder, sizeof folder, VOLUME_VERSIONS "/%lld", version->version);
    snprintf(copy, sizeof copy, SANDBOX "/" VOLUME_VERSIONS "/%lld", version->version);
    json_t *alias = json_pack("{s:I, s:s}", "version", (json_int_t)version->version, "sha256", version->sha256);
    bool done = folder_create_at(volume, copy, err) && link_files(volume, folder, copy, err) &&
                atomic_file_write_json_at(volume, SANDBOX "/" VOLUME_CHAMPION, alias, err);
    json_decref(alias);
    return done;
}

static enum serving_check run_api_check(const char *config, const struct volume *volume, struct error *err) {
    int code = 0;
    char path[PATH_MAX];
    const char *arguments[] = {
        "--check", "--data", volume_path(volume, SANDBOX, path), config != NULL ? "--config" : NULL, config, NULL};
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

enum serving_check serving_check_run(const struct volume *volume, const char *config, const struct alias *version,
                                     struct error *err) {
    if (!subprocess_exists("api"))
        return skip("leadforest-api is not in the folder of this program");
    sandbox_remove(volume, SANDBOX);
    enum serving_check result =
        sandbox_fill(volume, version, err) ? run_api_check(config, volume, err) : skip(err->text);
    sandbox_remove(volume, SANDBOX);
    return result;
}

void serving_check_sweep(const struct volume *volume) {
    sandbox_remove(volume, SANDBOX);
}
