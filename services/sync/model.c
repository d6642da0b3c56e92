/* model.c - fetches a champion: pointer, manifest and signature, files; verified, then pointed at. */
#include "services/sync/model.h"

#include <ctype.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "services/common/champion.h"
#include "services/common/seal.h"
#include "services/common/volume.h"
#include "services/common/workers.h"
#include "services/sync/retry.h"

enum { MOST_FILES = 64, MOST_NAME = 100 };

/* A pointer: which manifest is meant. */
struct named {
    long long version;
    char sha256[SHA256_HEX];
};

/* ---- what is here ---- */

static bool is_here(const char *data, const struct named *model) {
    struct champion champion;
    if (!champion_load_version(&champion, data, model->version, model->sha256, NULL))
        return false;
    champion_done(&champion);
    return true;
}

/* The local champion; zeroes where there is none. */
static struct named read_champion(const char *data) {
    char path[PATH_MAX];
    struct named here = {0};
    if (!publish_path(path, NULL, "%s/" VOLUME_CHAMPION, data) ||
        !champion_pointer(path, &here.version, here.sha256, NULL))
        here = (struct named){0};
    return here;
}

/* {"of","etag","sha256"}: whose pointer had this ETag, and what it said. */
static bool memory_path(char out[PATH_MAX], const struct model_source *s, struct file_error *err) {
    return publish_path(out, err, "%s/%s", s->data, worker_table[WORKER_SYNC_MODEL].success);
}

/* The ETag to ask with: that of the pointer which the local champion came by, as long as that champion is whole. */
static void recall(const struct model_source *s, const struct named *here, char etag[160]) {
    char path[PATH_MAX];
    etag[0] = '\0';
    if (here->version == 0 || !memory_path(path, s, NULL) || !files_exist(path))
        return;
    json_t *memory = files_read_json(path, 1 << 16, NULL);
    const char *of = NULL, *tag = NULL, *sha256 = NULL;
    if (json_unpack(memory, "{s:s, s:s, s:s}", "of", &of, "etag", &tag, "sha256", &sha256) == 0 && tag[0] != '\0' &&
        strcmp(of, s->url) == 0 && strcmp(sha256, here->sha256) == 0 && is_here(s->data, here))
        snprintf(etag, 160, "If-None-Match: %s", tag);
    json_decref(memory);
}

static bool remember(const struct model_source *s, const char *etag, const struct named *model,
                     struct file_error *err) {
    char path[PATH_MAX];
    json_t *memory = json_pack("{s:s, s:s, s:s}", "of", s->url, "etag", etag, "sha256", model->sha256);
    bool done = memory_path(path, s, err) && publish_json(path, memory, err);
    json_decref(memory);
    return done;
}

/* ---- one file of the source ---- */

static bool get(const struct model_source *s, const struct http *http, const char *name, const char *header,
                struct http_reply *reply, struct file_error *err) {
    char url[PATH_MAX];
    size_t length = strlen(s->url);
    const char *slash = length > 0 && s->url[length - 1] == '/' ? "" : "/";
    struct http_request request = {.url = url, .key = s->key, .header = {header}};
    return publish_path(url, err, "%s%s%s", s->url, slash, name) &&
           retry_get(http, &request, url, s->max_wait_s, reply, err);
}

/* A file of a version, which must be there; the caller frees reply. */
static bool get_file(const struct model_source *s, const struct http *http, long long version, const char *file,
                     struct http_reply *reply, struct file_error *err) {
    char name[64 + MOST_NAME];
    snprintf(name, sizeof name, "versions/%lld/%s", version, file);
    if (!get(s, http, name, NULL, reply, err))
        return false;
    if (reply->status == 200)
        return true;
    file_error_say(err, "GET %s of MODEL_URL: status %ld", name, reply->status);
    http_reply_done(reply);
    return false;
}

static bool keep(const char *folder, const char *file, const struct http_reply *reply, struct file_error *err) {
    char path[PATH_MAX];
    return publish_path(path, err, "%s/%s", folder, file) && publish_bytes(path, reply->body, reply->size, err);
}

