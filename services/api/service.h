/*
 * service.h - what the server knows and does, without a socket: requests in, replies out.
 *
 * A service is shared by all loops; each loop has a worker of its own, which nobody else writes.
 */
#ifndef API_SERVICE_H
#define API_SERVICE_H

#include <stdatomic.h>
#include <stdbool.h>

#include "libetl/signature.h"
#include "services/api/cors.h"
#include "services/api/inbox.h"
#include "services/api/inputs.h"
#include "services/api/journal.h"
#include "services/api/keys.h"
#include "services/api/metrics.h"
#include "services/api/options.h"
#include "services/api/prediction_log.h"
#include "services/api/proxies.h"
#include "services/api/rate.h"
#include "services/api/reload.h"
#include "services/api/reply.h"
#include "services/api/request.h"
#include "services/api/served.h"

struct service {
    const struct options *options;
    struct model_words words;
    struct cors cors;
    struct keys keys, admin_keys;
    struct proxies proxies;
    struct rate rate; /* its set is NULL where there is no limit */
    struct signature_secrets secrets[INBOX_SOURCES];
    struct served served;
    atomic_bool draining;
    const struct reload *reload;   /* NULL: nobody watches */
    struct journal *predictions;   /* NULL: not logged */
    struct journal *access;        /* likewise */
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
    struct prediction_clock clock;
    struct metrics metrics;
};

/* NULL where the settings make sense, otherwise which does not and why. */
const char *service_judge(const struct options *options);

/* One worker for each reader; the options have been judged. False where memory ends. */
bool service_open(struct service *service, const struct options *options, const struct config *config,
                  struct served_reader *reader, size_t readers);
void service_done(struct service *service); /* frees the model; nobody may be serving any more */

void worker_open(struct worker *worker, struct service *service, size_t number);
void worker_done(struct worker *worker);

/* The headers have arrived: give the request an id; returns how many bytes of body it may have. */
size_t service_admit(struct worker *worker, struct request *request);

/* A piece of the body of a request that is streamed; false: it was not taken and is to come again a moment later. */
bool service_take(struct worker *worker, struct request *request, const char *bytes, size_t size);

/* Answer a whole request.  Where reply->later is set, the request is to sleep until it is woken
 * up, and then to be given here again; where reply->pause is, after a moment. */
void service_answer(struct worker *worker, struct request *request, struct reply *reply);

/* Answer a request that the gate refused. */
void service_refuse(struct worker *worker, const struct request *request, int status, const char *why,
                    struct reply *reply);

/* The reply is on its way, or its reader is gone (status 0 where there was none). */
void service_finish(struct worker *worker, struct request *request, int status, uint64_t nanoseconds);

#endif
