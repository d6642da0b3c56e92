/* versions.c - stores and lists versions. */
#include "services/register/store/versions.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "libetl/base/array.h"
#include "services/common/registry/champion.h"
#include "services/common/registry/model_signature.h"
#include "services/common/store/atomic_file.h"
#include "services/common/store/paths.h"
#include "services/common/worker/log.h"

static bool folder_of(char out[PATH_MAX], const char *data, struct error *err) {
    return path_format(out, err, "%s/" VOLUME_VERSIONS, data);
}

static int ascending(const void *left, const void *right) {
    long long a = *(const long long *)left, b = *(const long long *)right;
    return a < b ? -1 : a > b;
}

long long *versions_list(const char *data, size_t *count) {
    char folder[PATH_MAX];
    long long *all = NULL;
    size_t capacity = 0;
    *count = 0;
    DIR *dir = folder_of(folder, data, NULL) ? opendir(folder) : NULL;
    if (dir == NULL)
        return NULL;
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        char *end;
        long long number = strtoll(entry->d_name, &end, 10);
        if (number <= 0 || *end != '\0')
            continue;
        if (!etl_array_reserve(&all, &capacity, *count + 1, sizeof *all))
            break;
        all[(*count)++] = number;
    }
    closedir(dir);
    if (all != NULL)
        qsort(all, *count, sizeof *all, ascending);
    return all;
}

bool versions_exist(const char *data, long long version, struct error *err) {
    char path[PATH_MAX];
    if (!path_format(path, err, "%s/" VOLUME_VERSIONS "/%lld", data, version))
        return false;
    return files_exist(path) || error_set(err, "there is no version %lld", version);
}

static long long newest(const char *data) {
    size_t count;
    long long *all = versions_list(data, &count);
    long long last = count > 0 ? all[count - 1] : 0;
    free(all);
    return last;
}

static json_t *hash_of(const void *bytes, size_t size) {
    char hex[SHA256_HEX];
    bytes_sha256(bytes, size, hex);
    return json_string(hex);
}

static json_t *describe_files(const struct version_contents *c) {
    json_t *files = json_pack("{s:s, s:o}", "forest.bin", c->candidate->forest_sha256, "card.json",
                              hash_of(c->candidate->card_text, c->candidate->card_size));
    for (size_t i = 0; i < c->files; i++)
        json_object_set_new(files, c->file[i].name, hash_of(c->file[i].bytes, c->file[i].size));
    return files;
}

static json_t *describe(const struct version_contents *c, long long version, json_t *sources) {
    return json_pack("{s:I, s:o, s:o, s:o, s:s, s:O}", "version", (json_int_t)version, "files", describe_files(c),
                     "sources", sources, "parent", c->parent > 0 ? json_integer(c->parent) : json_null(), "candidate",
                     c->candidate->name, "decision", c->decision);
}

/* ---- sources ---- */

static const struct {
    const char *name, *path;
} source[] = {{"features.csv", VOLUME_FEATURES}, {"schema.json", VOLUME_SCHEMA}};
enum { SOURCES = sizeof source / sizeof *source };

/* Files of the features folder are replaced, never changed, so that a second name keeps them at no cost. */
static bool link_source(json_t *hashes, const char *folder, const char *data, size_t i, struct error *err) {
    char from[PATH_MAX], to[PATH_MAX], hex[SHA256_HEX];
    if (!path_format(from, err, "%s/%s", data, source[i].path) ||
        !path_format(to, err, "%s/%s", folder, source[i].name))
        return false;
    if (link(from, to) != 0) {
        error_set_errno(err, "keep", from);
        return false;
    }
    if (!files_sha256(to, hex, err))
        return false;
    json_object_set_new(hashes, source[i].name, json_string(hex));
    return true;
}

/* The hashes of what was kept; a volume without links keeps none, and the version stands without. */
static json_t *link_sources(const char *folder, const char *data) {
    struct error err;
    json_t *hashes = json_object();
    for (size_t i = 0; i < SOURCES; i++)
        if (!link_source(hashes, folder, data, i, &err)) {
            log_event(LOG_WARN, "source not kept", "%s", err.text);
            json_object_clear(hashes);
            break;
        }
    return hashes;
}