static bool has_hash(const struct http_reply *reply, const char *expected, const char *file, struct file_error *err) {
    char hex[SHA256_HEX];
    bytes_sha256(reply->body, reply->size, hex);
    return (expected != NULL && strcmp(hex, expected) == 0) ||
           file_error_say(err, "%.100s of MODEL_URL: its hash is not the one that names it", file);
}

/* ---- a version ---- */

/* The signed manifest, parsed; the caller decrefs it. */
static json_t *fetch_manifest(const struct model_source *s, const struct http *http, const struct named *model,
                              const char *folder, struct file_error *err) {
    struct http_reply manifest = {0}, seal = {0};
    json_error_t problem;
    json_t *parsed = NULL;
    bool good = get_file(s, http, model->version, "manifest.json", &manifest, err) &&
                has_hash(&manifest, model->sha256, "manifest.json", err) &&
                get_file(s, http, model->version, "manifest.sig", &seal, err) &&
                seal_check((unsigned char *)seal.body, seal.size, s->public_key, manifest.body, manifest.size, err) &&
                keep(folder, "manifest.json", &manifest, err) && keep(folder, "manifest.sig", &seal, err);
    if (good && (parsed = json_loadb(manifest.body, manifest.size, JSON_REJECT_DUPLICATES, &problem)) == NULL)
        file_error_say(err, "manifest.json of MODEL_URL: %s", problem.text);
    http_reply_done(&manifest);
    http_reply_done(&seal);
    return parsed;
}

/* A plain name of a file beside the manifest, and none of the two that are already there. */
static bool is_plain(const char *name) {
    size_t length = strlen(name);
    for (size_t i = 0; i < length; i++)
        if (!isalnum((unsigned char)name[i]) && strchr("._-", name[i]) == NULL)
            return false;
    return length > 0 && length < MOST_NAME && name[0] != '.' && strncmp(name, "manifest.", 9) != 0;
}

static bool fetch_file(const struct model_source *s, const struct http *http, long long version, const char *folder,
                       const char *name, const char *sha256, struct file_error *err) {
    struct http_reply reply = {0};
    bool done = (is_plain(name) || file_error_say(err, "manifest.json of MODEL_URL: \"%.100s\" is no name", name)) &&
                get_file(s, http, version, name, &reply, err) && has_hash(&reply, sha256, name, err) &&
                keep(folder, name, &reply, err);
    http_reply_done(&reply);
    return done;
}

static bool fetch_files(const struct model_source *s, const struct http *http, const struct named *model,
                        const char *folder, struct file_error *err) {
    json_t *manifest = fetch_manifest(s, http, model, folder, err);
    json_t *files = json_object_get(manifest, "files"), *hash;
    const char *name;
    bool done = manifest != NULL && (json_object_size(files) <= MOST_FILES ||
                                     file_error_say(err, "manifest.json of MODEL_URL: more than %d files", MOST_FILES));
    json_object_foreach(files, name, hash) {
        done = done && fetch_file(s, http, model->version, folder, name, json_string_value(hash), err);
    }
    json_decref(manifest);
    return done;
}

/* The version's folder, whole and verified as the api does it; until it is, one of the same number stays. */
static bool fetch_version(const struct model_source *s, const struct http *http, const struct named *model,
                          struct file_error *err) {
    char path[PATH_MAX];
    struct folder_publication folder;
    struct champion champion;
    if (!publish_path(path, err, "%s/" VOLUME_VERSIONS "/%lld", s->data, model->version) ||
        !publish_folder_open(&folder, path, err))
        return false;
    if (!fetch_files(s, http, model, folder.beside, err) ||
        !champion_load_folder(&champion, folder.beside, model->version, model->sha256, err)) {
        publish_folder_abort(&folder);
        return false;
    }
    champion_done(&champion);
    publish_discard_folder(path); /* one that is not this one, or damaged */
    return publish_folder_commit(&folder, err);
}

/* ---- the pointer ---- */

