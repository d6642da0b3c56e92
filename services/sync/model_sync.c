/* model_sync.c - fetches a champion: alias, manifest and signature, files; then verifies it and moves the alias. */
#include "services/sync/model_sync.h"

#include <ctype.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "services/common/registry/champion.h"
#include "services/common/registry/model_signature.h"
#include "services/common/store/atomic_file.h"
#include "services/common/store/paths.h"
#include "services/common/worker/workers.h"
#include "services/sync/retry.h"

enum { MAX_FILES = 64, MAX_NAME = 100 };

/* champion.json: the manifest that it names. */
struct alias {
    long long version;
    char sha256[SHA256_HEX];
};

/* ---- the local champion ---- */

static bool is_local(const struct volume *volume, const struct alias *model) {
    struct champion champion;
    if (!champion_load_version_at(&champion, volume, model->version, model->sha256, NULL))
        return false;
    champion_done(&champion);
    return true;
}

/* The local champion; zeroes where there is none. */
static struct alias read_champion(const struct volume *volume) {
    struct alias local = {0};
    if (!champion_read_alias_at(volume, VOLUME_CHAMPION, &local.version, local.sha256, NULL))
        local = (struct alias){0};
    return local;
}

/* {"of","etag","sha256"}: the ETag of champion.json at that URL, and the manifest it named. */
static const char *memory_name(void) {
    return worker_table[WORKER_SYNC_MODEL].success;
}

/* The ETag for If-None-Match: that of the champion.json which named the local champion, while its files are complete.
 */
static void read_etag(const struct model_sync *s, const struct alias *local, char etag[160]) {
    etag[0] = '\0';
    if (local->version == 0 || !files_exist_at(s->volume, memory_name()))
        return;
    json_t *memory = files_read_json_at(s->volume, memory_name(), 1 << 16, NULL);
    const char *of = NULL, *tag = NULL, *sha256 = NULL;
    if (json_unpack(memory, "{s:s, s:s, s:s}", "of", &of, "etag", &tag, "sha256", &sha256) == 0 && tag[0] != '\0' &&
        strcmp(of, s->url) == 0 && strcmp(sha256, local->sha256) == 0 && is_local(s->volume, local))
        snprintf(etag, 160, "If-None-Match: %s", tag);
    json_decref(memory);
}

static bool write_etag(const struct model_sync *s, const char *etag, const struct alias *model, struct error *err) {
    json_t *memory = json_pack("{s:s, s:s, s:s}", "of", s->url, "etag", etag, "sha256", model->sha256);
    bool done = atomic_file_write_json_at(s->volume, memory_name(), memory, err);
    json_decref(memory);
    return done;
}

/* ---- one file of the source ---- */

static bool get(const struct model_sync *s, const struct http *http, const char *name, const char *header,
                struct http_response *response, struct error *err) {
    char url[PATH_MAX];
    size_t length = strlen(s->url);
    const char *slash = length > 0 && s->url[length - 1] == '/' ? "" : "/";
    struct http_request request = {.url = url, .key = s->key, .header = {header}};
    return path_format(url, err, "%s%s%s", s->url, slash, name) &&
           retry_get(http, &request, url, s->max_wait_s, response, err);
}

/* Get a file of a version, which must exist; the caller frees reply. */
static bool get_file(const struct model_sync *s, const struct http *http, long long version, const char *file,
                     struct http_response *response, struct error *err) {
    char name[64 + MAX_NAME];
    snprintf(name, sizeof name, "versions/%lld/%s", version, file);
    if (!get(s, http, name, NULL, response, err))
        return false;
    if (response->status == 200)
        return true;
    error_set(err, "GET %s of MODEL_URL: status %ld", name, response->status);
    http_response_done(response);
    return false;
}

static bool write_file(const struct atomic_folder *folder, const char *file, const struct http_response *response,
                       struct error *err) {
    char name[PATH_MAX];
    return path_format(name, err, "%s/%s", folder->temporary, file) &&
           atomic_file_write_at(&folder->volume, name, response->body, response->size, err);
}

