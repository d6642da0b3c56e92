/* service.c - what the server knows, from its settings. */
#include "services/api/service.h"

#include <stdio.h>

#include "services/common/run_id.h"

const char *service_judge(const struct options *options) {
    struct keys keys;
    struct proxies proxies;
    struct signature_secrets secrets;
    if (!cors_valid(options->cors_origins))
        return "CORS_ORIGINS: origins such as https://shop.example are needed, without a path";
    if (!keys_read(&keys, options->api_keys) || !keys_read(&keys, options->admin_key))
        return "API_KEYS, ADMIN_KEY: too many keys, or none between the commas";
    if (!proxies_read(&proxies, options->trusted_proxies))
        return "TRUSTED_PROXIES: addresses and ranges such as 10.0.0.0/8 are needed";
    if (!signature_read_secrets(&secrets, options->stripe_secret) ||
        !signature_read_secrets(&secrets, options->formspree_secret))
        return "STRIPE_WEBHOOK_SECRET, FORMSPREE_WEBHOOK_SECRET: too many secrets";
    return NULL;
}

bool service_open(struct service *service, const struct options *options, const struct config *config,
                  const struct route_table *routes, struct served_reader *reader, size_t readers) {
    *service =
        (struct service){.options = options, .cors = {options->cors_origins}, .routes = routes, .workers = readers};
    service->words = (struct model_words){config, vocabulary_new(config), readers};
    served_open(&service->served, reader, readers);
    atomic_init(&service->draining, false);
    signature_read_secrets(&service->secrets[INBOX_STRIPE], options->stripe_secret);
    signature_read_secrets(&service->secrets[INBOX_FORMSPREE], options->formspree_secret);
    return service->words.vocabulary != NULL && access_open(&service->access, options->api_keys, options->admin_key,
                                                            options->trusted_proxies, options->rate_limit);
}

void service_done(struct service *service) {
    model_free(served_swap(&service->served, NULL));
    vocabulary_free(service->words.vocabulary);
    access_done(&service->access);
}

void worker_open(struct worker *worker, struct service *service, size_t number) {
    char uuid[37];
    *worker = (struct worker){.service = service, .number = number};
    run_id_new(uuid);
    /* 64 random bits of the UUID, so that ids of other loops and processes differ. */
    snprintf(worker->id_prefix, sizeof worker->id_prefix, "%.8s%.4s%.4s", uuid, uuid + 24, uuid + 32);
}

void worker_done(struct worker *worker) {
    buffer_done(&worker->scratch);
    buffer_done(&worker->line);
}
