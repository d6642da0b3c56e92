/* metrics.c - the server's metrics in the text format of Prometheus. */
#include "services/api/ops/metrics.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "services/api/ops/metric.h"
#include "services/api/webhooks/webhook.h"
#include "services/common/store/volume.h"
#include "services/common/worker/workers.h"

/* ---- adding up ---- */

struct totals {
    uint64_t code[REQUEST_COUNTS_CODES], bucket[REQUEST_COUNTS_BUCKETS], nanoseconds;
};

/* What the readers read. */
struct scrape {
    const struct app *app;
    const struct served_model *model; /* NULL: none is served */
    struct totals total[REQUEST_COUNTS_ROUTES];
};

static struct totals total_of(const struct app *app, size_t route) {
    struct totals total = {0};
    for (size_t i = 0; i < app->contexts; i++) {
        const struct route_counts *counts = &app->context[i].metrics.route[route];
        for (size_t k = 0; k < REQUEST_COUNTS_CODES; k++)
            total.code[k] += atomic_load_explicit(&counts->code[k], memory_order_relaxed);
        for (size_t k = 0; k < REQUEST_COUNTS_BUCKETS; k++)
            total.bucket[k] += atomic_load_explicit(&counts->bucket[k], memory_order_relaxed);
        total.nanoseconds += atomic_load_explicit(&counts->nanoseconds, memory_order_relaxed);
    }
    return total;
}

/* ---- requests ---- */

static const char *route_name(const struct route_table *routes, size_t route) {
    return route < routes->count ? routes->route[route].path : "other";
}

static const char *method_name(const struct route_table *routes, size_t route) {
    return route >= routes->count ? "other" : routes->route[route].method == METHOD_POST ? "POST" : "GET";
}

static void read_requests(const struct scrape *scrape, const struct metric *metric, struct strbuf *out) {
    const struct route_table *routes = scrape->app->routes;
    for (size_t i = 0; i < REQUEST_COUNTS_ROUTES; i++)
        for (size_t k = 0; k < REQUEST_COUNTS_CODES; k++) {
            char code[12];
            snprintf(code, sizeof code, "%d", request_counts_codes[k]);
            if (scrape->total[i].code[k] > 0)
                metric_write_sample(metric, "", METRIC_VALUES(route_name(routes, i), method_name(routes, i), code),
                                    (double)scrape->total[i].code[k], out);
        }
}

static void write_histogram(const struct metric *metric, const char *route, const char *method,
                            const struct totals *total, struct strbuf *out) {
    uint64_t below = 0;
    for (size_t k = 0; k < REQUEST_COUNTS_BUCKETS; k++) {
        char bound[24] = "+Inf";
        if (k < REQUEST_COUNTS_BUCKETS - 1)
            snprintf(bound, sizeof bound, "%g", request_counts_bounds[k]);
        below += total->bucket[k];
        metric_write_sample(metric, "_bucket", METRIC_VALUES(route, method, bound), (double)below, out);
    }
    metric_write_sample(metric, "_sum", METRIC_VALUES(route, method), (double)total->nanoseconds / 1e9, out);
    metric_write_sample(metric, "_count", METRIC_VALUES(route, method), (double)below, out);
}

static bool has_requests(const struct totals *total) {
    uint64_t count = 0;
    for (size_t k = 0; k < REQUEST_COUNTS_BUCKETS; k++)
        count += total->bucket[k];
    return count > 0;
}

static void read_durations(const struct scrape *scrape, const struct metric *metric, struct strbuf *out) {
    const struct route_table *routes = scrape->app->routes;
    for (size_t i = 0; i < REQUEST_COUNTS_ROUTES; i++)
        if (has_requests(&scrape->total[i]))
            write_histogram(metric, route_name(routes, i), method_name(routes, i), &scrape->total[i], out);
}

/* ---- the model ---- */

static void read_predictions(const struct scrape *scrape, const struct metric *metric, struct strbuf *out) {
    const struct served_model *model = scrape->model;
    for (size_t i = 0; model != NULL && i < model->classes; i++)
        metric_write_sample(metric, "", METRIC_VALUES(model->schema->class_name[i], model->version),
                            (double)served_model_predicted(model, i), out);
}

