/* context.c - the server's state, made from its settings. */
#include "services/api/app/context.h"

#include <stdio.h>

#include "services/common/worker/run_id.h"

const char *app_validate_options(const struct options *options) {
#define TOO_MANY(name, NAME, title, help) #NAME "_WEBHOOK_SECRET: too many secrets",
    static const char *const too_many_secrets[] = {ETL_SOURCES(TOO_MANY)};
    struct api_keys keys;
    struct trusted_proxies proxies;
    struct etl_signature_secrets secrets;
    if (!cors_valid(options->cors_origins))
        return "CORS_ORIGINS: must be origins without a path, such as https://shop.example";
    if (!api_keys_parse(&keys, options->api_keys) || !api_keys_parse(&keys, options->admin_key))
        return "API_KEYS, ADMIN_KEY: too many keys, or an empty key";
    if (!client_ip_parse_proxies(&proxies, options->trusted_proxies))
        return "TRUSTED_PROXIES: must be addresses or ranges, such as 10.0.0.0/8";
    for (size_t i = 0; i < ETL_SOURCE_COUNT; i++)
        if (!etl_signature_read_secrets(&secrets, options->webhook_secrets[i]))
            return too_many_secrets[i];
    return NULL;
}

bool app_open(struct app *app, const struct options *options, const struct etl_config *config,
              const struct route_table *routes, struct model_slot_reader *reader, size_t readers) {
    *app = (struct app){.options = options, .cors = {options->cors_origins}, .routes = routes, .contexts = readers};
    app->model_context = (struct model_context){config, etl_normalizer_new(config), readers};
    model_slot_open(&app->slot, reader, readers);
    atomic_init(&app->draining, false);
    return app->model_context.vocabulary != NULL && access_open(&app->access, options->api_keys, options->admin_key,
                                                                options->trusted_proxies, options->rate_limit);
}

void app_done(struct app *app) {
    served_model_free(model_slot_swap(&app->slot, NULL));
    etl_normalizer_free(app->model_context.vocabulary);
    access_done(&app->access);
}

void thread_context_open(struct thread_context *context, struct app *app, size_t number) {
    char uuid[37];
    *context = (struct thread_context){.app = app, .number = number};
    run_id_new(uuid);
    /* 64 random bits of the UUID, so that no two loops or processes make the same id. */
    snprintf(context->id_prefix, sizeof context->id_prefix, "%.8s%.4s%.4s", uuid, uuid + 24, uuid + 32);
}

void thread_context_done(struct thread_context *context) {
    strbuf_done(&context->scratch);
    strbuf_done(&context->line);
    strbuf_done(&context->contract.text);
}
