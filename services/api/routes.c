/* routes.c - the table of routes. */
#include "services/api/routes.h"

#include <stdio.h>
#include <string.h>

#include "services/api/http/request_counts.h"
#include "services/api/ops/admin.h"
#include "services/api/ops/health.h"
#include "services/api/ops/metrics.h"
#include "services/api/pages/monitoring.h"
#include "services/api/pages/openapi.h"
#include "services/api/pages/pages.h"
#include "services/api/predict/oip_v2.h"
#include "services/api/predict/predict.h"
#include "services/api/predict/predict_batch.h"
#include "services/api/webhooks/webhook.h"

#define V2_MODEL "/v2/models/" OIP_V2_MODEL
#define HTML "text/html; charset=utf-8"

/* clang-format off */
#define WEBHOOK(name, NAME, title, help) \
    {"/webhooks/" #name, METHOD_POST, BODY_DELIVERY, ACCESS_OPEN, true, webhook_respond, "Object", "Receive webhook deliveries from " title},
static const struct route table[] = {
    {"/predict", METHOD_POST, BODY_LEAD, ACCESS_KEY, true, predict_one, "Prediction",
     "Predict which package a lead is most likely to buy, and its probability"},
    {"/predict/batch", METHOD_POST, BODY_LEADS, ACCESS_KEY, true, predict_batch_respond, "Predictions",
     "Predict many leads at once"},
    {"/livez", METHOD_GET, BODY_NONE, ACCESS_OPEN, false, health_live, "Status", "Liveness: the process answers"},
    {"/healthz", METHOD_GET, BODY_NONE, ACCESS_OPEN, false, health_live, "Status", "Liveness, as /livez"},
    {"/readyz", METHOD_GET, BODY_NONE, ACCESS_OPEN, true, health_ready, "Status", "Readiness: a verified model is served"},
    {"/model", METHOD_GET, BODY_NONE, ACCESS_OPEN, true, health_model, "Model", "The served model: inputs, packages, model card"},
    {"/version", METHOD_GET, BODY_NONE, ACCESS_OPEN, false, health_version, "Object", "Version of the program and of the model"},
    {"/metrics", METHOD_GET, BODY_NONE, ACCESS_OPEN, false, metrics_scrape, "text/plain", "Metrics for Prometheus"},
    ETL_SOURCES(WEBHOOK)
    {"/-/reload", METHOD_POST, BODY_NONE, ACCESS_ADMIN, false, admin_reload, "Status", "Check for a new champion at once"},
    {"/openapi.json", METHOD_GET, BODY_NONE, ACCESS_OPEN, false, openapi_respond, "Object", "This OpenAPI document"},
    {"/docs", METHOD_GET, BODY_NONE, ACCESS_OPEN, false, pages_docs, HTML, "API documentation as a page"},
    {"/", METHOD_GET, BODY_NONE, ACCESS_OPEN, false, pages_try, HTML, "Page to try predictions"},
    {"/monitoring", METHOD_GET, BODY_NONE, ACCESS_OPEN, false, monitoring_page, HTML, "Page with drift, accuracy, models and runs"},
    {"/monitoring/data", METHOD_GET, BODY_NONE, ACCESS_KEY, true, monitoring_data, "Object",
     "Data of the monitoring page: the newest days, decisions, runs and sources"},
    {"/v2", METHOD_GET, BODY_NONE, ACCESS_OPEN, false, oip_v2_server, "Object", "Open Inference Protocol: server metadata"},
    {"/v2/health/live", METHOD_GET, BODY_NONE, ACCESS_OPEN, false, oip_v2_live, "Object", "Open Inference Protocol: server liveness"},
    {"/v2/health/ready", METHOD_GET, BODY_NONE, ACCESS_OPEN, true, oip_v2_ready, "Object", "Open Inference Protocol: server readiness"},
    {V2_MODEL, METHOD_GET, BODY_NONE, ACCESS_OPEN, true, oip_v2_model, "Object", "Open Inference Protocol: model metadata"},
    {V2_MODEL "/ready", METHOD_GET, BODY_NONE, ACCESS_OPEN, true, oip_v2_ready, "Object",
     "Open Inference Protocol: model readiness"},
    {V2_MODEL "/infer", METHOD_POST, BODY_INFERENCE, ACCESS_KEY, true, oip_v2_infer, "Inferred",
     "Open Inference Protocol: inference"},
    {V2_MODEL "/versions/{version}", METHOD_GET, BODY_NONE, ACCESS_OPEN, true, oip_v2_model, "Object",
     "Open Inference Protocol: metadata of a version"},
    {V2_MODEL "/versions/{version}/ready", METHOD_GET, BODY_NONE, ACCESS_OPEN, true, oip_v2_ready, "Object",
     "Open Inference Protocol: readiness of a version"},
    {V2_MODEL "/versions/{version}/infer", METHOD_POST, BODY_INFERENCE, ACCESS_KEY, true, oip_v2_infer, "Inferred",
     "Open Inference Protocol: inference with a version"},
};
/* clang-format on */
const struct route_table routes = {table, sizeof table / sizeof *table};
_Static_assert(sizeof table / sizeof *table < REQUEST_COUNTS_ROUTES, "each route has its own counts");

/* Whether a path matches a route; "{...}" in the route matches one segment. */
static bool matches(const char *route, const char *path) {
    while (*route != '\0' && (*route == *path || *route == '{')) {
        if (*route == '{') {
            size_t segment = strcspn(path, "/");
            if (segment == 0)
                return false;
            path += segment;
            route += strcspn(route, "}") + 1;
        } else {
            path++;
            route++;
        }
    }
    return *route == '\0' && *path == '\0';
}

const struct route *routes_find(const char *path, enum request_method method) {
    if (method == METHOD_HEAD)
        method = METHOD_GET;
    for (size_t i = 0; i < routes.count; i++)
        if (table[i].method == method && matches(table[i].path, path))
            return &table[i];
    return NULL;
}

bool routes_methods(const char *path, char out[ROUTES_METHODS]) {
    bool get = routes_find(path, METHOD_GET) != NULL, post = routes_find(path, METHOD_POST) != NULL;
    snprintf(out, ROUTES_METHODS, "%s%sOPTIONS", get ? "GET, HEAD, " : "", post ? "POST, " : "");
    return get || post;
}
