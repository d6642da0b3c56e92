/* routes.c - the one table of routes. */
#include "services/api/routes.h"

#include <stdio.h>
#include <string.h>

#include "services/api/admin.h"
#include "services/api/batch.h"
#include "services/api/health.h"
#include "services/api/predict.h"
#include "services/api/webhook.h"

const struct route routes[] = {
    {"/predict", METHOD_POST, BODY_ONE, ACCESS_KEY, predict_one,
     "The package a lead is most likely to buy, and how sure that is"},
    {"/predict/batch", METHOD_POST, BODY_MANY, ACCESS_KEY, batch_predict, "The same for many leads at once"},
    {"/webhooks/stripe", METHOD_POST, BODY_MANY, ACCESS_OPEN, webhook_stripe, "Takes deliveries of Stripe"},
    {"/webhooks/formspree", METHOD_POST, BODY_MANY, ACCESS_OPEN, webhook_formspree, "Takes deliveries of Formspree"},
    {"/-/reload", METHOD_POST, BODY_ONE, ACCESS_ADMIN, admin_reload, "Look for a newly promoted model at once"},
    {"/livez", METHOD_GET, BODY_NONE, ACCESS_OPEN, health_live, "Whether the process answers"},
    {"/healthz", METHOD_GET, BODY_NONE, ACCESS_OPEN, health_live, "The same as /livez"},
    {"/readyz", METHOD_GET, BODY_NONE, ACCESS_OPEN, health_ready, "Whether a verified model is served"},
    {"/model", METHOD_GET, BODY_NONE, ACCESS_OPEN, health_model, "The card of the model that is served"},
    {"/metrics", METHOD_GET, BODY_NONE, ACCESS_OPEN, metrics_scrape, "What the server did, for Prometheus"},
    {"/version", METHOD_GET, BODY_NONE, ACCESS_OPEN, health_version, "The program's and the model's version"},
};
const size_t routes_count = sizeof routes / sizeof *routes;

const struct route *routes_find(const char *path, enum request_method method) {
    if (method == METHOD_HEAD)
        method = METHOD_GET;
    for (size_t i = 0; i < routes_count; i++)
        if (routes[i].method == method && strcmp(routes[i].path, path) == 0)
            return &routes[i];
    return NULL;
}

bool routes_methods(const char *path, char out[ROUTES_METHODS]) {
    bool get = routes_find(path, METHOD_GET) != NULL, post = routes_find(path, METHOD_POST) != NULL;
    snprintf(out, ROUTES_METHODS, "%s%sOPTIONS", get ? "GET, HEAD, " : "", post ? "POST, " : "");
    return get || post;
}
