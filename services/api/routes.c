/* routes.c - the one table of routes. */
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
static const struct route table[] = {
    {"/predict", METHOD_POST, BODY_LEAD, ACCESS_KEY, true, predict_one, "Prediction",
     "The package a lead is most likely to buy, and how sure that is"},
    {"/predict/batch", METHOD_POST, BODY_LEADS, ACCESS_KEY, true, predict_batch_respond, "Predictions",
     "The same for many leads at once"},
    {"/livez", METHOD_GET, BODY_NONE, ACCESS_OPEN, false, health_live, "Status", "Whether the process answers"},
    {"/healthz", METHOD_GET, BODY_NONE, ACCESS_OPEN, false, health_live, "Status", "The same as /livez"},
    {"/readyz", METHOD_GET, BODY_NONE, ACCESS_OPEN, true, health_ready, "Status", "Whether a verified model is served"},
    {"/model", METHOD_GET, BODY_NONE, ACCESS_OPEN, true, health_model, "Model", "The model that is served: inputs, packages, card"},
    {"/version", METHOD_GET, BODY_NONE, ACCESS_OPEN, false, health_version, "Object", "The program's and the model's version"},
    {"/metrics", METHOD_GET, BODY_NONE, ACCESS_OPEN, false, metrics_scrape, "text/plain", "What the server did, for Prometheus"},
    {"/webhooks/stripe", METHOD_POST, BODY_DELIVERY, ACCESS_OPEN, true, webhook_stripe, "Object", "Takes deliveries of Stripe"},
    {"/webhooks/formspree", METHOD_POST, BODY_DELIVERY, ACCESS_OPEN, true, webhook_formspree, "Object",
     "Takes deliveries of Formspree"},
    {"/-/reload", METHOD_POST, BODY_NONE, ACCESS_ADMIN, false, admin_reload, "Status", "Look for a newly promoted model at once"},
    {"/openapi.json", METHOD_GET, BODY_NONE, ACCESS_OPEN, false, openapi_respond, "Object", "This contract"},
    {"/docs", METHOD_GET, BODY_NONE, ACCESS_OPEN, false, pages_docs, HTML, "This contract as a page"},
    {"/", METHOD_GET, BODY_NONE, ACCESS_OPEN, false, pages_try, HTML, "A page to try predictions"},
    {"/monitoring", METHOD_GET, BODY_NONE, ACCESS_OPEN, false, monitoring_page, HTML, "A page to watch drift, accuracy, models and runs"},
    {"/monitoring/data", METHOD_GET, BODY_NONE, ACCESS_KEY, true, monitoring_data, "Object",
     "What that page draws: the newest days, decisions, runs and sources"},
    {"/v2", METHOD_GET, BODY_NONE, ACCESS_OPEN, false, oip_v2_server, "Object", "Open Inference Protocol: the server"},
    {"/v2/health/live", METHOD_GET, BODY_NONE, ACCESS_OPEN, false, oip_v2_live, "Object", "Open Inference Protocol: alive"},
    {"/v2/health/ready", METHOD_GET, BODY_NONE, ACCESS_OPEN, true, oip_v2_ready, "Object", "Open Inference Protocol: ready"},
    {V2_MODEL, METHOD_GET, BODY_NONE, ACCESS_OPEN, true, oip_v2_model, "Object", "Open Inference Protocol: the model"},
    {V2_MODEL "/ready", METHOD_GET, BODY_NONE, ACCESS_OPEN, true, oip_v2_ready, "Object",
     "Open Inference Protocol: the model is ready"},
    {V2_MODEL "/infer", METHOD_POST, BODY_INFERENCE, ACCESS_KEY, true, oip_v2_infer, "Inferred",
     "Open Inference Protocol: predictions"},
    {V2_MODEL "/versions/{version}", METHOD_GET, BODY_NONE, ACCESS_OPEN, true, oip_v2_model, "Object",
     "Open Inference Protocol: a version"},
    {V2_MODEL "/versions/{version}/ready", METHOD_GET, BODY_NONE, ACCESS_OPEN, true, oip_v2_ready, "Object",
     "Open Inference Protocol: a version is ready"},
    {V2_MODEL "/versions/{version}/infer", METHOD_POST, BODY_INFERENCE, ACCESS_KEY, true, oip_v2_infer, "Inferred",
     "Open Inference Protocol: predictions of a version"},
};
/* clang-format on */
const struct route_table routes = {table, sizeof table / sizeof *table};
_Static_assert(sizeof table / sizeof *table < REQUEST_COUNTS_ROUTES, "each route is counted by itself");

/* Whether a path is a route's; "{...}" in the route stands for one segment. */
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