static void discard_others(const char *data, const struct named *champion, const struct named *before) {
    char path[PATH_MAX];
    DIR *versions = publish_path(path, NULL, "%s/" VOLUME_VERSIONS, data) ? opendir(path) : NULL;
    if (versions == NULL)
        return;
    for (struct dirent *entry; (entry = readdir(versions)) != NULL;) {
        char *end;
        long long version = strtoll(entry->d_name, &end, 10);
        if (*end == '\0' && version > 0 && version != champion->version && version != before->version &&
            publish_path(path, NULL, "%s/" VOLUME_VERSIONS "/%lld", data, version))
            publish_discard_folder(path);
    }
    closedir(versions);
}

/* The pointer as it came is written beside the local one and read as the api would read it; then the model is fetched;
 * then the pointer gets its name. */
static enum exit_code follow(const struct model_source *s, const struct http *http, const struct http_reply *pointer,
                             const struct named *here, struct named *model, struct file_error *err) {
    char path[PATH_MAX];
    struct publication p;
    if (pointer->size > CHAMPION_MAX_JSON) {
        file_error_say(err, "champion.json of MODEL_URL: larger than %d bytes", (int)CHAMPION_MAX_JSON);
        return EXIT_BAD_DATA;
    }
    if (!publish_path(path, err, "%s/" VOLUME_CHAMPION, s->data) || !publish_open(&p, path, err))
        return err->try_later ? EXIT_TRY_LATER : EXIT_BAD_DATA;
    bool good = fwrite(pointer->body, 1, pointer->size, p.file) == pointer->size && fflush(p.file) == 0;
    if (!good)
        file_error_set(err, "write", p.beside);
    good = good && champion_pointer(p.beside, &model->version, model->sha256, err);
    bool had = good && is_here(s->data, model);
    bool same = had && model->version == here->version && strcmp(model->sha256, here->sha256) == 0;
    good = good && (had || fetch_version(s, http, model, err)) && (same || publish_commit(&p, err));
    publish_abort(&p);
    if (!good)
        return err->try_later ? EXIT_TRY_LATER : EXIT_BAD_DATA;
    discard_others(s->data, model, here);
    return same ? EXIT_NOTHING_TO_DO : EXIT_DONE;
}

enum exit_code model_fetch(const struct model_source *source, const struct http *http, long long *version,
                           struct file_error *err) {
    char etag[160], versions[PATH_MAX];
    struct http_reply reply;
    struct named here = read_champion(source->data), model = {0};
    enum exit_code code = EXIT_BAD_DATA;
    if (publish_path(versions, err, "%s/" VOLUME_VERSIONS, source->data))
        publish_sweep(versions);
    recall(source, &here, etag);
    if (!get(source, http, "champion.json", etag[0] != '\0' ? etag : NULL, &reply, err))
        return err->try_later ? EXIT_TRY_LATER : EXIT_BAD_DATA;
    if (reply.status == 304 && etag[0] != '\0') {
        model = here;
        code = EXIT_NOTHING_TO_DO;
    } else if (reply.status == 200) {
        code = follow(source, http, &reply, &here, &model, err);
        if ((code == EXIT_DONE || code == EXIT_NOTHING_TO_DO) && !remember(source, reply.etag, &model, err))
            code = EXIT_TRY_LATER;
    } else {
        file_error_say(err, "GET champion.json of MODEL_URL: status %ld", reply.status);
        code = reply.status == 404 ? EXIT_TRY_LATER : EXIT_BAD_DATA; /* nothing may have been promoted yet */
    }
    http_reply_done(&reply);
    *version = model.version;
    return code;
}

bool model_source_fits(const struct model_source *source, struct file_error *err) {
    char path[PATH_MAX];
    if (source->url == NULL || source->public_key == NULL)
        return file_error_say(err, "model: %s is not set", source->url == NULL ? "MODEL_URL" : "MODEL_PUBLIC_KEY");
    if (source->key != NULL && !http_key_fits(source->key))
        return file_error_say(err, "model: MODEL_KEY has spaces or is no key");
    if (!http_address_fits(source->url, err) || !publish_path(path, err, "%s/" VOLUME_DECISIONS, source->data))
        return false;
    return !files_exist(path) || file_error_say(err, "model: the registry in %s makes its own models", source->data);
}
