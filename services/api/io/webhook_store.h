/*
 * webhook_store.h - deliveries of webhooks, durable in raw/inbox before their senders are told so.
 *
 * A thread takes all deliveries that wait, appends them to <source>-<instance>-<day>.ndjson, fsyncs once for
 * all (group commit), and wakes their requests.  A line is {"received_at":"...Z","body":<the delivery>}.
 */
#ifndef API_WEBHOOK_STORE_H
#define API_WEBHOOK_STORE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "services/common/store/append_log.h"

enum webhook_source { WEBHOOK_STRIPE, WEBHOOK_FORMSPREE, WEBHOOK_SOURCES };

enum webhook_store_state { WEBHOOK_STORE_WAITING, WEBHOOK_STORE_STORED, WEBHOOK_STORE_FAILED };

/* One delivery on its way; its owner keeps it until it no longer waits. */
struct webhook_store_ticket {
    enum webhook_source source;
    char *line; /* [size], with its newline */
    size_t size;
    void *waker;
    _Atomic enum webhook_store_state state;
    struct webhook_store_ticket *next;
};

struct webhook_store {
    const char *data, *instance; /* borrowed */
    void (*wake)(void *waker);   /* called by the inbox's thread, once for each ticket */
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t arrived;
    struct webhook_store_ticket *first, **last; /* under lock */
    bool stopping;                              /* under lock */
    bool failing[WEBHOOK_SOURCES];              /* of the thread, as are the files */
    struct append_log file[WEBHOOK_SOURCES];
    _Atomic uint64_t stored[WEBHOOK_SOURCES], failed[WEBHOOK_SOURCES];
};

const char *webhook_source_name(enum webhook_source source);

bool webhook_store_open(struct webhook_store *store, const char *data, const char *instance, void (*wake)(void *waker));

/* Have a ticket stored; once that is decided its state says how and its waker is woken. */
void webhook_store_submit(struct webhook_store *store, struct webhook_store_ticket *ticket);

void webhook_store_close(struct webhook_store *store); /* after everything submitted is decided */

#endif
