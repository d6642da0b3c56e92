/*
 * context.h - the server's state: what all event loops share (settings, model, keys, logs), and what each loop owns.
 *
 * One app is shared by all loops. Each loop has its own thread_context, which no other thread writes.
 */
#ifndef API_CONTEXT_H
#define API_CONTEXT_H

#include <stdatomic.h>
#include <stdbool.h>

#include "services/api/access/access.h"
#include "services/api/app/options.h"
#include "services/api/http/cors.h"
#include "services/api/http/request_counts.h"
#include "services/api/http/route.h"
#include "services/api/io/line_clock.h"
#include "services/api/io/log_writer.h"
#include "services/api/model/lead_input.h"
#include "services/api/model/model_slot.h"
#include "services/api/model/model_watcher.h"

struct app {
    const struct options *options;
    struct model_context model_context;
    struct cors cors;
    struct access access;
    const struct route_table *routes;
    struct model_slot slot;
    atomic_bool draining;
    const struct model_watcher *watcher;  /* NULL: the champion is not watched */
    struct log_writer *predictions;       /* NULL: not logged */
    struct log_writer *access_log;        /* NULL: not logged */
    struct webhooks *webhooks;            /* NULL: no deliveries are taken */
    struct monitoring *monitoring;        /* NULL: /monitoring/data does not read the volume */
    const struct thread_context *context; /* [workers]: their counts are added up */
    size_t contexts;
};

/* The text of /openapi.json, and the model that it describes: its version and hash; "": there is no text yet. */
struct contract_text {
    struct strbuf text;
    char model[SHA256_HEX + 32];
};

/* The state of one loop: made and freed by the main thread, used by the loop's thread. */
struct thread_context {
    struct app *app;
    size_t number; /* of its loop */
    char id_prefix[17];
    uint64_t ids;
    unsigned batches;        /* in progress */
    struct lead_input input; /* of the current request */
    struct strbuf scratch, line;
    struct contract_text contract;
    struct line_clock clock;
    struct request_counts metrics;
};

/* NULL if the settings are valid, otherwise which one is not and why. */
const char *app_validate_options(const struct options *options);

/* One thread_context for each reader of the slot. The options must have been validated. False if memory runs out. */
bool app_open(struct app *app, const struct options *options, const struct etl_config *config,
              const struct route_table *routes, struct model_slot_reader *reader, size_t readers);
void app_done(struct app *app); /* frees the model; no loop may be running any more */

void thread_context_open(struct thread_context *context, struct app *app, size_t number);
void thread_context_done(struct thread_context *context);

#endif
