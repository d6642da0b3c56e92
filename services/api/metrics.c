/* metrics.c - what the server did, in the text format of Prometheus. */
#include "services/api/metrics.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "services/common/publish.h"
#include "services/common/workers.h"

/* ---- adding up ---- */

struct totals {
    uint64_t code[METRICS_CODES], bucket[METRICS_BUCKETS], nanoseconds;
};

static struct totals total_of(const struct service *service, size_t route) {
    struct totals total = {0};
    for (size_t i = 0; i < service->workers; i++) {
        const struct metrics_route *counts = &service->worker[i].metrics.route[route];
        for (size_t k = 0; k < METRICS_CODES; k++)
            total.code[k] += atomic_load_explicit(&counts->code[k], memory_order_relaxed);
        for (size_t k = 0; k < METRICS_BUCKETS; k++)
            total.bucket[k] += atomic_load_explicit(&counts->bucket[k], memory_order_relaxed);
        total.nanoseconds += atomic_load_explicit(&counts->nanoseconds, memory_order_relaxed);
    }
    return total;
}

/* ---- writing ---- */

static void about(struct buffer *out, const char *name, const char *type, const char *help) {
    buffer_format(out, "# HELP leadforest_%s %s\n# TYPE leadforest_%s %s\n", name, help, name, type);
}

static void one(struct buffer *out, const char *name, const char *type, const char *help, double value) {
    about(out, name, type, help);
    buffer_format(out, "leadforest_%s %.17g\n", name, value);
}

/* A label's value: backslash, quote and newline are escaped. */
static void label(struct buffer *out, const char *name, const char *value) {
    buffer_format(out, "%s=\"", name);
    for (; *value != '\0'; value++)
        if (*value == '\n')
            buffer_string(out, "\\n");
        else if (*value == '"' || *value == '\\')
            buffer_format(out, "\\%c", *value);
        else
            buffer_bytes(out, value, 1);
    buffer_string(out, "\"");
}

static const char *route_name(const struct route_table *routes, size_t route) {
    return route < routes->count ? routes->route[route].path : "other";
}

static const char *method_name(const struct route_table *routes, size_t route) {
    return route >= routes->count ? "other" : routes->route[route].method == METHOD_POST ? "POST" : "GET";
}

static void write_requests(struct buffer *out, const struct route_table *routes,
                           const struct totals *total /* [METRICS_ROUTES] */) {
    about(out, "http_requests_total", "counter", "Requests by route and status (0: the client was gone).");
    for (size_t i = 0; i < METRICS_ROUTES; i++)
        for (size_t k = 0; k < METRICS_CODES; k++)
            if (total[i].code[k] > 0)
                buffer_format(out, "leadforest_http_requests_total{route=\"%s\",method=\"%s\",code=\"%d\"} %ju\n",
                              route_name(routes, i), method_name(routes, i), request_codes[k],
                              (uintmax_t)total[i].code[k]);
}

static void write_durations(struct buffer *out, const struct route_table *routes,
                            const struct totals *total /* [METRICS_ROUTES] */) {
    static const char name[] = "leadforest_http_request_duration_seconds";
    about(out, "http_request_duration_seconds", "histogram", "From the request line to the end of the reply.");
    for (size_t i = 0; i < METRICS_ROUTES; i++) {
        uint64_t count = 0;
        for (size_t k = 0; k < METRICS_BUCKETS; k++)
            count += total[i].bucket[k];
        uint64_t below = 0;
        for (size_t k = 0; count > 0 && k < METRICS_BUCKETS - 1; k++) {
            below += total[i].bucket[k];
            buffer_format(out, "%s_bucket{route=\"%s\",method=\"%s\",le=\"%g\"} %ju\n", name, route_name(routes, i),
                          method_name(routes, i), request_bounds[k], (uintmax_t)below);
        }
        if (count > 0)
            buffer_format(out,
                          "%s_bucket{route=\"%s\",method=\"%s\",le=\"+Inf\"} %ju\n"
                          "%s_sum{route=\"%s\",method=\"%s\"} %.9f\n%s_count{route=\"%s\",method=\"%s\"} %ju\n",
                          name, route_name(routes, i), method_name(routes, i), (uintmax_t)count, name,
                          route_name(routes, i), method_name(routes, i), (double)total[i].nanoseconds / 1e9, name,
                          route_name(routes, i), method_name(routes, i), (uintmax_t)count);
    }
}

static void write_model(struct buffer *out, const struct model *model) {
    about(out, "predictions_total", "counter", "Predictions by package, of the model that is served.");
    for (size_t i = 0; i < model->classes; i++) {
        buffer_string(out, "leadforest_predictions_total{");
        label(out, "package", model->schema->class_name[i]);
        buffer_format(out, ",model_version=\"%s\"} %ju\n", model->version, (uintmax_t)model_predicted(model, i));
    }
    about(out, "unseen_categories_total", "counter", "Categories that the served model never saw in training.");
    for (size_t i = 0; i < model->features; i++) {
        if (model->schema->feature[i].kind != FOREST_CATEGORICAL)
            continue;
        buffer_string(out, "leadforest_unseen_categories_total{");
        label(out, "field", model->schema->feature[i].name);
        buffer_format(out, "} %ju\n", (uintmax_t)model_unseen(model, i));
    }
    about(out, "model_info", "gauge", "The model that is served.");
    buffer_format(out, "leadforest_model_info{version=\"%s\",sha256=\"%s\"} 1\n", model->version,
                  model->champion.sha256);
}

