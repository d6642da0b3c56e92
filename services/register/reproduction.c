/*
 * reproduction.c - runs leadforest-train on the features kept with a version.
 *
 * In a data folder of its own, with the window, trees and seed that the card tells; whatever else the training chose,
 * it must choose again.
 */
#include "services/register/reproduction.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "services/common/champion.h"
#include "services/common/volume.h"
#include "services/register/beside.h"
#include "services/register/candidate.h"
#include "services/register/versions.h"

/* ---- a data folder of its own ---- */

static bool borrow(const char *folder, const char *data, long long version, const char *name, struct file_error *err) {
    char from[PATH_MAX], to[PATH_MAX];
    if (!publish_path(from, err, "%s/" VOLUME_VERSIONS "/%lld/%s", data, version, name) ||
        !publish_path(to, err, "%s/" VOLUME_FEATURES_FOLDER "/%s", folder, name))
        return false;
    if (link(from, to) == 0)
        return true;
    file_error_set(err, "link", from);
    return false;
}

static bool lay_out(const char *folder, const char *data, const struct champion *v, struct file_error *err) {
    char features[PATH_MAX];
    if (json_object_size(json_object_get(v->manifest, "sources")) == 0)
        return file_error_say(err, "reproduce %lld: its features were not kept", v->version);
    beside_clear(folder);
    return versions_check_sources(data, v->version, v->manifest, err) &&
           publish_path(features, err, "%s/" VOLUME_FEATURES_FOLDER, folder) && publish_make_folder(features, err) &&
           borrow(folder, data, v->version, "features.csv", err) &&
           borrow(folder, data, v->version, "schema.json", err);
}

/* ---- the training ---- */

/* The arguments as text: what the card says. */
struct recipe {
    char window[24], trees[24], seed[24];
};

static bool read_recipe(struct recipe *out, const struct champion *v, struct file_error *err) {
    const json_t *params = json_object_get(v->card, "params");
    const json_t *days = json_object_get(json_object_get(v->card, "window"), "days");
    long long trees = json_integer_value(json_object_get(params, "trees"));
    long long seed = json_integer_value(json_object_get(params, "seed"));
    if (trees <= 0 || seed < 0 || !(json_is_null(days) || json_is_integer(days)))
        return file_error_say(err, "reproduce %lld: its card tells no trees, seed and window", v->version);
    if (json_is_null(days))
        snprintf(out->window, sizeof out->window, "all");
    else
        snprintf(out->window, sizeof out->window, "%lld", (long long)json_integer_value(days));
    snprintf(out->trees, sizeof out->trees, "%lld", trees);
    snprintf(out->seed, sizeof out->seed, "%lld", seed);
    return true;
}

static bool train(const struct recipe *recipe, const char *folder, struct file_error *err) {
    int code = 0;
    const char *arguments[] = {"--data", folder,       "--window", recipe->window, "--trees", recipe->trees,
                               "--seed", recipe->seed, NULL};
    return beside_run("train", arguments, &code, err) &&
           (code == EXIT_DONE || file_error_say(err, "reproduce: leadforest-train ended with %d", code));
}

static struct outcome compare(const struct candidate *again, const struct champion *v) {
    const char *sha256 = json_string_value(json_object_get(json_object_get(v->manifest, "files"), "forest.bin"));
    bool same = strcmp(sha256, again->forest_sha256) == 0;
    return (struct outcome){same ? EXIT_DONE : EXIT_BAD_DATA,
                            json_pack("{s:s, s:I, s:s, s:s}", "status", same ? "reproduced" : "differs", "version",
                                      (json_int_t)v->version, "forest_sha256", sha256, "trained_again",
                                      again->forest_sha256)};
}

bool reproduction_make(struct outcome *out, const char *data, long long version, struct file_error *err) {
    char folder[PATH_MAX];
    struct champion v = {0};
    struct recipe recipe;
    struct candidate again = {0};
    if (!publish_path(folder, err, "%s/" VOLUME_REGISTRY "/.tmp-reproduction", data))
        return false;
    bool done = versions_exist(data, version, err) && champion_load_version(&v, data, version, NULL, err) &&
                lay_out(folder, data, &v, err) && read_recipe(&recipe, &v, err) && train(&recipe, folder, err) &&
                candidate_read(&again, folder, err);
    if (done)
        *out = compare(&again, &v);
    candidate_done(&again);
    champion_done(&v);
    beside_clear(folder);
    return done;
}
