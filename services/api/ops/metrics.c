/* metrics.c - the server's metrics in the text format of Prometheus. */
#include "services/api/ops/metrics.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "services/api/webhooks/webhook.h"
#include "services/common/store/atomic_file.h"
#include "services/common/worker/workers.h"

/* ---- adding up ---- */

struct totals {
    uint64_t code[REQUEST_COUNTS_CODES], bucket[REQUEST_COUNTS_BUCKETS], nanoseconds;
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

/* ---- writing ---- */

static void write_header(struct strbuf *out, const char *name, const char *type, const char *help) {
    strbuf_printf(out, "# HELP leadforest_%s %s\n# TYPE leadforest_%s %s\n", name, help, name, type);
}

static void write_metric(struct strbuf *out, const char *name, const char *type, const char *help, double value) {
    write_header(out, name, type, help);
    strbuf_printf(out, "leadforest_%s %.17g\n", name, value);
}

/* A label's value, with backslash, quote and newline escaped. */
static void write_label(struct strbuf *out, const char *name, const char *value) {
    strbuf_printf(out, "%s=\"", name);
    for (; *value != '\0'; value++)
        if (*value == '\n')
            strbuf_puts(out, "\\n");
        else if (*value == '"' || *value == '\\')
            strbuf_printf(out, "\\%c", *value);
        else
            strbuf_append(out, value, 1);
    strbuf_puts(out, "\"");
}

static const char *route_name(const struct route_table *routes, size_t route) {
    return route < routes->count ? routes->route[route].path : "other";
}

static const char *method_name(const struct route_table *routes, size_t route) {
    return route >= routes->count ? "other" : routes->route[route].method == METHOD_POST ? "POST" : "GET";
}

static void write_requests(struct strbuf *out, const struct route_table *routes,
                           const struct totals *total /* [REQUEST_COUNTS_ROUTES] */) {
    write_header(out, "http_requests_total", "counter",
                 "Requests by route and status (0: the client closed the connection).");
    for (size_t i = 0; i < REQUEST_COUNTS_ROUTES; i++)
        for (size_t k = 0; k < REQUEST_COUNTS_CODES; k++)
            if (total[i].code[k] > 0)
                strbuf_printf(out, "leadforest_http_requests_total{route=\"%s\",method=\"%s\",code=\"%d\"} %ju\n",
                              route_name(routes, i), method_name(routes, i), request_counts_codes[k],
                              (uintmax_t)total[i].code[k]);
}

static void write_durations(struct strbuf *out, const struct route_table *routes,
                            const struct totals *total /* [REQUEST_COUNTS_ROUTES] */) {
    static const char name[] = "leadforest_http_request_duration_seconds";
    write_header(out, "http_request_duration_seconds", "histogram",
                 "Time from the request line to the end of the reply.");
    for (size_t i = 0; i < REQUEST_COUNTS_ROUTES; i++) {
        uint64_t count = 0;
        for (size_t k = 0; k < REQUEST_COUNTS_BUCKETS; k++)
            count += total[i].bucket[k];
        uint64_t below = 0;
        for (size_t k = 0; count > 0 && k < REQUEST_COUNTS_BUCKETS - 1; k++) {
            below += total[i].bucket[k];
            strbuf_printf(out, "%s_bucket{route=\"%s\",method=\"%s\",le=\"%g\"} %ju\n", name, route_name(routes, i),
                          method_name(routes, i), request_counts_bounds[k], (uintmax_t)below);
        }
        if (count > 0)
            strbuf_printf(out,
                          "%s_bucket{route=\"%s\",method=\"%s\",le=\"+Inf\"} %ju\n"
                          "%s_sum{route=\"%s\",method=\"%s\"} %.9f\n%s_count{route=\"%s\",method=\"%s\"} %ju\n",
                          name, route_name(routes, i), method_name(routes, i), (uintmax_t)count, name,
                          route_name(routes, i), method_name(routes, i), (double)total[i].nanoseconds / 1e9, name,
                          route_name(routes, i), method_name(routes, i), (uintmax_t)count);
    }
}

static void write_model(struct strbuf *out, const struct served_model *model) {
    write_header(out, "predictions_total", "counter", "Predictions of the served model, by package.");
    for (size_t i = 0; i < model->classes; i++) {
        strbuf_puts(out, "leadforest_predictions_total{");
        write_label(out, "package", model->schema->class_name[i]);
        strbuf_printf(out, ",model_version=\"%s\"} %ju\n", model->version, (uintmax_t)served_model_predicted(model, i));
    }
    write_header(out, "unseen_categories_total", "counter",
                 "Requests with a category that the served model has not seen in training, by feature.");
    for (size_t i = 0; i < model->features; i++) {
        if (model->schema->feature[i].kind != FOREST_CATEGORICAL)
            continue;
        strbuf_puts(out, "leadforest_unseen_categories_total{");
        write_label(out, "field", model->schema->feature[i].name);
        strbuf_printf(out, "} %ju\n", (uintmax_t)served_model_unseen(model, i));
    }
    write_header(out, "model_info", "gauge", "The served model: its version and SHA-256.");
    strbuf_printf(out, "leadforest_model_info{version=\"%s\",sha256=\"%s\"} 1\n", model->version,
                  model->champion.sha256);
}

static void write_reloads(struct strbuf *out, const struct model_watcher *watcher) {
    write_header(out, "model_reloads_total", "counter", "Models loaded and models refused.");
    strbuf_printf(out,
                  "leadforest_model_reloads_total{result=\"loaded\"} %ju\n"
                  "leadforest_model_reloads_total{result=\"refused\"} %ju\n",
                  (uintmax_t)atomic_load(&watcher->loaded), (uintmax_t)atomic_load(&watcher->rejected));
    write_metric(out, "model_loaded_timestamp_seconds", "gauge", "Time at which the served model was loaded.",
                 (double)atomic_load(&watcher->loaded_at));
}

static void write_log_writer(struct strbuf *out, const struct log_writer *writer) {
    write_metric(out, "prediction_log_written_bytes_total", "counter", "Bytes written to the prediction log.",
                 (double)atomic_load(&writer->written));
    write_metric(out, "prediction_log_waiting_bytes", "gauge", "Bytes waiting to be written to the prediction log.",
                 (double)log_writer_waiting(writer));
    write_metric(out, "prediction_log_dropped_total", "counter",
                 "Predictions missing from the log because the disk was too slow.", (double)log_writer_dropped(writer));
}

static void write_webhooks(struct strbuf *out, const struct webhook_store *store) {
    write_header(out, "webhook_deliveries_total", "counter",
                 "Verified webhook deliveries, by source and by whether they were stored.");
    for (size_t i = 0; i < ETL_SOURCE_COUNT; i++)
        strbuf_printf(out,
                      "leadforest_webhook_deliveries_total{source=\"%s\",result=\"stored\"} %ju\n"
                      "leadforest_webhook_deliveries_total{source=\"%s\",result=\"failed\"} %ju\n",
                      etl_sources[i].name, (uintmax_t)atomic_load(&store->stored[i]), etl_sources[i].name,
                      (uintmax_t)atomic_load(&store->failed[i]));
}

static void write_success(struct strbuf *out, const char *context, unix_time at) {
    strbuf_printf(out, "leadforest_worker_last_success_timestamp_seconds{worker=\"%s\"} %jd\n", context, (intmax_t)at);
}

static void write_last_success(struct strbuf *out, const char *data) {
    write_header(out, "worker_last_success_timestamp_seconds", "gauge",
                 "Time at which a worker last finished with new outputs.");
    for (size_t i = 0; i < WORKERS; i++) {
        const struct worker_entry *context = &worker_table[i];
        char path[PATH_MAX];
        struct stat success;
        if (context->success == NULL || !path_format(path, NULL, "%s/%s", data, context->success) ||
            stat(path, &success) != 0)
            continue;
        write_success(out, context->name, success.st_mtim.tv_sec);
        if (context->old_name != NULL)
            write_success(out, context->old_name, success.st_mtim.tv_sec);
    }
}

static size_t open_files(void) {
    size_t count = 0;
    DIR *folder = opendir("/proc/self/fd");
    while (folder != NULL && readdir(folder) != NULL)
        count++;
    if (folder != NULL)
        closedir(folder);
    return count > 3 ? count - 3 : 0; /* without ".", ".." and the folder's own descriptor */
}

static void write_process(struct strbuf *out) {
    struct rusage usage;
    long pages = 0;
    FILE *file = fopen("/proc/self/statm", "re");
    if (file == NULL || fscanf(file, "%*s %ld", &pages) != 1)
        pages = 0;
    if (file != NULL)
        fclose(file);
    getrusage(RUSAGE_SELF, &usage);
    strbuf_printf(
        out,
        "# HELP process_resident_memory_bytes Resident memory in bytes.\n# TYPE process_resident_memory_bytes gauge\n"
        "process_resident_memory_bytes %ld\n"
        "# HELP process_cpu_seconds_total User and system CPU time in seconds.\n# TYPE process_cpu_seconds_total "
        "counter\n"
        "process_cpu_seconds_total %.6f\n"
        "# HELP process_open_fds Number of open file descriptors.\n# TYPE process_open_fds gauge\n"
        "process_open_fds %zu\n",
        pages * sysconf(_SC_PAGESIZE),
        (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
            (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6,
        open_files());
}

void metrics_scrape(struct thread_context *context, struct request *request, struct response *response) {
    const struct app *app = context->app;
    const struct served_model *model = model_slot_get(&app->slot);
    struct totals total[REQUEST_COUNTS_ROUTES];
    struct strbuf out = {0};
    (void)request;
    for (size_t i = 0; i < REQUEST_COUNTS_ROUTES; i++)
        total[i] = total_of(app, i);
    write_requests(&out, app->routes, total);
    write_durations(&out, app->routes, total);
    if (model != NULL)
        write_model(&out, model);
    if (app->watcher != NULL)
        write_reloads(&out, app->watcher);
    if (app->predictions != NULL)
        write_log_writer(&out, app->predictions);
    if (app->webhooks != NULL && app->webhooks->configured)
        write_webhooks(&out, &app->webhooks->store);
    write_last_success(&out, app->options->common.data);
    write_process(&out);
    response_from_strbuf(response, 200, "text/plain; version=0.0.4; charset=utf-8", &out);
}
