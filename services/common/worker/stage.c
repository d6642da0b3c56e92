/* stage.c - one run of a worker, from its lock to its result line. */
#include "services/common/worker/stage.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <openssl/evp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libetl/base/binary_text.h"
#include "libetl/base/tasks.h"
#include "libforest/forest.h"
#include "services/common/store/atomic_file.h"
#include "services/common/worker/log.h"
#include "services/common/worker/run_id.h"

/* Outputs are published by rename, so a worker may stop at any instruction; the next run removes what it leaves. */
static void terminate(int signal_number) {
    (void)signal_number;
    _exit(EXIT_TERMINATED);
}

/* The data folder is made where it is missing, so that a first run can begin with it. */
static bool open_volume(struct stage *stage, const char *data, enum exit_code *code) {
    struct error err;
    stage->volume.path = data;
    if (folder_create_volume(&stage->volume, &err))
        return true;
    *code = stage_fail_error(stage, &err);
    return false;
}

static bool take_lock(struct stage *stage, enum exit_code *code) {
    char name[VOLUME_NAME];
    struct error err;
    snprintf(name, sizeof name, ".locks/%s", stage->worker->name);
    if (!folder_create_parent_at(&stage->volume, name, &err)) {
        *code = stage_fail_error(stage, &err);
        return false;
    }
    stage->lock = volume_open_file(&stage->volume, name, O_RDWR | O_CREAT);
    if (stage->lock >= 0 && flock(stage->lock, LOCK_EX | LOCK_NB) == 0)
        return true;
    if (stage->lock >= 0 && errno == EWOULDBLOCK) {
        *code = stage_fail(stage, EXIT_TEMPFAIL, "another run of this stage is in progress");
        return false;
    }
    volume_error(&stage->volume, &err, "lock", name);
    *code = stage_fail_error(stage, &err);
    return false;
}

bool stage_begin(struct stage *stage, enum worker_id worker, const char *data, enum exit_code *code) {
    *stage =
        (struct stage){.worker = &worker_table[worker], .volume = {.fd = -1}, .lock = -1, .inputs = EVP_MD_CTX_new()};
    const char *requested = getenv("LEADFOREST_RUN");
    if (run_id_valid(requested))
        snprintf(stage->run, sizeof stage->run, "%s", requested);
    else
        run_id_new(stage->run);
    log_open(stage->worker->name, stage->run);
    signal(SIGTERM, terminate);
    signal(SIGPIPE, SIG_IGN);
    stage->lineage = lineage_begin(stage->worker->name, stage->run);
    if (stage->inputs == NULL || EVP_DigestInit_ex(stage->inputs, EVP_sha256(), NULL) != 1) {
        *code = stage_fail(stage, EXIT_TEMPFAIL, "out of memory");
        return false;
    }
    stage_input_text(stage, "version", FOREST_VERSION);
    return open_volume(stage, data, code) && take_lock(stage, code);
}

/* ---- inputs ---- */

void stage_input_text(struct stage *stage, const char *what, const char *value) {
    /* With their zero bytes, so that two different lists of inputs never give the same bytes. */
    EVP_DigestUpdate(stage->inputs, what, strlen(what) + 1);
    EVP_DigestUpdate(stage->inputs, value != NULL ? value : "", value != NULL ? strlen(value) + 1 : 0);
    EVP_DigestUpdate(stage->inputs, "\n", 1);
}

/* Lineage names files by their path. */
static void report_input(const struct stage *stage, const char *name, const char *sha256) {
    char path[PATH_MAX];
    lineage_input(stage->lineage, volume_path(&stage->volume, name, path), sha256);
}

void stage_input_hash(struct stage *stage, const char *name, const char *sha256) {
    stage_input_text(stage, name, sha256);
    report_input(stage, name, sha256);
}

bool stage_input_file(struct stage *stage, const char *name, struct error *err) {
    char hex[SHA256_HEX];
    if (!files_exist_at(&stage->volume, name)) {
        stage_input_text(stage, name, NULL);
        return true;
    }
    if (!files_sha256_at(&stage->volume, name, hex, err))
        return false;
    stage_input_hash(stage, name, hex);
    return true;
}

void stage_input_raw(struct stage *stage, const char *name) {
    char text[200];
    struct stat about;
    if (!volume_stat(&stage->volume, name, &about))
        memset(&about, 0, sizeof about);
    snprintf(text, sizeof text, "%" PRIuMAX " %" PRIdMAX " %" PRIdMAX ".%09ld %" PRIdMAX ".%09ld",
             (uintmax_t)about.st_ino, (intmax_t)about.st_size, (intmax_t)about.st_mtim.tv_sec, about.st_mtim.tv_nsec,
             (intmax_t)about.st_ctim.tv_sec, about.st_ctim.tv_nsec);
    stage_input_text(stage, name, text);
    report_input(stage, name, NULL);
}

static const char *input_digest(struct stage *stage) {
    if (stage->digest[0] == '\0') {
        unsigned char sum[32];
        EVP_DigestFinal_ex(stage->inputs, sum, NULL);
        etl_hex_encode(stage->digest, sum, sizeof sum);
    }
    return stage->digest;
}

/* ---- stamp ---- */

void stage_output(struct stage *stage, const char *name) {
    assert(stage->output_count < STAGE_MAX_OUTPUTS && strlen(name) < STAGE_OUTPUT);
    snprintf(stage->output[stage->output_count++], STAGE_OUTPUT, "%s", name);
}

static const char *stamp_name(const struct stage *stage) {
    assert(strstr(stage->worker->success, "/.stamp-") != NULL);
    return stage->worker->success;
}

