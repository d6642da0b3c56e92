/* lineage.c - OpenLineage events of one run: collecting datasets, building events, sending them. */
#include "services/common/worker/lineage.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "libforest/forest.h"
#include "services/common/store/append_log.h"
#include "services/common/store/files.h"
#include "services/common/table/csv_table.h"
#include "services/common/util/http.h"
#include "services/common/worker/log.h"
#include "services/common/worker/run_id.h"

#define PRODUCER "urn:leadforest:" FOREST_VERSION
#define SPECIFICATION "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/"
#define FACETS "https://openlineage.io/spec/facets/"
#define POST_SECONDS 2.0 /* a slow collector must not delay the pipeline */

struct lineage {
    const char *stage;
    char run[37];
    const char *file, *url, *key, *job_namespace; /* from the environment; file or url may be NULL */
    json_t *inputs, *outputs, *run_facets;
};

static const char *text_or(const char *value, const char *fallback) {
    return value != NULL && *value != '\0' ? value : fallback;
}

/* ---- facets ---- */

/* Add the two members of every facet to a facet (stolen; may be NULL without memory). */
static json_t *facet(const char *schema, json_t *own) {
    json_t *object = json_pack("{s:s, s:s}", "_producer", PRODUCER, "_schemaURL", schema);
    json_object_update(object, own);
    json_decref(own);
    return object;
}
#define FACET(version, name) FACETS version "/" name ".json#/$defs/" name

/* "namespace/job/run", as other producers hand it down. */
static json_t *parent_of(const char *id) {
    const char *job = strchr(id, '/'), *run = strrchr(id, '/');
    if (job == NULL || run == job || !run_id_valid(run + 1))
        return NULL;
    json_t *own = json_pack("{s:{s:s}, s:{s:s%, s:s%}}", "run", "runId", run + 1, "job", "namespace", id,
                            (size_t)(job - id), "name", job + 1, (size_t)(run - job - 1));
    return facet(FACET("1-2-0", "ParentRunFacet"), own);
}

/* OPENLINEAGE_PARENT_ID, or else the pipeline's run that LEADFOREST_RUN names. */
static json_t *parent(const char *job_namespace, const char *line) {
    const char *value = getenv("OPENLINEAGE_PARENT_ID");
    if (value != NULL && *value != '\0')
        return parent_of(value);
    json_t *own = line != NULL ? json_pack("{s:{s:s}, s:{s:s, s:s}}", "run", "runId", line, "job", "namespace",
                                           job_namespace, "name", "leadforest-pipeline")
                               : NULL;
    return own != NULL ? facet(FACET("1-2-0", "ParentRunFacet"), own) : NULL;
}

static json_t *run_facets(const char *job_namespace, const char *line) {
    json_t *facets = json_object(), *above = parent(job_namespace, line);
    json_object_set_new(facets, "processing_engine",
                        facet(FACET("1-1-1", "ProcessingEngineRunFacet"),
                              json_pack("{s:s, s:s}", "version", FOREST_VERSION, "name", "leadforest")));
    if (above != NULL)
        json_object_set_new(facets, "parent", above);
    /* A run has a nominal time only if somebody set its clock. */
    const char *now = getenv("LEADFOREST_NOW");
    if (now != NULL && strlen(now) == strlen("2026-01-31T10:20:30Z") && now[10] == 'T' && now[19] == 'Z')
        json_object_set_new(facets, "nominalTime",
                            facet(FACET("1-0-1", "NominalTimeRunFacet"), json_pack("{s:s}", "nominalStartTime", now)));
    return facets;
}

/* ---- datasets ---- */

struct table_size {
    json_int_t rows; /* below 0: not known */
    json_t *fields;  /* of the schema facet; NULL: not known */
};

static bool count_row(void *user, const struct csv_header *header, char *const *fields, char problem[200]) {
    struct table_size *table = user;
    (void)problem;
    if (fields != NULL) {
        table->rows++;
        return true;
    }
    table->fields = json_array();
    for (size_t i = 0; i < header->columns; i++)
        json_array_append_new(table->fields, json_pack("{s:s}", "name", header->name[i]));
    return true;
}

static void count_lines(struct table_size *table, const char *path) {
    char block[1 << 16];
    FILE *file = fopen(path, "re");
    for (size_t n = 0; file != NULL && (n = fread(block, 1, sizeof block, file)) > 0;)
        for (const char *at = block; (at = memchr(at, '\n', (size_t)(block + n - at))) != NULL; at++)
            table->rows++;
    if (file != NULL)
        fclose(file);
}

