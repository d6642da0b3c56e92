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

/* The folder of a version, or a file in it. */
static const char *name_of(char out[VOLUME_NAME], long long version, const char *file) {
    snprintf(out, VOLUME_NAME, VOLUME_VERSIONS "/%lld%s%s", version, file[0] != '\0' ? "/" : "", file);
    return out;
}

static int ascending(const void *left, const void *right) {
    long long a = *(const long long *)left, b = *(const long long *)right;
    return a < b ? -1 : a > b;
}

long long *versions_list(const struct volume *volume, size_t *count) {
    long long *all = NULL;
    size_t capacity = 0;
    *count = 0;
    DIR *dir = volume_open_folder(volume, VOLUME_VERSIONS);
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

bool versions_exist(const struct volume *volume, long long version, struct error *err) {
    char name[VOLUME_NAME];
    return files_exist_at(volume, name_of(name, version, "")) || error_set(err, "there is no version %lld", version);
}

static long long newest(const struct volume *volume) {
    size_t count;
    long long *all = versions_list(volume, &count);
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

/* The folder that is filled. */
struct new_version {
    const struct volume *volume;
    const char *folder;
};

static const struct {
    const char *name, *path;
} source[] = {{"features.csv", VOLUME_FEATURES}, {"schema.json", VOLUME_SCHEMA}};
enum { SOURCES = sizeof source / sizeof *source };

/* Files of the features folder are replaced, never changed, so that a second name keeps them at no cost. */
static bool link_source(json_t *hashes, const struct new_version *v, size_t i, struct error *err) {
    char to[VOLUME_NAME], hex[SHA256_HEX];
    if (!volume_link(v->volume, source[i].path, volume_join(v->folder, source[i].name, to)))
        return volume_error(v->volume, err, "keep", source[i].path);
    if (!files_sha256_at(v->volume, to, hex, err))
        return false;
    json_object_set_new(hashes, source[i].name, json_string(hex));
    return true;
}

/* The hashes of what was kept; a volume without links keeps none, and the version stands without. */
static json_t *link_sources(const struct new_version *v) {
    struct error err;
    json_t *hashes = json_object();
    for (size_t i = 0; i < SOURCES; i++)
        if (!link_source(hashes, v, i, &err)) {
            log_event(LOG_WARN, "source not kept", "%s", err.text);
            json_object_clear(hashes);
            break;
        }
    return hashes;
}

bool versions_check_sources(const struct volume *volume, long long version, const json_t *manifest, struct error *err) {
    const char *name;
    json_t *expected;
    json_object_foreach(json_object_get(manifest, "sources"), name, expected) {
        char file[VOLUME_NAME], hex[SHA256_HEX];
        const char *hash = json_string_value(expected);
        if (hash == NULL || strchr(name, '/') != NULL)
            return error_set(err, "version %lld: the manifest's sources are not file names with hashes", version);
        if (!files_sha256_at(volume, name_of(file, version, name), hex, err))
            return false;
        if (strcmp(hash, hex) != 0)
            return volume_reject(volume, err, file, "its SHA-256 differs from the one in the manifest");
    }
    return true;
}

/* ---- a folder filled ---- */

static bool write_file(const struct new_version *v, const char *name, const void *bytes, size_t size,
                       struct error *err) {
    char file[VOLUME_NAME];
    return atomic_file_write_at(v->volume, volume_join(v->folder, name, file), bytes, size, err);
}

static bool write_files(const struct new_version *v, const struct version_contents *c, struct error *err) {
    size_t size;
    const void *image = forest_image(c->candidate->forest, &size);
    bool done = write_file(v, "forest.bin", image, size, err) &&
                write_file(v, "card.json", c->candidate->card_text, c->candidate->card_size, err);
    for (size_t i = 0; done && i < c->files; i++)
        done = write_file(v, c->file[i].name, c->file[i].bytes, c->file[i].size, err);
    return done;
}

static bool sign(const struct new_version *v, const char *manifest, const char *key, struct error *err) {
    unsigned char signature[MODEL_SIGNATURE_SIZE];
    size_t size;
    if (key == NULL)
        return true;
    char *text = files_read_at(v->volume, manifest, CHAMPION_MAX_JSON, &size, err);
    bool done = text != NULL && model_signature_sign(signature, key, text, size, err) &&
                write_file(v, "manifest.sig", signature, sizeof signature, err);
    free(text);
    return done;
}

static bool fill(const struct new_version *v, long long version, const struct version_contents *c, struct error *err) {
    char file[VOLUME_NAME];
    if (!write_files(v, c, err))
        return false;
    volume_join(v->folder, "manifest.json", file);
    json_t *manifest = describe(c, version, link_sources(v));
    bool done = atomic_file_write_json_at(v->volume, file, manifest, err) && sign(v, file, c->signing_key, err);
    json_decref(manifest);
    return done;
}

static bool publish(const struct volume *volume, long long version, const struct version_contents *c,
                    struct error *err) {
    char name[VOLUME_NAME];
    struct atomic_folder p;
    if (!atomic_folder_open_at(&p, volume, name_of(name, version, ""), err))
        return false;
    if (fill(&(struct new_version){volume, p.temporary}, version, c, err))
        return atomic_folder_commit(&p, err);
    atomic_folder_abort(&p);
    return false;
}

/* Whether a version is already of this candidate, made against the same champion. */
static bool is_of_candidate(const struct volume *volume, long long version, const struct candidate *c,
                            long long parent) {
    char file[VOLUME_NAME];
    json_t *manifest = files_read_json_at(volume, name_of(file, version, "manifest.json"), CHAMPION_MAX_JSON, NULL);
    const char *name = json_string_value(json_object_get(manifest, "candidate"));
    const char *sha256 = json_string_value(json_object_get(json_object_get(manifest, "files"), "forest.bin"));
    bool is = name != NULL && strcmp(name, c->name) == 0 && sha256 != NULL && strcmp(sha256, c->forest_sha256) == 0 &&
              json_integer_value(json_object_get(manifest, "parent")) == parent;
    json_decref(manifest);
    return is;
}

bool versions_store(long long *version, char manifest_sha256[SHA256_HEX], const struct volume *volume,
                    const struct version_contents *contents, struct error *err) {
    char file[VOLUME_NAME];
    *version = newest(volume);
    bool stored = *version > 0 && is_of_candidate(volume, *version, contents->candidate, contents->parent);
    if (!stored)
        stored = publish(volume, ++*version, contents, err);
    return stored && files_sha256_at(volume, name_of(file, *version, "manifest.json"), manifest_sha256, err);
}

void versions_discard(const struct volume *volume, long long version) {
    char name[VOLUME_NAME];
    atomic_folder_remove_at(volume, name_of(name, version, ""));
}