static bool has_hash(const struct http_response *response, const char *expected, const char *file, struct error *err) {
    char hex[SHA256_HEX];
    bytes_sha256(response->body, response->size, hex);
    return (expected != NULL && strcmp(hex, expected) == 0) ||
           error_set(err, "%.100s of MODEL_URL: SHA-256 hash mismatch", file);
}

/* ---- a version ---- */

static void version_name(char out[VOLUME_NAME], long long version) {
    snprintf(out, VOLUME_NAME, VOLUME_VERSIONS "/%lld", version);
}

/* The signed manifest, parsed; the caller decrefs it. */
static json_t *fetch_manifest(const struct model_sync *s, const struct http *http, const struct alias *model,
                              const struct atomic_folder *folder, struct error *err) {
    struct http_response manifest = {0}, signature = {0};
    json_error_t problem;
    json_t *parsed = NULL;
    bool good = get_file(s, http, model->version, "manifest.json", &manifest, err) &&
                has_hash(&manifest, model->sha256, "manifest.json", err) &&
                get_file(s, http, model->version, "manifest.sig", &signature, err) &&
                model_signature_verify((unsigned char *)signature.body, signature.size, s->public_key, manifest.body,
                                       manifest.size, err) &&
                write_file(folder, "manifest.json", &manifest, err) &&
                write_file(folder, "manifest.sig", &signature, err);
    if (good && (parsed = json_loadb(manifest.body, manifest.size, JSON_REJECT_DUPLICATES, &problem)) == NULL)
        error_set(err, "manifest.json of MODEL_URL: %s", problem.text);
    http_response_done(&manifest);
    http_response_done(&signature);
    return parsed;
}

/* Whether it is a plain file name in the manifest's folder, other than the manifest and its signature. */
static bool is_plain(const char *name) {
    size_t length = strlen(name);
    for (size_t i = 0; i < length; i++)
        if (!isalnum((unsigned char)name[i]) && strchr("._-", name[i]) == NULL)
            return false;
    return length > 0 && length < MAX_NAME && name[0] != '.' && strncmp(name, "manifest.", 9) != 0;
}

static bool fetch_file(const struct model_sync *s, const struct http *http, long long version,
                       const struct atomic_folder *folder, const char *name, const char *sha256, struct error *err) {
    struct http_response response = {0};
    bool done = (is_plain(name) || error_set(err, "manifest.json of MODEL_URL: invalid file name \"%.100s\"", name)) &&
                get_file(s, http, version, name, &response, err) && has_hash(&response, sha256, name, err) &&
                write_file(folder, name, &response, err);
    http_response_done(&response);
    return done;
}

static bool fetch_files(const struct model_sync *s, const struct http *http, const struct alias *model,
                        const struct atomic_folder *folder, struct error *err) {
    json_t *manifest = fetch_manifest(s, http, model, folder, err);
    json_t *files = json_object_get(manifest, "files"), *hash;
    const char *name;
    bool done = manifest != NULL && (json_object_size(files) <= MAX_FILES ||
                                     error_set(err, "manifest.json of MODEL_URL: more than %d files", MAX_FILES));
    json_object_foreach(files, name, hash) {
        done = done && fetch_file(s, http, model->version, folder, name, json_string_value(hash), err);
    }
    json_decref(manifest);
    return done;
}

/* Fetch the version's folder and verify it as the api does; until then a folder of the same number stays. */
static bool fetch_version(const struct model_sync *s, const struct http *http, const struct alias *model,
                          struct error *err) {
    char name[VOLUME_NAME];
    struct atomic_folder folder;
    struct champion champion;
    version_name(name, model->version);
    if (!atomic_folder_open_at(&folder, s->volume, name, err))
        return false;
    if (!fetch_files(s, http, model, &folder, err) ||
        !champion_load_folder_at(&champion, s->volume, folder.temporary, model->version, model->sha256, err)) {
        atomic_folder_abort(&folder);
        return false;
    }
    champion_done(&champion);
    atomic_folder_remove_at(s->volume, name); /* another model of this number, or damaged */
    return atomic_folder_commit(&folder, err);
}

/* ---- champion.json ---- */