/* Rows and columns of a table of ours; of others nothing is known. */
static struct table_size measure_table(const char *path) {
    struct table_size table = {0, NULL};
    const char *dot = strrchr(path, '.');
    if (dot != NULL && strcmp(dot, ".ndjson") == 0) {
        count_lines(&table, path);
    } else if (dot == NULL || strcmp(dot, ".csv") != 0 || !csv_table_read(path, count_row, &table, NULL)) {
        json_decref(table.fields);
        table = (struct table_size){-1, NULL};
    }
    return table;
}

/* {namespace, name, facets: version}, its absolute path in `object` and its bytes in *size; NULL if it is not a file.
 */
static json_t *dataset(const char *path, const char *sha256, char object[PATH_MAX], json_int_t *size) {
    char hex[SHA256_HEX];
    struct stat about;
    if (realpath(path, object) == NULL || stat(object, &about) != 0 || !S_ISREG(about.st_mode) ||
        (sha256 == NULL && !files_sha256(object, hex, NULL)))
        return NULL;
    *size = about.st_size;
    json_t *version = json_pack("{s:s}", "datasetVersion", sha256 != NULL ? sha256 : hex);
    return json_pack("{s:s, s:s, s:{s:o}}", "namespace", "file", "name", object, "facets", "version",
                     facet(FACET("1-0-1", "DatasetVersionDatasetFacet"), version));
}

void lineage_input(struct lineage *lineage, const char *path, const char *sha256) {
    char object[PATH_MAX];
    json_int_t size;
    json_t *input = lineage != NULL ? dataset(path, sha256, object, &size) : NULL;
    if (input == NULL)
        return;
    json_t *statistics = facet(FACET("1-0-0", "InputStatisticsInputDatasetFacet"), json_pack("{s:I}", "size", size));
    json_object_set_new(input, "inputFacets", json_pack("{s:o}", "inputStatistics", statistics));
    json_array_append_new(lineage->inputs, input);
}

void lineage_output(struct lineage *lineage, const char *path, const char *sha256) {
    char object[PATH_MAX];
    json_int_t size;
    json_t *output = lineage != NULL ? dataset(path, sha256, object, &size) : NULL;
    if (output == NULL)
        return;
    struct table_size table = measure_table(object);
    json_t *statistics = facet(FACET("1-0-2", "OutputStatisticsOutputDatasetFacet"), json_pack("{s:I}", "size", size));
    if (table.rows >= 0)
        json_object_set_new(statistics, "rowCount", json_integer(table.rows));
    json_object_set_new(output, "outputFacets", json_pack("{s:o}", "outputStatistics", statistics));
    if (table.fields != NULL)
        json_object_set_new(json_object_get(output, "facets"), "schema",
                            facet(FACET("1-2-0", "SchemaDatasetFacet"), json_pack("{s:o}", "fields", table.fields)));
    json_array_append_new(lineage->outputs, output);
}

/* ---- sending ---- */

/*
 * Append a complete line or nothing.  Other writers wait for the lock, so a torn end comes only from a killed run or a
 * power cut.  There is no fsync: it would cost every stage more than an event is worth.
 */
static bool append_line(const char *path, const char *line, size_t size) {
    int file = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    struct stat before;
    bool done = file >= 0 && flock(file, LOCK_EX) == 0 && fstat(file, &before) == 0;
    off_t object = done ? append_log_whole_size(file) : -1;
    done = object >= 0 && (object == before.st_size || ftruncate(file, object) == 0);
    if (done && write(file, line, size) != (ssize_t)size) {
        done = false;
        errno = ftruncate(file, object) == 0 ? ENOSPC : EIO;
    }
    int problem = errno;
    if (file >= 0)
        close(file);
    errno = problem;
    return done;
}

static void post(const struct lineage *lineage, const char *line, size_t size) {
    char url[2000], problem[200] = "";
    struct error err = {.text = ""};
    struct http http = {0};
    struct http_response response = {0};
    size_t end = strlen(lineage->url);
    snprintf(url, sizeof url, "%s%sapi/v1/lineage", lineage->url, end > 0 && lineage->url[end - 1] == '/' ? "" : "/");
    struct http_request request = {.method = "POST",
                                   .url = url,
                                   .key = lineage->key,
                                   .header = {"Content-Type: application/json"},
                                   .body = line,
                                   .size = size};
    /* A key is never sent over a connection that others can read. */
    if ((lineage->key != NULL && (!http_private_url_valid(lineage->url, &err) || !http_key_valid(lineage->key))) ||
        !http_open(&http, "leadforest", POST_SECONDS, &err))
        log_event(LOG_WARN, "lineage not sent", "%s",
                  err.text[0] != '\0' ? err.text : "OPENLINEAGE_API_KEY contains characters that a key must not have");
    else if (http.perform(http.self, &request, &response, problem) != HTTP_RESPONDED)
        log_event(LOG_WARN, "lineage not sent", "OPENLINEAGE_URL: %s", problem);
    else if (response.status / 100 != 2)
        log_event(LOG_WARN, "lineage not sent", "OPENLINEAGE_URL: answered %ld", response.status);
    http_response_done(&response);
    http_close(&http);
}

