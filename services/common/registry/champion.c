/* champion.c - loads a model only if all hashes and the forest's own checks are correct. */
#include "services/common/registry/champion.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "services/common/registry/model_signature.h"
#include "services/common/store/atomic_file.h"
#include "services/common/store/paths.h"

/* Files of one version: the name of its folder on the volume. */
struct version_folder {
    const struct volume *volume;
    const char *name;
};

static bool file_of(const struct version_folder *folder, const char *file, char out[PATH_MAX], struct error *err) {
    return path_format(out, err, "%s/%s", folder->name, file);
}

bool champion_read_alias_at(const struct volume *volume, const char *name, long long *version, char sha256[SHA256_HEX],
                            struct error *err) {
    json_t *pointer = files_read_json_at(volume, name, CHAMPION_MAX_JSON, err);
    if (pointer == NULL)
        return false;
    const char *hash = json_string_value(json_object_get(pointer, "sha256"));
    long long number = json_integer_value(json_object_get(pointer, "version"));
    bool good = number > 0 && hash != NULL && strlen(hash) == SHA256_HEX - 1;
    if (good) {
        *version = number;
        memcpy(sha256, hash, SHA256_HEX);
    } else {
        volume_reject(volume, err, name, "it must contain version and sha256 (of the manifest)");
    }
    json_decref(pointer);
    return good;
}

/* If MODEL_PUBLIC_KEY is set, these bytes must be signed with that key. */
static bool check_signature(const struct version_folder *folder, const char *manifest, size_t size, struct error *err) {
    char path[PATH_MAX], *signature;
    size_t signature_size;
    struct error reason;
    const char *key = model_signature_required_key();
    if (key == NULL)
        return true;
    if (!file_of(folder, "manifest.sig", path, err))
        return false;
    if (!files_exist_at(folder->volume, path))
        return volume_reject(folder->volume, err, path, "the file is missing, but MODEL_PUBLIC_KEY requires it");
    signature = files_read_at(folder->volume, path, MODEL_SIGNATURE_SIZE, &signature_size, err);
    if (signature == NULL)
        return false;
    bool good = model_signature_verify((unsigned char *)signature, signature_size, key, manifest, size, &reason) ||
                volume_reject(folder->volume, err, path, "%s", reason.text);
    free(signature);
    return good;
}

static bool check_manifest(const struct version_folder *folder, const char *expected, struct champion *into,
                           struct error *err) {
    char path[PATH_MAX];
    json_error_t problem;
    size_t size;
    char *text = file_of(folder, "manifest.json", path, err)
                     ? files_read_at(folder->volume, path, CHAMPION_MAX_JSON, &size, err)
                     : NULL;
    if (text == NULL)
        return false;
    bytes_sha256(text, size, into->sha256);
    bool good = expected == NULL || strcmp(into->sha256, expected) == 0 ||
                volume_reject(folder->volume, err, path, "its SHA-256 differs from the expected one");
    good = good && check_signature(folder, text, size, err);
    if (good) {
        into->manifest = json_loadb(text, size, JSON_REJECT_DUPLICATES, &problem);
        good = into->manifest != NULL || volume_reject(folder->volume, err, path, "%s", problem.text);
    }
    free(text);
    return good;
}

static bool check_file(const struct version_folder *folder, const char *name, const json_t *expected,
                       struct error *err) {
    char path[PATH_MAX], hex[SHA256_HEX];
    if (strchr(name, '/') != NULL)
        return volume_reject(folder->volume, err, folder->name, "the manifest names a file outside its folder");
    if (!file_of(folder, name, path, err) || !files_sha256_at(folder->volume, path, hex, err))
        return false;
    const char *hash = json_string_value(expected);
    return (hash != NULL && strcmp(hash, hex) == 0) ||
           volume_reject(folder->volume, err, path, "its SHA-256 differs from the one in the manifest");
}

static bool check_files(const struct version_folder *folder, const json_t *manifest, struct error *err) {
    const json_t *files = json_object_get(manifest, "files");
    if (json_object_get(files, "forest.bin") == NULL || json_object_get(files, "card.json") == NULL)
        return volume_reject(folder->volume, err, folder->name, "the manifest does not list forest.bin and card.json");
    const char *name;
    json_t *hash;
    json_object_foreach((json_t *)files, name, hash) {
        if (!check_file(folder, name, hash, err))
            return false;
    }
    return true;
}

static bool load_parts(const struct version_folder *folder, struct champion *into, struct error *err) {
    char file[PATH_MAX], path[PATH_MAX];
    struct forest_error problem;
    if (!file_of(folder, "card.json", file, err))
        return false;
    into->card = files_read_json_at(folder->volume, file, CHAMPION_MAX_JSON, err);
    if (into->card == NULL || !file_of(folder, "forest.bin", file, err))
        return false;
    if (forest_load(&into->forest, volume_path(folder->volume, file, path), &problem) != FOREST_OK)
        return volume_reject(folder->volume, err, file, "%s", problem.text);
    return true;
}

bool champion_load_folder_at(struct champion *out, const struct volume *volume, const char *name, long long version,
                             const char *sha256, struct error *err) {
    struct version_folder folder = {volume, name};
    struct champion loaded = {.version = version};
    bool good = check_manifest(&folder, sha256, &loaded, err) && check_files(&folder, loaded.manifest, err) &&
                load_parts(&folder, &loaded, err);
    if (good && json_integer_value(json_object_get(loaded.manifest, "version")) != version)
        good = volume_reject(volume, err, name, "the manifest belongs to another version");
    if (good)
        *out = loaded;
    else
        champion_done(&loaded);
    return good;
}

bool champion_load_version_at(struct champion *out, const struct volume *volume, long long version, const char *sha256,
                              struct error *err) {
    char folder[64];
    snprintf(folder, sizeof folder, VOLUME_VERSIONS "/%lld", version);
    return champion_load_folder_at(out, volume, folder, version, sha256, err);
}

bool champion_load_at(struct champion *out, const struct volume *volume, struct error *err) {
    char sha256[SHA256_HEX];
    long long version;
    return champion_read_alias_at(volume, VOLUME_CHAMPION, &version, sha256, err) &&
           champion_load_version_at(out, volume, version, sha256, err);
}

void champion_done(struct champion *champion) {
    forest_free(champion->forest);
    json_decref(champion->card);
    json_decref(champion->manifest);
    *champion = (struct champion){0};
}
