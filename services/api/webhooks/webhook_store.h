/*
 * webhook_store.h - writes webhook deliveries to raw/inbox before they are acknowledged.
 *
 * A thread takes all waiting deliveries, appends them to <source>-<instance>-<day>.ndjson, calls fsync once for all of
 * them (group commit), and wakes their requests.  A line is {"received_at":"...Z","body":<the delivery>}.
 */
#ifndef API_WEBHOOK_STORE_H
#define API_WEBHOOK_STORE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "libetl/sources/source.h"
#include "services/common/store/append_log.h"

enum webhook_store_state { WEBHOOK_STORE_WAITING, WEBHOOK_STORE_STORED, WEBHOOK_STORE_FAILED };

/* A delivery that is being stored. Its owner keeps it until its state is no longer "waiting". */
struct webhook_store_ticket {
    enum etl_source_id source;
    char *line; /* [size], with its newline */
    size_t size;
    void *waker;
    _Atomic enum webhook_store_state state;
    struct webhook_store_ticket *next;
};

struct webhook_store {
    const char *instance;      /* borrowed */
    void (*wake)(void *waker); /* called by the store's thread, once for each ticket */
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t arrived;
    struct webhook_store_ticket *first, **last; /* under lock */
    bool stopping;                              /* under lock */
    bool failing[ETL_SOURCE_COUNT];             /* used only by the thread, as are the files and the volume */
    struct append_log file[ETL_SOURCE_COUNT];
    struct volume volume;
    _Atomic uint64_t stored[ETL_SOURCE_COUNT], failed[ETL_SOURCE_COUNT];
};

bool webhook_store_open(struct webhook_store *store, const char *data, const char *instance, void (*wake)(void *waker));

/* Store a ticket. When that is done, its state has the result and its waker is called. */
void webhook_store_submit(struct webhook_store *store, struct webhook_store_ticket *ticket);

void webhook_store_close(struct webhook_store *store); /* after every submitted ticket is done */

#endif
