/* versions.c - stores and lists versions. */
#include "services/register/versions.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "services/common/champion.h"
#include "services/common/volume.h"

static bool folder_of(char out[PATH_MAX], const char *data, struct file_error *err) {
    return publish_path(out, err, "%s/" VOLUME_VERSIONS, data);
}

static int ascending(const void *left, const void *right) {
    long long a = *(const long long *)left, b = *(const long long *)right;
    return a < b ? -1 : a > b;
}

long long *versions_list(const char *data, size_t *count) {
    char folder[PATH_MAX];
    long long *all = NULL;
    *count = 0;
    DIR *dir = folder_of(folder, data, NULL) ? opendir(folder) : NULL;
    if (dir == NULL)
        return NULL;
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        char *end;
        long long number = strtoll(entry->d_name, &end, 10);
        if (number <= 0 || *end != '\0')
            continue;
        long long *more = realloc(all, (*count + 1) * sizeof *all);
        if (more == NULL)
            break;
        all = more;
        all[(*count)++] = number;
    }
    closedir(dir);
    if (all != NULL)
        qsort(all, *count, sizeof *all, ascending);
    return all;
}

static long long newest(const char *data) {
    size_t count;
    long long *all = versions_list(data, &count);
    long long last = count > 0 ? all[count - 1] : 0;
    free(all);
    return last;
}

/* What a new version is made of. */
struct contents {
    const struct candidate *candidate;
    const struct version_file *file; /* [files] */
    size_t files;
};

static json_t *hash_of(const void *bytes, size_t size) {
    char hex[SHA256_HEX];
    bytes_sha256(bytes, size, hex);
    return json_string(hex);
}

static json_t *describe(const struct contents *c, long long version, long long parent, const json_t *decision) {
    json_t *files = json_pack("{s:s, s:o}", "forest.bin", c->candidate->forest_sha256, "card.json",
                              hash_of(c->candidate->card_text, c->candidate->card_size));
    for (size_t i = 0; i < c->files; i++)
        json_object_set_new(files, c->file[i].name, hash_of(c->file[i].bytes, c->file[i].size));
    return json_pack("{s:I, s:o, s:o, s:s, s:O}", "version", (json_int_t)version, "files", files, "parent",
                     parent > 0 ? json_integer(parent) : json_null(), "candidate", c->candidate->name, "decision",
                     decision);
}

static bool fill(const char *folder, const struct contents *c, const json_t *manifest, struct file_error *err) {
    char path[PATH_MAX];
    size_t size;
    const void *image = forest_image(c->candidate->forest, &size);
    bool done = publish_path(path, err, "%s/forest.bin", folder) && publish_bytes(path, image, size, err) &&
                publish_path(path, err, "%s/card.json", folder) &&
                publish_bytes(path, c->candidate->card_text, c->candidate->card_size, err);
    for (size_t i = 0; done && i < c->files; i++)
        done = publish_path(path, err, "%s/%s", folder, c->file[i].name) &&
               publish_bytes(path, c->file[i].bytes, c->file[i].size, err);
    return done && publish_path(path, err, "%s/manifest.json", folder) && publish_json(path, manifest, err);
}

static bool publish(const char *data, long long version, const struct contents *c, const json_t *manifest,
                    struct file_error *err) {
    char path[PATH_MAX];
    struct folder_publication p;
    if (!publish_path(path, err, "%s/" VOLUME_VERSIONS "/%lld", data, version) || !publish_folder_open(&p, path, err))
        return false;
    if (fill(p.beside, c, manifest, err))
        return publish_folder_commit(&p, err);
    publish_folder_abort(&p);
    return false;
}

/* Whether a version is already of this candidate, made against the same champion. */
static bool is_of(const char *data, long long version, const struct candidate *c, long long parent) {
    char path[PATH_MAX];
    json_t *manifest = publish_path(path, NULL, "%s/" VOLUME_VERSIONS "/%lld/manifest.json", data, version)
                           ? files_read_json(path, CHAMPION_MAX_JSON, NULL)
                           : NULL;
    const char *name = json_string_value(json_object_get(manifest, "candidate"));
    const char *sha256 = json_string_value(json_object_get(json_object_get(manifest, "files"), "forest.bin"));
    bool is = name != NULL && strcmp(name, c->name) == 0 && sha256 != NULL && strcmp(sha256, c->forest_sha256) == 0 &&
              json_integer_value(json_object_get(manifest, "parent")) == parent;
    json_decref(manifest);
    return is;
}

bool versions_store(long long *version, char manifest_sha256[SHA256_HEX], const struct candidate *candidate,
                    const char *data, long long parent, const json_t *decision, const struct version_file *files,
                    size_t file_count, struct file_error *err) {
    char path[PATH_MAX];
    struct contents contents = {candidate, files, file_count};
    *version = newest(data);
    bool stored = *version > 0 && is_of(data, *version, candidate, parent);
    if (!stored) {
        json_t *manifest = describe(&contents, ++*version, parent, decision);
        stored = publish(data, *version, &contents, manifest, err);
        json_decref(manifest);
    }
    return stored && publish_path(path, err, "%s/" VOLUME_VERSIONS "/%lld/manifest.json", data, *version) &&
           files_sha256(path, manifest_sha256, err);
}