static void read_unseen(const struct scrape *scrape, const struct metric *metric, struct strbuf *out) {
    const struct served_model *model = scrape->model;
    for (size_t i = 0; model != NULL && i < model->features; i++)
        if (model->schema->feature[i].levels > 0)
            metric_write_sample(metric, "", METRIC_VALUES(model->schema->feature[i].name),
                                (double)served_model_unseen(model, i), out);
}

static void read_model(const struct scrape *scrape, const struct metric *metric, struct strbuf *out) {
    if (scrape->model != NULL)
        metric_write_sample(metric, "", METRIC_VALUES(scrape->model->version, scrape->model->champion.sha256), 1, out);
}

static void read_reloads(const struct scrape *scrape, const struct metric *metric, struct strbuf *out) {
    const struct model_watcher *watcher = scrape->app->watcher;
    if (watcher == NULL)
        return;
    metric_write_sample(metric, "", METRIC_VALUES("loaded"), (double)atomic_load(&watcher->loaded), out);
    metric_write_sample(metric, "", METRIC_VALUES("refused"), (double)atomic_load(&watcher->rejected), out);
}

static void read_loaded_at(const struct scrape *scrape, const struct metric *metric, struct strbuf *out) {
    if (scrape->app->watcher != NULL)
        metric_write_sample(metric, "", METRIC_NO_LABELS, (double)atomic_load(&scrape->app->watcher->loaded_at), out);
}

/* ---- what is written ---- */

static void read_log_written(const struct scrape *scrape, const struct metric *metric, struct strbuf *out) {
    if (scrape->app->predictions != NULL)
        metric_write_sample(metric, "", METRIC_NO_LABELS, (double)atomic_load(&scrape->app->predictions->written), out);
}

static void read_log_waiting(const struct scrape *scrape, const struct metric *metric, struct strbuf *out) {
    if (scrape->app->predictions != NULL)
        metric_write_sample(metric, "", METRIC_NO_LABELS, (double)log_writer_waiting(scrape->app->predictions), out);
}

static void read_log_dropped(const struct scrape *scrape, const struct metric *metric, struct strbuf *out) {
    if (scrape->app->predictions != NULL)
        metric_write_sample(metric, "", METRIC_NO_LABELS, (double)log_writer_dropped(scrape->app->predictions), out);
}

static void read_webhooks(const struct scrape *scrape, const struct metric *metric, struct strbuf *out) {
    const struct webhooks *webhooks = scrape->app->webhooks;
    for (size_t i = 0; webhooks != NULL && webhooks->configured && i < ETL_SOURCE_COUNT; i++) {
        const char *source = etl_sources[i].name;
        metric_write_sample(metric, "", METRIC_VALUES(source, "stored"),
                            (double)atomic_load(&webhooks->store.stored[i]), out);
        metric_write_sample(metric, "", METRIC_VALUES(source, "failed"),
                            (double)atomic_load(&webhooks->store.failed[i]), out);
    }
}

/* ---- the workers ---- */

static void read_last_success(const struct scrape *scrape, const struct metric *metric, struct strbuf *out) {
    struct volume volume;
    if (!volume_open(&volume, scrape->app->options->common.data, NULL))
        return;
    for (size_t i = 0; i < WORKERS; i++) {
        const struct worker_entry *worker = &worker_table[i];
        struct stat success;
        if (worker->success == NULL || !volume_stat(&volume, worker->success, &success))
            continue;
        double at = (double)success.st_mtim.tv_sec;
        metric_write_sample(metric, "", METRIC_VALUES(worker->name), at, out);
        if (worker->old_name != NULL)
            metric_write_sample(metric, "", METRIC_VALUES(worker->old_name), at, out);
    }
    volume_close(&volume);
}

/* ---- the process ---- */

