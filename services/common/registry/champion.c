/* champion.c - loads a model only after the whole chain of hashes and the forest's own checks hold. */
#include "services/common/registry/champion.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "services/common/registry/model_signature.h"
#include "services/common/store/atomic_file.h"
#include "services/common/store/paths.h"

static bool fail(struct error *err, const char *path, const char *reason) {
    return error_set(err, "read %s: %s", path, reason);
}

bool champion_read_alias(const char *path, long long *version, char sha256[SHA256_HEX], struct error *err) {
    json_t *pointer = files_read_json(path, CHAMPION_MAX_JSON, err);
    if (pointer == NULL)
        return false;
    const char *hash = json_string_value(json_object_get(pointer, "sha256"));
    long long number = json_integer_value(json_object_get(pointer, "version"));
    bool good = number > 0 && hash != NULL && strlen(hash) == SHA256_HEX - 1;
    if (good) {
        *version = number;
        memcpy(sha256, hash, SHA256_HEX);
    } else {
        fail(err, path, "it needs a version and the sha256 of its manifest");
    }
    json_decref(pointer);
    return good;
}

/* Where the environment names a key, its owner must have signed these bytes. */
static bool check_signature(const char *folder, const char *manifest, size_t size, struct error *err) {
    char path[PATH_MAX], *signature;
    size_t signature_size;
    struct error reason;
    const char *key = model_signature_required_key();
    if (key == NULL)
        return true;
    if (!path_format(path, err, "%s/manifest.sig", folder))
        return false;
    if (!files_exist(path))
        return fail(err, path, "it is not there, and MODEL_PUBLIC_KEY asks for it");
    signature = files_read(path, MODEL_SIGNATURE_SIZE, &signature_size, err);
    if (signature == NULL)
        return false;
    bool good = model_signature_verify((unsigned char *)signature, signature_size, key, manifest, size, &reason) ||
                fail(err, path, reason.text);
    free(signature);
    return good;
}

static bool check_manifest(const char *folder, const char *expected, struct champion *into, struct error *err) {
    char path[PATH_MAX];
    json_error_t problem;
    size_t size;
    char *text =
        path_format(path, err, "%s/manifest.json", folder) ? files_read(path, CHAMPION_MAX_JSON, &size, err) : NULL;
    if (text == NULL)
        return false;
    bytes_sha256(text, size, into->sha256);
    bool good = expected == NULL || strcmp(into->sha256, expected) == 0 ||
                fail(err, path, "its hash is not the one that points to it");
    good = good && check_signature(folder, text, size, err);
    if (good) {
        into->manifest = json_loadb(text, size, JSON_REJECT_DUPLICATES, &problem);
        good = into->manifest != NULL || fail(err, path, problem.text);
    }
    free(text);
    return good;
}

static bool check_file(const char *folder, const char *name, const json_t *expected, struct error *err) {
    char path[PATH_MAX], hex[SHA256_HEX];
    if (strchr(name, '/') != NULL)
        return fail(err, folder, "the manifest names a file outside its folder");
    if (!path_format(path, err, "%s/%s", folder, name) || !files_sha256(path, hex, err))
        return false;
    const char *hash = json_string_value(expected);
    return (hash != NULL && strcmp(hash, hex) == 0) || fail(err, path, "its hash is not the manifest's");
}

static bool check_files(const char *folder, const json_t *manifest, struct error *err) {
    const json_t *files = json_object_get(manifest, "files");
    if (json_object_get(files, "forest.bin") == NULL || json_object_get(files, "card.json") == NULL)
        return fail(err, folder, "the manifest lacks forest.bin or card.json");
    const char *name;
    json_t *hash;
    json_object_foreach((json_t *)files, name, hash) {
        if (!check_file(folder, name, hash, err))
            return false;
    }
    return true;
}

static bool load_parts(const char *folder, struct champion *into, struct error *err) {
    char path[PATH_MAX];
    struct forest_error problem;
    if (!path_format(path, err, "%s/card.json", folder))
        return false;
    into->card = files_read_json(path, CHAMPION_MAX_JSON, err);
    if (into->card == NULL || !path_format(path, err, "%s/forest.bin", folder))
        return false;
    if (forest_load(&into->forest, path, &problem) != FOREST_OK)
        return fail(err, path, problem.text);
    return true;
}

bool champion_load_folder(struct champion *out, const char *folder, long long version, const char *sha256,
                          struct error *err) {
    struct champion loaded = {.version = version};
    bool good = check_manifest(folder, sha256, &loaded, err) && check_files(folder, loaded.manifest, err) &&
                load_parts(folder, &loaded, err);
    if (good && json_integer_value(json_object_get(loaded.manifest, "version")) != version)
        good = fail(err, folder, "the manifest is another version's");
    if (good)
        *out = loaded;
    else
        champion_done(&loaded);
    return good;
}

bool champion_load_version(struct champion *out, const char *data, long long version, const char *sha256,
                           struct error *err) {
    char folder[PATH_MAX];
    return path_format(folder, err, "%s/" VOLUME_VERSIONS "/%lld", data, version) &&
           champion_load_folder(out, folder, version, sha256, err);
}

bool champion_load(struct champion *out, const char *data, struct error *err) {
    char path[PATH_MAX], sha256[SHA256_HEX];
    long long version;
    return path_format(path, err, "%s/" VOLUME_CHAMPION, data) && champion_read_alias(path, &version, sha256, err) &&
           champion_load_version(out, data, version, sha256, err);
}

void champion_done(struct champion *champion) {
    forest_free(champion->forest);
    json_decref(champion->card);
    json_decref(champion->manifest);
    *champion = (struct champion){0};
}