bool versions_check_sources(const char *data, long long version, const json_t *manifest, struct error *err) {
    const char *name;
    json_t *expected;
    json_object_foreach(json_object_get(manifest, "sources"), name, expected) {
        char path[PATH_MAX], hex[SHA256_HEX];
        const char *hash = json_string_value(expected);
        if (hash == NULL || strchr(name, '/') != NULL)
            return error_set(err, "version %lld: the manifest's sources are not file names with hashes", version);
        if (!path_format(path, err, "%s/" VOLUME_VERSIONS "/%lld/%s", data, version, name) ||
            !files_sha256(path, hex, err))
            return false;
        if (strcmp(hash, hex) != 0)
            return error_set(err, "read %s: its SHA-256 differs from the one in the manifest", path);
    }
    return true;
}

/* ---- a folder filled ---- */

static bool write_files(const char *folder, const struct version_contents *c, struct error *err) {
    char path[PATH_MAX];
    size_t size;
    const void *image = forest_image(c->candidate->forest, &size);
    bool done = path_format(path, err, "%s/forest.bin", folder) && atomic_file_write(path, image, size, err) &&
                path_format(path, err, "%s/card.json", folder) &&
                atomic_file_write(path, c->candidate->card_text, c->candidate->card_size, err);
    for (size_t i = 0; done && i < c->files; i++)
        done = path_format(path, err, "%s/%s", folder, c->file[i].name) &&
               atomic_file_write(path, c->file[i].bytes, c->file[i].size, err);
    return done;
}

static bool sign(const char *folder, const char *manifest, const char *key, struct error *err) {
    char path[PATH_MAX];
    unsigned char signature[MODEL_SIGNATURE_SIZE];
    size_t size;
    if (key == NULL)
        return true;
    char *text = files_read(manifest, CHAMPION_MAX_JSON, &size, err);
    bool done = text != NULL && model_signature_sign(signature, key, text, size, err) &&
                path_format(path, err, "%s/manifest.sig", folder) &&
                atomic_file_write(path, signature, sizeof signature, err);
    free(text);
    return done;
}

static bool fill(const char *folder, const char *data, long long version, const struct version_contents *c,
                 struct error *err) {
    char path[PATH_MAX];
    if (!write_files(folder, c, err) || !path_format(path, err, "%s/manifest.json", folder))
        return false;
    json_t *manifest = describe(c, version, link_sources(folder, data));
    bool done = atomic_file_write_json(path, manifest, err) && sign(folder, path, c->signing_key, err);
    json_decref(manifest);
    return done;
}

static bool publish(const char *data, long long version, const struct version_contents *c, struct error *err) {
    char path[PATH_MAX];
    struct atomic_folder p;
    if (!path_format(path, err, "%s/" VOLUME_VERSIONS "/%lld", data, version) || !atomic_folder_open(&p, path, err))
        return false;
    if (fill(p.temporary, data, version, c, err))
        return atomic_folder_commit(&p, err);
    atomic_folder_abort(&p);
    return false;
}

/* Whether a version is already of this candidate, made against the same champion. */
static bool is_of_candidate(const char *data, long long version, const struct candidate *c, long long parent) {
    char path[PATH_MAX];
    json_t *manifest = path_format(path, NULL, "%s/" VOLUME_VERSIONS "/%lld/manifest.json", data, version)
                           ? files_read_json(path, CHAMPION_MAX_JSON, NULL)
                           : NULL;
    const char *name = json_string_value(json_object_get(manifest, "candidate"));
    const char *sha256 = json_string_value(json_object_get(json_object_get(manifest, "files"), "forest.bin"));
    bool is = name != NULL && strcmp(name, c->name) == 0 && sha256 != NULL && strcmp(sha256, c->forest_sha256) == 0 &&
              json_integer_value(json_object_get(manifest, "parent")) == parent;
    json_decref(manifest);
    return is;
}

bool versions_store(long long *version, char manifest_sha256[SHA256_HEX], const char *data,
                    const struct version_contents *contents, struct error *err) {
    char path[PATH_MAX];
    *version = newest(data);
    bool stored = *version > 0 && is_of_candidate(data, *version, contents->candidate, contents->parent);
    if (!stored)
        stored = publish(data, ++*version, contents, err);
    return stored && path_format(path, err, "%s/" VOLUME_VERSIONS "/%lld/manifest.json", data, *version) &&
           files_sha256(path, manifest_sha256, err);
}

void versions_discard(const char *data, long long version) {
    char path[PATH_MAX];
    if (path_format(path, NULL, "%s/" VOLUME_VERSIONS "/%lld", data, version))
        atomic_folder_remove(path);
}
