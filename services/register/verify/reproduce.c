/*
 * reproduce.c - runs leadforest-train on the features kept with a version.
 *
 * In a data folder of its own, with the window, trees and seed that the card names; whatever else the training chose,
 * it must choose again.
 */
#include "services/register/verify/reproduce.h"

#include <stdio.h>
#include <string.h>

#include "services/common/registry/champion.h"
#include "services/common/store/atomic_file.h"
#include "services/common/store/paths.h"
#include "services/common/util/subprocess.h"
#include "services/register/store/candidate.h"
#include "services/register/store/versions.h"
#include "services/register/verify/sandbox.h"

/* ---- a data folder of its own ---- */

#define SANDBOX VOLUME_REGISTRY "/.tmp-reproduction"

static bool link_source(const struct volume *volume, long long version, const char *file, struct error *err) {
    char name[VOLUME_NAME], second_name[VOLUME_NAME];
    snprintf(name, sizeof name, VOLUME_VERSIONS "/%lld/%s", version, file);
    volume_join(SANDBOX "/" VOLUME_FEATURES_FOLDER, file, second_name);
    return volume_link(volume, name, second_name) || volume_error(volume, err, "link", name);
}

static bool fill_sandbox(const struct volume *volume, const struct champion *v, struct error *err) {
    if (json_object_size(json_object_get(v->manifest, "sources")) == 0)
        return error_set(err, "reproduce %lld: its features were not kept", v->version);
    sandbox_remove(volume, SANDBOX);
    return versions_check_sources(volume, v->version, v->manifest, err) &&
           folder_create_at(volume, SANDBOX "/" VOLUME_FEATURES_FOLDER, err) &&
           link_source(volume, v->version, "features.csv", err) && link_source(volume, v->version, "schema.json", err);
}

/* ---- the training ---- */

/* The arguments as text: what the card says. */
struct recipe {
    char window[24], trees[24], seed[24];
};

static bool read_recipe(struct recipe *out, const struct champion *v, struct error *err) {
    const json_t *params = json_object_get(v->card, "params");
    const json_t *days = json_object_get(json_object_get(v->card, "window"), "days");
    long long trees = json_integer_value(json_object_get(params, "trees"));
    long long seed = json_integer_value(json_object_get(params, "seed"));
    if (trees <= 0 || seed < 0 || !(json_is_null(days) || json_is_integer(days)))
        return error_set(err, "reproduce %lld: its card lacks trees, seed or window", v->version);
    if (json_is_null(days))
        snprintf(out->window, sizeof out->window, "all");
    else
        snprintf(out->window, sizeof out->window, "%lld", (long long)json_integer_value(days));
    snprintf(out->trees, sizeof out->trees, "%lld", trees);
    snprintf(out->seed, sizeof out->seed, "%lld", seed);
    return true;
}

static bool train(const struct recipe *recipe, const char *folder, struct error *err) {
    int code = 0;
    const char *arguments[] = {"--data", folder,       "--window", recipe->window, "--trees", recipe->trees,
                               "--seed", recipe->seed, NULL};
    return subprocess_run("train", arguments, &code, err) &&
           (code == EXIT_DONE || error_set(err, "reproduce: leadforest-train ended with %d", code));
}

static struct outcome compare(const struct candidate *reproduced, const struct champion *v) {
    const char *sha256 = json_string_value(json_object_get(json_object_get(v->manifest, "files"), "forest.bin"));
    bool same = strcmp(sha256, reproduced->forest_sha256) == 0;
    return (struct outcome){same ? EXIT_DONE : EXIT_DATAERR,
                            json_pack("{s:s, s:I, s:s, s:s}", "status", same ? "reproduced" : "differs", "version",
                                      (json_int_t)v->version, "forest_sha256", sha256, "trained_again",
                                      reproduced->forest_sha256)};
}

static bool read_trained(struct candidate *out, const char *folder, struct error *err) {
    struct volume volume;
    if (!volume_open(&volume, folder, err))
        return false;
    bool done = candidate_read(out, &volume, err);
    volume_close(&volume);
    return done;
}

bool reproduce_version(struct outcome *out, const struct volume *volume, long long version, struct error *err) {
    char folder[PATH_MAX];
    struct champion v = {0};
    struct recipe recipe;
    struct candidate reproduced = {0};
    volume_path(volume, SANDBOX, folder);
    bool done = versions_exist(volume, version, err) && champion_load_version_at(&v, volume, version, NULL, err) &&
                fill_sandbox(volume, &v, err) && read_recipe(&recipe, &v, err) && train(&recipe, folder, err) &&
                read_trained(&reproduced, folder, err);
    if (done)
        *out = compare(&reproduced, &v);
    candidate_done(&reproduced);
    champion_done(&v);
    sandbox_remove(volume, SANDBOX);
    return done;
}
