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

/* pages/openapi.json describes each of them. */
/* clang-format off */
#define WEBHOOK(name, NAME, title, help) {"/webhooks/" #name, METHOD_POST, BODY_DELIVERY, ACCESS_OPEN, webhook_respond},
static const struct route table[] = {
    {"/predict", METHOD_POST, BODY_LEAD, ACCESS_KEY, predict_one},
    {"/predict/batch", METHOD_POST, BODY_LEADS, ACCESS_KEY, predict_batch_respond},
    {"/livez", METHOD_GET, BODY_NONE, ACCESS_OPEN, health_live},
    {"/healthz", METHOD_GET, BODY_NONE, ACCESS_OPEN, health_live},
    {"/readyz", METHOD_GET, BODY_NONE, ACCESS_OPEN, health_ready},
    {"/model", METHOD_GET, BODY_NONE, ACCESS_OPEN, health_model},
    {"/version", METHOD_GET, BODY_NONE, ACCESS_OPEN, health_version},
    {"/metrics", METHOD_GET, BODY_NONE, ACCESS_OPEN, metrics_scrape},
    ETL_SOURCES(WEBHOOK)
    {"/-/reload", METHOD_POST, BODY_NONE, ACCESS_ADMIN, admin_reload},
    {"/openapi.json", METHOD_GET, BODY_NONE, ACCESS_OPEN, openapi_respond},
    {"/docs", METHOD_GET, BODY_NONE, ACCESS_OPEN, pages_docs},
    {"/", METHOD_GET, BODY_NONE, ACCESS_OPEN, pages_try},
    {"/monitoring", METHOD_GET, BODY_NONE, ACCESS_OPEN, monitoring_page},
    {"/monitoring/data", METHOD_GET, BODY_NONE, ACCESS_KEY, monitoring_data},
    {"/v2", METHOD_GET, BODY_NONE, ACCESS_OPEN, oip_v2_server},
    {"/v2/health/live", METHOD_GET, BODY_NONE, ACCESS_OPEN, oip_v2_live},
    {"/v2/health/ready", METHOD_GET, BODY_NONE, ACCESS_OPEN, oip_v2_ready},
    {V2_MODEL, METHOD_GET, BODY_NONE, ACCESS_OPEN, oip_v2_model},
    {V2_MODEL "/ready", METHOD_GET, BODY_NONE, ACCESS_OPEN, oip_v2_ready},
    {V2_MODEL "/infer", METHOD_POST, BODY_INFERENCE, ACCESS_KEY, oip_v2_infer},
    {V2_MODEL "/versions/{version}", METHOD_GET, BODY_NONE, ACCESS_OPEN, oip_v2_model},
    {V2_MODEL "/versions/{version}/ready", METHOD_GET, BODY_NONE, ACCESS_OPEN, oip_v2_ready},
    {V2_MODEL "/versions/{version}/infer", METHOD_POST, BODY_INFERENCE, ACCESS_KEY, oip_v2_infer},
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
