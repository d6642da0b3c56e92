/* model_watcher.h - watches champion.json and serves a new champion after verifying it. */
#ifndef API_MODEL_WATCHER_H
#define API_MODEL_WATCHER_H

#include <stdbool.h>
#include <sys/stat.h>

#include "services/api/model/model_slot.h"
#include "services/api/model/served_model.h"

/* The last known state of champion.json; used only by the main thread, except the counters. */
struct model_watcher {
    struct volume volume; /* the data folder that its path led to at the last poll */
    const struct model_context *model_context;
    struct model_slot *slot;
    bool waiting_logged;          /* waiting for a first model, and that was logged */
    struct stat last_stat;        /* of champion.json, when it was last read */
    bool up_to_date;              /* and was then dealt with */
    double retry_at;              /* monotonic second of the next try after a rejected or missing model */
    double backoff;               /* seconds to wait after the next rejection */
    struct error last_error;      /* the last one that was logged */
    struct served_model *retired; /* replaced, but still used by a request */
    /* Also read by other threads. */
    _Atomic uint64_t loaded, rejected;
    _Atomic int64_t loaded_at; /* seconds since 1970 */
};

void model_watcher_open(struct model_watcher *watcher, const char *data, const struct model_context *model_context,
                        struct model_slot *slot);
void model_watcher_done(struct model_watcher *watcher); /* no loop may be running any more */

/* Check champion.json. If it has changed (or `now` is set), load, verify and swap the model. */
void model_watcher_poll(struct model_watcher *watcher, bool now);

/* Load and verify the model that champion.json names, without serving it. NULL and err if it is rejected. */
MUST_CHECK struct served_model *model_watcher_read(const struct volume *volume,
                                                   const struct model_context *model_context, struct error *err);

#endif
