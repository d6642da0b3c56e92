/* reload.h - watches the champion pointer and puts verified models into service. */
#ifndef API_RELOAD_H
#define API_RELOAD_H

#include <stdbool.h>
#include <sys/stat.h>

#include "services/api/model.h"
#include "services/api/served.h"

/* What is known of the pointer file; used by the main thread alone but for the counters. */
struct reload {
    const char *data;
    const struct model_words *words;
    struct served *served;
    bool waits;                /* for a first model, and that was logged */
    struct stat seen;          /* of the pointer, when it was last looked into */
    bool settled;              /* and nothing was left to do then */
    double retry;              /* monotonic second from which a refused or missing model is looked at again */
    double patience;           /* how long to wait after the next refusal */
    struct file_error refusal; /* the last one that was logged */
    struct model *retired;     /* replaced, but still held by a request in hand */
    /* Read by other threads too. */
    _Atomic uint64_t loaded, refused;
    _Atomic int64_t loaded_at; /* seconds since 1970 */
};

void reload_open(struct reload *reload, const char *data, const struct model_words *words, struct served *served);
void reload_done(struct reload *reload); /* nobody may be serving any more */

/* Look at the pointer; where it has changed (or now: whether or not it has) load, verify and swap. */
void reload_look(struct reload *reload, bool now);

/* Read and make ready what the pointer names, without serving it. NULL and err where it is refused. */
struct model *reload_read(const char *data, const struct model_words *words, struct file_error *err);

#endif