static void event_time(char out[48]) {
    struct timespec now;
    struct tm parts;
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &parts);
    size_t n = strftime(out, 48, "%Y-%m-%dT%H:%M:%S", &parts);
    snprintf(out + n, 48 - n, ".%03ldZ", now.tv_nsec / 1000000);
}

static json_t *event(const struct lineage *lineage, const char *type) {
    char time[48], job[64];
    event_time(time);
    snprintf(job, sizeof job, "leadforest-%s", lineage->stage);
    json_t *kind = facet(FACET("2-0-4", "JobTypeJobFacet"), json_pack("{s:s, s:s, s:s}", "processingType", "BATCH",
                                                                      "integration", "LEADFOREST", "jobType", "JOB"));
    return json_pack("{s:s, s:s, s:s, s:s, s:{s:s, s:O}, s:{s:s, s:s, s:{s:o}}, s:O, s:O}", "eventType", type,
                     "eventTime", time, "producer", PRODUCER, "schemaURL", SPECIFICATION "RunEvent", "run", "runId",
                     lineage->run, "facets", lineage->run_facets, "job", "namespace", lineage->job_namespace, "name",
                     job, "facets", "jobType", kind, "inputs", lineage->inputs, "outputs", lineage->outputs);
}

static void send_event(const struct lineage *lineage, const char *type) {
    json_t *object = event(lineage, type);
    char *text = json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(10));
    json_decref(object);
    if (text == NULL) {
        log_event(LOG_WARN, "lineage event dropped", "a file name is not UTF-8, or out of memory");
        return;
    }
    size_t size = strlen(text);
    if (lineage->url != NULL)
        post(lineage, text, size);
    text[size] = '\n'; /* in place of the zero byte: the length is known */
    if (lineage->file != NULL && !append_line(lineage->file, text, size + 1))
        log_event(LOG_WARN, "lineage not written", "%s: %s", lineage->file, strerror(errno));
    free(text);
}

/* ---- one run ---- */

struct lineage *lineage_begin(const char *stage, const char *run) {
    const char *file = text_or(getenv("LINEAGE_FILE"), NULL), *url = text_or(getenv("OPENLINEAGE_URL"), NULL);
    struct lineage *lineage = file != NULL || url != NULL ? malloc(sizeof *lineage) : NULL;
    if (lineage == NULL)
        return NULL;
    /* A run id from LEADFOREST_RUN belongs to the pipeline: each try of a stage is a run of its own below it. */
    const char *line = strcmp(stage, "pipeline") != 0 && run_id_valid(getenv("LEADFOREST_RUN")) ? run : NULL;
    *lineage = (struct lineage){.stage = stage,
                                .file = file,
                                .url = url,
                                .key = text_or(getenv("OPENLINEAGE_API_KEY"), NULL),
                                .job_namespace = text_or(getenv("OPENLINEAGE_NAMESPACE"), "leadforest"),
                                .inputs = json_array(),
                                .outputs = json_array()};
    if (line != NULL)
        run_id_new(lineage->run);
    else
        snprintf(lineage->run, sizeof lineage->run, "%s", run);
    lineage->run_facets = run_facets(lineage->job_namespace, line);
    send_event(lineage, "START");
    return lineage;
}

void lineage_end(struct lineage *lineage, enum exit_code code, const json_t *result) {
    if (lineage == NULL)
        return;
    bool done = exit_code_is_success(code);
    const char *error = json_string_value(json_object_get(result, "error"));
    json_object_set_new(lineage->run_facets, "leadforest_result",
                        facet(SPECIFICATION "RunFacet", json_pack("{s:i, s:O}", "exit", code, "result", result)));
    if (!done)
        json_object_set_new(lineage->run_facets, "errorMessage",
                            facet(FACET("1-0-1", "ErrorMessageRunFacet"),
                                  json_pack("{s:s, s:s}", "message", error != NULL ? error : exit_code_name(code),
                                            "programmingLanguage", "C")));
    send_event(lineage, done ? "COMPLETE" : "FAIL");
    json_decref(lineage->inputs);
    json_decref(lineage->outputs);
    json_decref(lineage->run_facets);
    free(lineage);
}
