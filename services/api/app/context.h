/*
 * context.h - what the server knows: settings, model, keys, logs, shared by all loops; and what one loop has for
 * itself.
 *
 * A service is shared by all loops; each loop has a worker of its own, which nobody else writes.
 */
#ifndef API_CONTEXT_H
#define API_CONTEXT_H

#include <stdatomic.h>
#include <stdbool.h>

#include "libetl/base/webhook_signature.h"
#include "services/api/access/access.h"
#include "services/api/app/options.h"
#include "services/api/http/cors.h"
#include "services/api/http/request_counts.h"
#include "services/api/http/route.h"
#include "services/api/io/line_clock.h"
#include "services/api/io/log_writer.h"
#include "services/api/io/webhook_store.h"
#include "services/api/model/lead_input.h"
#include "services/api/model/model_slot.h"
#include "services/api/model/model_watcher.h"

struct app {
    const struct options *options;
    struct model_context model_context;
    struct cors cors;
    struct access access;
    const struct route_table *routes;
    struct etl_signature_secrets secrets[WEBHOOK_SOURCES];
    struct model_slot slot;
    atomic_bool draining;
    const struct model_watcher *watcher;  /* NULL: nobody watches */
    struct log_writer *predictions;       /* NULL: not logged */
    struct log_writer *access_log;        /* likewise */
    struct webhook_store *webhook_store;  /* NULL: deliveries cannot be stored */
    struct monitoring *monitoring;        /* NULL: the volume is not read for the page that watches */
    const struct thread_context *context; /* [workers]: for adding up what they count */
    size_t contexts;
};

/* One loop's part; made and freed by the main thread, used by the loop's. */
struct thread_context {
    struct app *app;
    size_t number; /* of its loop */
    char id_prefix[17];
    uint64_t ids;
    unsigned batches;        /* in hand */
    struct lead_input input; /* of the request in hand */
    struct strbuf scratch, line;
    struct line_clock clock;
    struct request_counts metrics;
};

/* NULL where the settings make sense, otherwise which does not and why. */
const char *app_validate_options(const struct options *options);

/* One worker for each reader; the options have been judged. False where memory ends. */
bool app_open(struct app *app, const struct options *options, const struct etl_config *config,
              const struct route_table *routes, struct model_slot_reader *reader, size_t readers);
void app_done(struct app *app); /* frees the model; nobody may be serving any more */

void thread_context_open(struct thread_context *context, struct app *app, size_t number);
void thread_context_done(struct thread_context *context);

#endif
