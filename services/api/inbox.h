/*
 * inbox.h - deliveries of webhooks, durable in raw/inbox before their senders are told so.
 *
 * A thread takes all deliveries that wait, appends them to <source>-<instance>-<day>.ndjson, fsyncs once for
 * all (group commit), and wakes their requests.  A line is {"received_at":"...Z","body":<the delivery>}.
 */
#ifndef API_INBOX_H
#define API_INBOX_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "services/common/append.h"

enum inbox_source { INBOX_STRIPE, INBOX_FORMSPREE, INBOX_SOURCES };

enum inbox_state { INBOX_WAITING, INBOX_STORED, INBOX_FAILED };

/* One delivery on its way; its owner keeps it until it no longer waits. */
struct inbox_ticket {
    enum inbox_source source;
    char *line; /* [size], with its newline */
    size_t size;
    void *waker;
    _Atomic enum inbox_state state;
    struct inbox_ticket *next;
};

struct inbox {
    const char *data, *instance; /* borrowed */
    void (*wake)(void *waker);   /* called by the inbox's thread, once for each ticket */
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t arrived;
    struct inbox_ticket *first, **last; /* under lock */
    bool over;                          /* under lock */
    bool failing[INBOX_SOURCES];        /* of the thread, as are the files */
    struct append file[INBOX_SOURCES];
    _Atomic uint64_t stored[INBOX_SOURCES], failed[INBOX_SOURCES];
};

const char *inbox_source_name(enum inbox_source source);

bool inbox_open(struct inbox *inbox, const char *data, const char *instance, void (*wake)(void *waker));

/* Have a ticket stored; once that is decided its state says how and its waker is woken. */
void inbox_submit(struct inbox *inbox, struct inbox_ticket *ticket);

void inbox_close(struct inbox *inbox); /* after everything submitted is decided */

#endif
