/* model_watcher.h - watches the champion pointer and puts verified models into service. */
#ifndef API_MODEL_WATCHER_H
#define API_MODEL_WATCHER_H

#include <stdbool.h>
#include <sys/stat.h>

#include "services/api/model/model_slot.h"
#include "services/api/model/served_model.h"

/* What is known of the pointer file; used by the main thread alone but for the counters. */
struct model_watcher {
    const char *data;
    const struct model_context *model_context;
    struct model_slot *slot;
    bool waiting_logged;          /* for a first model, and that was logged */
    struct stat last_stat;        /* of the pointer, when it was last looked into */
    bool up_to_date;              /* and nothing was left to do then */
    double retry_at;              /* monotonic second from which a refused or missing model is looked at again */
    double backoff;               /* how long to wait after the next refusal */
    struct error last_error;      /* the last one that was logged */
    struct served_model *retired; /* replaced, but still held by a request in hand */
    /* Read by other threads too. */
    _Atomic uint64_t loaded, rejected;
    _Atomic int64_t loaded_at; /* seconds since 1970 */
};

void model_watcher_open(struct model_watcher *watcher, const char *data, const struct model_context *model_context,
                        struct model_slot *slot);
void model_watcher_done(struct model_watcher *watcher); /* nobody may be serving any more */

/* Look at the pointer; where it has changed (or now: whether or not it has) load, verify and swap. */
void model_watcher_poll(struct model_watcher *watcher, bool now);

/* Read and make ready what the pointer names, without serving it. NULL and err where it is refused. */
MUST_CHECK struct served_model *model_watcher_read(const char *data, const struct model_context *model_context,
                                                   struct error *err);

#endif