static void discard_others(const struct volume *volume, const struct alias *champion, const struct alias *before) {
    DIR *versions = volume_open_folder(volume, VOLUME_VERSIONS);
    if (versions == NULL)
        return;
    for (struct dirent *entry; (entry = readdir(versions)) != NULL;) {
        char *end, name[VOLUME_NAME];
        long long version = strtoll(entry->d_name, &end, 10);
        if (*end != '\0' || version <= 0 || version == champion->version || version == before->version)
            continue;
        version_name(name, version);
        atomic_folder_remove_at(volume, name);
    }
    closedir(versions);
}

/* Write the received champion.json to a temporary file and read it as the api would; fetch the model; then rename the
 * file to champion.json. */
static enum exit_code install(const struct model_sync *s, const struct http *http, const struct http_response *alias,
                              const struct alias *local, struct alias *model, struct error *err) {
    struct atomic_file p;
    if (alias->size > CHAMPION_MAX_JSON) {
        error_set(err, "champion.json of MODEL_URL: larger than %d bytes", (int)CHAMPION_MAX_JSON);
        return EXIT_DATAERR;
    }
    if (!atomic_file_open_at(&p, s->volume, VOLUME_CHAMPION, err))
        return err->retryable ? EXIT_TEMPFAIL : EXIT_DATAERR;
    bool good = fwrite(alias->body, 1, alias->size, p.file) == alias->size && fflush(p.file) == 0;
    if (!good)
        volume_error(s->volume, err, "write", p.temporary);
    good = good && champion_read_alias_at(s->volume, p.temporary, &model->version, model->sha256, err);
    bool had = good && is_local(s->volume, model);
    bool same = had && model->version == local->version && strcmp(model->sha256, local->sha256) == 0;
    good = good && (had || fetch_version(s, http, model, err)) && (same || atomic_file_commit(&p, err));
    atomic_file_abort(&p);
    if (!good)
        return err->retryable ? EXIT_TEMPFAIL : EXIT_DATAERR;
    discard_others(s->volume, model, local);
    return same ? EXIT_NOTHING_TO_DO : EXIT_DONE;
}

enum exit_code model_sync_fetch(const struct model_sync *source, const struct http *http, long long *version,
                                struct error *err) {
    char etag[160];
    struct http_response response;
    struct alias local = read_champion(source->volume), model = {0};
    enum exit_code code = EXIT_DATAERR;
    atomic_file_sweep_folder_at(source->volume, VOLUME_VERSIONS);
    read_etag(source, &local, etag);
    if (!get(source, http, "champion.json", etag[0] != '\0' ? etag : NULL, &response, err))
        return err->retryable ? EXIT_TEMPFAIL : EXIT_DATAERR;
    if (response.status == 304 && etag[0] != '\0') {
        model = local;
        code = EXIT_NOTHING_TO_DO;
    } else if (response.status == 200) {
        code = install(source, http, &response, &local, &model, err);
        if ((code == EXIT_DONE || code == EXIT_NOTHING_TO_DO) && !write_etag(source, response.etag, &model, err))
            code = EXIT_TEMPFAIL;
    } else {
        error_set(err, "GET champion.json of MODEL_URL: status %ld", response.status);
        code = response.status == 404 ? EXIT_TEMPFAIL : EXIT_DATAERR; /* nothing may have been promoted yet */
    }
    http_response_done(&response);
    *version = model.version;
    return code;
}

bool model_sync_validate(const struct model_sync *source, struct error *err) {
    if (source->url == NULL || source->public_key == NULL)
        return error_set(err, "model: %s is not set", source->url == NULL ? "MODEL_URL" : "MODEL_PUBLIC_KEY");
    if (source->key != NULL && !http_key_valid(source->key))
        return error_set(err, "model: MODEL_KEY must be 8 to 500 visible ASCII characters");
    if (!http_private_url_valid(source->url, err))
        return false;
    return !files_exist_at(source->volume, VOLUME_DECISIONS) ||
           error_set(err, "model: %s has a registry that trains its own models; it is not overwritten",
                     source->volume->path);
}