/* The name of a file in the stamp's folder. */
static const char *output_name(const struct stage *stage, const char *file, char out[VOLUME_NAME]) {
    const char *stamp = stamp_name(stage);
    snprintf(out, VOLUME_NAME, "%.*s/%s", (int)(strrchr(stamp, '/') - stamp), stamp, file);
    return out;
}

static bool outputs_match(const struct stage *stage, const json_t *outputs) {
    const char *name;
    json_t *expected;
    json_object_foreach((json_t *)outputs, name, expected) {
        char file[VOLUME_NAME], hex[SHA256_HEX];
        if (!files_sha256_at(&stage->volume, output_name(stage, name, file), hex, NULL) || !json_is_string(expected) ||
            strcmp(hex, json_string_value(expected)) != 0)
            return false;
    }
    return json_object_size(outputs) > 0;
}

static void report_outputs(const struct stage *stage, const json_t *outputs) {
    const char *name;
    json_t *hash;
    json_object_foreach((json_t *)outputs, name, hash) {
        char file[VOLUME_NAME], path[PATH_MAX];
        volume_path(&stage->volume, output_name(stage, name, file), path);
        lineage_output(stage->lineage, path, json_string_value(hash));
    }
}

bool stage_up_to_date(struct stage *stage) {
    const char *digest = input_digest(stage);
    if (stage->output_count == 0)
        return false;
    json_t *stamp = files_read_json_at(&stage->volume, stamp_name(stage), 1 << 20, NULL);
    const char *inputs = json_string_value(json_object_get(stamp, "inputs"));
    json_t *outputs = json_object_get(stamp, "outputs");
    bool matches = inputs != NULL && strcmp(inputs, digest) == 0 && outputs_match(stage, outputs);
    if (matches)
        report_outputs(stage, outputs);
    json_decref(stamp);
    return matches;
}

void stage_sweep(const struct stage *stage) {
    char folder[VOLUME_NAME];
    if (stage->output_count > 0)
        atomic_file_sweep_folder_at(&stage->volume, output_name(stage, ".", folder));
}

/* Outputs on their way into the stamp, each hashed on its own. */
struct stamping {
    const struct stage *stage;
    struct stamped {
        char hex[SHA256_HEX];
        bool done;
        struct error err;
    } * stamped; /* [stage->output_count] */
};

static void hash_output(void *user, size_t i) {
    const struct stamping *s = user;
    struct stamped *out = &s->stamped[i];
    char file[VOLUME_NAME];
    output_name(s->stage, s->stage->output[i], file);
    out->done = files_sha256_at(&s->stage->volume, file, out->hex, &out->err);
}

/* The outputs' hashes by name; NULL and err where one cannot be read. */
static json_t *hash_outputs(const struct stage *stage, struct error *err) {
    size_t n = stage->output_count;
    struct stamping s = {stage, calloc(n, sizeof *s.stamped)};
    json_t *hashes = s.stamped != NULL ? json_object() : NULL;
    if (s.stamped == NULL)
        error_set_errno(err, "hash the outputs of", stage->worker->name);
    else
        etl_tasks_run(stage->threads, n, hash_output, &s);
    for (size_t i = 0; hashes != NULL && i < n; i++) {
        if (s.stamped[i].done)
            json_object_set_new(hashes, stage->output[i], json_string(s.stamped[i].hex));
        else {
            *err = s.stamped[i].err;
            json_decref(hashes);
            hashes = NULL;
        }
    }
    free(s.stamped);
    return hashes;
}

bool stage_stamp(struct stage *stage, struct error *err) {
    if (stage->output_count == 0)
        return true;
    json_t *hashes = hash_outputs(stage, err);
    if (hashes == NULL)
        return false;
    json_t *stamp = json_pack("{s:s, s:o}", "inputs", input_digest(stage), "outputs", hashes);
    bool done = atomic_file_write_json_at(&stage->volume, stamp_name(stage), stamp, err);
    if (done)
        report_outputs(stage, hashes);
    json_decref(stamp);
    return done;
}

/* ---- the end ---- */

enum exit_code stage_end(struct stage *stage, enum exit_code code, json_t *extra) {
    json_t *line =
        json_pack("{s:s, s:s, s:s}", "stage", stage->worker->name, "status", exit_code_name(code), "run", stage->run);
    if (extra != NULL)
        json_object_update(line, extra);
    json_decref(extra);
    EVP_MD_CTX_free(stage->inputs);
    if (stage->lock >= 0)
        close(stage->lock);
    volume_close(&stage->volume);
    lineage_end(stage->lineage, code, line); /* before the result: nothing may be said after it */
    fflush(stdout);
    json_dumpf(line, stdout, JSON_COMPACT | JSON_REAL_PRECISION(10));
    putchar('\n');
    fflush(stdout);
    json_decref(line);
    return code;
}

/*
 * A message as JSON. If it is not UTF-8, because of a path in it or because it was cut, "?" replaces what is not
 * ASCII.
 */
static json_t *error_json(const char *text) {
    char ascii[sizeof((struct error *)0)->text];
    json_t *value = json_string(text);
    if (value != NULL)
        return value;
    snprintf(ascii, sizeof ascii, "%s", text);
    for (char *c = ascii; *c != '\0'; c++)
        *c = (unsigned char)*c < 0x80 ? *c : '?';
    return json_string(ascii);
}

enum exit_code stage_fail(struct stage *stage, enum exit_code code, const char *text) {
    log_event(LOG_ERROR, "failed", "%s", text);
    return stage_end(stage, code, json_pack("{s:o*}", "error", error_json(text)));
}

enum exit_code stage_fail_error(struct stage *stage, const struct error *err) {
    return stage_fail(stage, err->retryable ? EXIT_TEMPFAIL : EXIT_DATAERR, err->text);
}