static void write_reloads(struct buffer *out, const struct reload *reload) {
    about(out, "model_reloads_total", "counter", "Models put into service, and models refused.");
    buffer_format(out,
                  "leadforest_model_reloads_total{result=\"loaded\"} %ju\n"
                  "leadforest_model_reloads_total{result=\"refused\"} %ju\n",
                  (uintmax_t)atomic_load(&reload->loaded), (uintmax_t)atomic_load(&reload->refused));
    one(out, "model_loaded_timestamp_seconds", "gauge", "When the served model was put into service.",
        (double)atomic_load(&reload->loaded_at));
}

static void write_journal(struct buffer *out, const struct journal *journal) {
    one(out, "prediction_log_written_bytes_total", "counter", "Bytes of the prediction log written.",
        (double)atomic_load(&journal->written));
    one(out, "prediction_log_waiting_bytes", "gauge", "Bytes of the prediction log that wait for the disk.",
        (double)journal_waiting(journal));
    one(out, "prediction_log_dropped_total", "counter", "Predictions that the disk was too slow to log.",
        (double)journal_dropped(journal));
}

static void write_inbox(struct buffer *out, const struct inbox *inbox) {
    about(out, "webhook_deliveries_total", "counter", "Verified deliveries, by whether they could be stored.");
    for (int i = 0; i < INBOX_SOURCES; i++)
        buffer_format(out,
                      "leadforest_webhook_deliveries_total{source=\"%s\",result=\"stored\"} %ju\n"
                      "leadforest_webhook_deliveries_total{source=\"%s\",result=\"failed\"} %ju\n",
                      inbox_source_name((enum inbox_source)i), (uintmax_t)atomic_load(&inbox->stored[i]),
                      inbox_source_name((enum inbox_source)i), (uintmax_t)atomic_load(&inbox->failed[i]));
}

static void write_success(struct buffer *out, const char *worker, moment at) {
    buffer_format(out, "leadforest_worker_last_success_timestamp_seconds{worker=\"%s\"} %jd\n", worker, (intmax_t)at);
}

static void write_workers(struct buffer *out, const char *data) {
    about(out, "worker_last_success_timestamp_seconds", "gauge", "When a worker last finished with new outputs.");
    for (size_t i = 0; i < WORKERS; i++) {
        const struct worker_entry *worker = &worker_table[i];
        char path[PATH_MAX];
        struct stat success;
        if (worker->success == NULL || !publish_path(path, NULL, "%s/%s", data, worker->success) ||
            stat(path, &success) != 0)
            continue;
        write_success(out, worker->name, success.st_mtim.tv_sec);
        if (worker->old_name != NULL)
            write_success(out, worker->old_name, success.st_mtim.tv_sec);
    }
}

static size_t open_files(void) {
    size_t count = 0;
    DIR *folder = opendir("/proc/self/fd");
    while (folder != NULL && readdir(folder) != NULL)
        count++;
    if (folder != NULL)
        closedir(folder);
    return count > 3 ? count - 3 : 0; /* without ".", ".." and the folder itself */
}

static void write_process(struct buffer *out) {
    struct rusage usage;
    long pages = 0;
    FILE *file = fopen("/proc/self/statm", "re");
    if (file == NULL || fscanf(file, "%*s %ld", &pages) != 1)
        pages = 0;
    if (file != NULL)
        fclose(file);
    getrusage(RUSAGE_SELF, &usage);
    buffer_format(out,
                  "# HELP process_resident_memory_bytes Memory in use.\n# TYPE process_resident_memory_bytes gauge\n"
                  "process_resident_memory_bytes %ld\n"
                  "# HELP process_cpu_seconds_total Time on a processor.\n# TYPE process_cpu_seconds_total counter\n"
                  "process_cpu_seconds_total %.6f\n"
                  "# HELP process_open_fds Open files and connections.\n# TYPE process_open_fds gauge\n"
                  "process_open_fds %zu\n",
                  pages * sysconf(_SC_PAGESIZE),
                  (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                      (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6,
                  open_files());
}

void metrics_scrape(struct worker *worker, struct request *request, struct reply *reply) {
    const struct service *service = worker->service;
    const struct model *model = served_model(&service->served);
    struct totals total[METRICS_ROUTES];
    struct buffer out = {0};
    (void)request;
    for (size_t i = 0; i < METRICS_ROUTES; i++)
        total[i] = total_of(service, i);
    write_requests(&out, service->routes, total);
    write_durations(&out, service->routes, total);
    if (model != NULL)
        write_model(&out, model);
    if (service->reload != NULL)
        write_reloads(&out, service->reload);
    if (service->predictions != NULL)
        write_journal(&out, service->predictions);
    if (service->inbox != NULL)
        write_inbox(&out, service->inbox);
    write_workers(&out, service->options->common.data);
    write_process(&out);
    reply_buffer(reply, 200, "text/plain; version=0.0.4; charset=utf-8", &out);
}