static void read_memory(const struct scrape *scrape, const struct metric *metric, struct strbuf *out) {
    long pages = 0;
    FILE *file = fopen("/proc/self/statm", "re");
    (void)scrape;
    if (file == NULL || fscanf(file, "%*s %ld", &pages) != 1)
        pages = 0;
    if (file != NULL)
        fclose(file);
    metric_write_sample(metric, "", METRIC_NO_LABELS, (double)(pages * sysconf(_SC_PAGESIZE)), out);
}

static double seconds_of(struct timeval time) {
    return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

static void read_cpu_time(const struct scrape *scrape, const struct metric *metric, struct strbuf *out) {
    struct rusage usage;
    (void)scrape;
    getrusage(RUSAGE_SELF, &usage);
    metric_write_sample(metric, "", METRIC_NO_LABELS, seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime), out);
}

static void read_open_files(const struct scrape *scrape, const struct metric *metric, struct strbuf *out) {
    size_t count = 0;
    DIR *folder = opendir("/proc/self/fd");
    (void)scrape;
    while (folder != NULL && readdir(folder) != NULL)
        count++;
    if (folder != NULL)
        closedir(folder);
    /* without ".", ".." and the folder's own descriptor */
    metric_write_sample(metric, "", METRIC_NO_LABELS, count > 3 ? (double)(count - 3) : 0, out);
}

/* ---- the table ---- */

/* docs/metrics.md is written from these rows (tests/settings BUILD --write). */
/* clang-format off */
static const struct metric table[] = {
    {"leadforest_http_requests_total", "counter", "Requests by route and status (0: the client closed the connection).",
     {"route", "method", "code"}, read_requests},
    {"leadforest_http_request_duration_seconds", "histogram", "Time from the request line to the end of the reply.",
     {"route", "method", "le"}, read_durations},
    {"leadforest_predictions_total", "counter", "Predictions of the served model, by package.",
     {"package", "model_version"}, read_predictions},
    {"leadforest_unseen_categories_total", "counter",
     "Requests with a category that the served model has not seen in training, by feature.", {"field"}, read_unseen},
    {"leadforest_model_info", "gauge", "The served model: its version and SHA-256.", {"version", "sha256"}, read_model},
    {"leadforest_model_reloads_total", "counter", "Models loaded and models refused.", {"result"}, read_reloads},
    {"leadforest_model_loaded_timestamp_seconds", "gauge", "Time at which the served model was loaded.",
     {NULL}, read_loaded_at},
    {"leadforest_prediction_log_written_bytes_total", "counter", "Bytes written to the prediction log.",
     {NULL}, read_log_written},
    {"leadforest_prediction_log_waiting_bytes", "gauge", "Bytes waiting to be written to the prediction log.",
     {NULL}, read_log_waiting},
    {"leadforest_prediction_log_dropped_total", "counter",
     "Predictions missing from the log because the disk was too slow.", {NULL}, read_log_dropped},
    {"leadforest_webhook_deliveries_total", "counter",
     "Verified webhook deliveries, by source and by whether they were stored.", {"source", "result"}, read_webhooks},
    {"leadforest_worker_last_success_timestamp_seconds", "gauge",
     "Time at which a worker last finished with new outputs.", {"worker"}, read_last_success},
    {"process_resident_memory_bytes", "gauge", "Resident memory in bytes.", {NULL}, read_memory},
    {"process_cpu_seconds_total", "counter", "User and system CPU time in seconds.", {NULL}, read_cpu_time},
    {"process_open_fds", "gauge", "Number of open file descriptors.", {NULL}, read_open_files},
};
/* clang-format on */

void metrics_scrape(struct thread_context *context, struct request *request, struct response *response) {
    struct scrape scrape = {.app = context->app, .model = model_slot_get(&context->app->slot)};
    struct strbuf out = {0};
    (void)request;
    for (size_t i = 0; i < REQUEST_COUNTS_ROUTES; i++)
        scrape.total[i] = total_of(context->app, i);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        metric_write_header(&table[i], &out);
        table[i].read(&scrape, &table[i], &out);
    }
    response_from_strbuf(response, 200, "text/plain; version=0.0.4; charset=utf-8", &out);
}
