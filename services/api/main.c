/* main.c - leadforest-api: serves the promoted forest over HTTP. */
#include <openssl/crypto.h>
#include <stdio.h>

#include "services/api/app/context.h"
#include "services/api/app/options.h"
#include "services/api/model/model_watcher.h"
#include "services/api/ops/healthcheck.h"
#include "services/api/server.h"
#include "services/common/worker/log.h"

#define AT(field) offsetof(struct options, field)
#define WEBHOOK_SECRET(name, NAME, title, help)                                                                        \
    {NULL, #NAME "_WEBHOOK_SECRET", SETTING_SECRET, AT(webhook_secrets[ETL_SOURCE_##NAME]), NULL, 0, 0, NULL, help},

static const struct setting settings[] = {
    SETTINGS_COMMON(struct options, common),
    {"host", "HOST", SETTING_TEXT, AT(host), "0.0.0.0", 1, 255, NULL, "address to listen on"},
    {"port", "PORT", SETTING_INTEGER, AT(port), "8000", 0, 65535, NULL, "port to listen on; 0: any free one"},
    SETTINGS_THREADS(struct options, threads, "API_THREADS"),
    {"connections", "CONNECTIONS", SETTING_INTEGER, AT(connections), "16384", 16, 1000000, NULL,
     "most connections at once, shared evenly by the threads; further ones wait"},
    {"request-seconds", "REQUEST_SECONDS", SETTING_INTEGER, AT(request_seconds), "10", 1, 3600, NULL,
     "seconds within which a request must arrive completely; otherwise its connection is closed"},
    {"idle-seconds", "IDLE_SECONDS", SETTING_INTEGER, AT(idle_seconds), "60", 1, 3600, NULL,
     "seconds after which a connection without a request is closed"},
    {"drain-seconds", "DRAIN_SECONDS", SETTING_INTEGER, AT(drain_seconds), "2", 0, 300, NULL,
     "seconds after SIGTERM during which /readyz reports \"not ready\" while requests are still answered"},
    {"max-body", "MAX_BODY", SETTING_INTEGER, AT(max_body), "65536", 1024, 1048576, NULL,
     "largest request for one prediction, in bytes"},
    {"max-batch", "MAX_BATCH", SETTING_INTEGER, AT(max_batch), "10000", 1, 1000000, NULL,
     "most leads in one batch request; its body may have 1 KiB for each of them"},
    {"model-poll-ms|poll-ms", "MODEL_POLL_MS", SETTING_INTEGER, AT(poll_ms), "500", 10, 60000, NULL,
     "milliseconds between two checks for a new champion"},
    {"unknown-category", "UNKNOWN_CATEGORY", SETTING_CHOICE, AT(unknown_category), "answer", 0, 0, "answer|reject",
     "a category that training has not seen: answer with a warning, or reject the request with 422"},
    {"cors-origins", "CORS_ORIGINS", SETTING_TEXT, AT(cors_origins), NULL, 0, 4000, NULL,
     "websites whose pages may call the api, such as https://a.example,https://b.example, or * for all"},
    {"instance", "INSTANCE", SETTING_TEXT, AT(instance), NULL, 0, 64, NULL,
     "name of this server in the names of its prediction logs; default: the host name"},
    {"prediction-log", "PREDICTION_LOG", SETTING_FLAG, AT(prediction_log), "1", 0, 0, NULL,
     "log every prediction to predictions/"},
    {"access-log", "ACCESS_LOG", SETTING_FLAG, AT(access_log), "0", 0, 0, NULL,
     "write one line of JSON to stdout for every request"},
    {NULL, "API_KEYS", SETTING_SECRET, AT(api_keys), NULL, 0, 0, NULL,
     "keys that may request predictions, separated by commas; unset: no key is needed"},
    {NULL, "ADMIN_KEY", SETTING_SECRET, AT(admin_key), NULL, 0, 0, NULL,
     "key for POST /-/reload; unset: the route refuses everybody"},
    {"rate-limit", "RATE_LIMIT", SETTING_INTEGER, AT(rate_limit), "0", 0, 1000000, NULL,
     "most prediction requests a minute for each API key or, without one, for each client address (IPv6: each /64 "
     "network); a batch counts as one; 0: no limit"},
    {"trusted-proxies", "TRUSTED_PROXIES", SETTING_TEXT, AT(trusted_proxies), NULL, 0, 2000, NULL,
     "addresses of your own proxies, whose X-Forwarded-For is trusted, such as 10.0.0.0/8,192.168.1.7"},
    /* clang-format off */
    ETL_SOURCES(WEBHOOK_SECRET)
    /* clang-format on */
    {"check", NULL, SETTING_FLAG, AT(check), NULL, 0, 0, NULL,
     "only check that the configuration and the model can be served"},
    {"health", NULL, SETTING_FLAG, AT(health), NULL, 0, 0, NULL,
     "only ask the server at HOST and PORT whether it is alive; exit code 0 if it is, otherwise 1"},
};

static const struct program program = {
    .name = "leadforest-api",
    .summary = "answers over HTTP which package a lead will buy",
    .usage = "[options]",
    .notes = "SIGHUP checks for a new champion at once. SIGTERM answers the requests in progress and ends; a\n"
             "second SIGTERM ends at once.",
    .examples = "  leadforest-api --port 8080                     serve the champion of ./data\n"
                "  API_KEYS=secret1,secret2 leadforest-api        answer only requests with one of two keys\n"
                "  leadforest-api --check                         check the model without serving it",
    .settings = settings,
    .setting_count = sizeof settings / sizeof *settings,
};

static enum exit_code fail(enum exit_code code, const char *text) {
    log_event(LOG_ERROR, "failed", "%s", text);
    return code;
}

/* --check: whether the champion can be served. */
static enum exit_code check(const struct options *options, const struct etl_config *config) {
    struct error err;
    struct volume volume = {.fd = -1};
    struct model_context model_context = {config, etl_normalizer_new(config), 1};
    struct served_model *model = NULL;
    if (model_context.vocabulary != NULL && volume_open(&volume, options->common.data, &err))
        model = model_watcher_read(&volume, &model_context, &err);
    enum exit_code code = EXIT_DONE;
    if (model != NULL)
        printf("{\"stage\":\"api\",\"status\":\"good\",\"version\":%s}\n", model->version);
    else if (model_context.vocabulary == NULL)
        code = fail(EXIT_TEMPFAIL, "out of memory");
    else
        code = fail(err.retryable ? EXIT_TEMPFAIL : EXIT_DATAERR, err.text);
    served_model_free(model);
    etl_normalizer_free(model_context.vocabulary);
    volume_close(&volume);
    return code;
}

int main(int argc, char **argv) {
    struct options options = {0};
    struct error err;
    bool finished;
    enum exit_code code = settings_read(&program, &options, NULL, argc, argv, &finished);
    if (code != EXIT_DONE || finished)
        return code;
    if (options.health)
        return healthcheck_is_alive(options.host, options.port) ? 0 : 1;

    log_open("api", NULL);
    json_object_seed(0);                                    /* before threads are started */
    OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL); /* only hashes are used: halves start time and memory */
    if (app_validate_options(&options) != NULL)
        return fail(EXIT_USAGE, app_validate_options(&options));
    struct etl_config *config = configuration_read(options.common.config, NULL, &err);
    if (config == NULL)
        return fail(EXIT_USAGE, err.text);
    code = options.check ? check(&options, config) : server_run(&options, config);
    etl_config_free(config);
    return code;
}
