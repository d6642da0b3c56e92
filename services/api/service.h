/*
 * service.h - what the server knows: settings, model, keys, logs, shared by all loops; and what one loop has for
 * itself.
 *
 * A service is shared by all loops; each loop has a worker of its own, which nobody else writes.
 */
#ifndef API_SERVICE_H
#define API_SERVICE_H

#include <stdatomic.h>
#include <stdbool.h>

#include "libetl/signature.h"
#include "services/api/cors.h"
#include "services/api/guard.h"
#include "services/api/inbox.h"
#include "services/api/inputs.h"
#include "services/api/journal.h"
#include "services/api/line_clock.h"
#include "services/api/options.h"
#include "services/api/reload.h"
#include "services/api/request_counts.h"
#include "services/api/route.h"
#include "services/api/served.h"

struct service {
    const struct options *options;
    struct model_words words;
    struct cors cors;
    struct access access;
    const struct route_table *routes;
    struct signature_secrets secrets[INBOX_SOURCES];
    struct served served;
    atomic_bool draining;
    const struct reload *reload;   /* NULL: nobody watches */
    struct journal *predictions;   /* NULL: not logged */
    struct journal *access_log;    /* likewise */
    struct inbox *inbox;           /* NULL: deliveries cannot be stored */
    struct monitoring *monitoring; /* NULL: the volume is not read for the page that watches */
    const struct worker *worker;   /* [workers]: for adding up what they count */
    size_t workers;
};

/* One loop's part; made and freed by the main thread, used by the loop's. */
struct worker {
    struct service *service;
    size_t number; /* of its loop */
    char id_prefix[17];
    uint64_t ids;
    unsigned batches;     /* in hand */
    struct inputs inputs; /* of the request in hand */
    struct buffer scratch, line;
    struct line_clock clock;
    struct metrics metrics;
};

/* NULL where the settings make sense, otherwise which does not and why. */
const char *service_judge(const struct options *options);

/* One worker for each reader; the options have been judged. False where memory ends. */
bool service_open(struct service *service, const struct options *options, const struct config *config,
                  const struct route_table *routes, struct served_reader *reader, size_t readers);
void service_done(struct service *service); /* frees the model; nobody may be serving any more */

void worker_open(struct worker *worker, struct service *service, size_t number);
void worker_done(struct worker *worker);

#endif
