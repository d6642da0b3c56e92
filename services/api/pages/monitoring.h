/*
 * monitoring.h - the monitoring page and its data: GET /monitoring and GET /monitoring/data.
 *
 * A loop never reads the volume. A fresh snapshot is copied from memory. Otherwise the request sleeps, a thread makes
 * one snapshot for all waiting requests, and wakes them.
 */
#ifndef API_MONITORING_H
#define API_MONITORING_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "services/api/app/context.h"

struct monitoring_ticket;

struct monitoring {
    const char *data;          /* borrowed */
    void (*wake)(void *waker); /* called by the thread that reads the volume, once for each ticket */
    pthread_mutex_t lock;
    /* Protected by the lock: */
    char *text; /* [size] the last snapshot; NULL: none yet */
    size_t size;
    double read_at; /* monotonic seconds */
    struct monitoring_ticket *waiting;
    bool reading, joinable;
    pthread_t thread;
};

void monitoring_open(struct monitoring *monitoring, const char *data, void (*wake)(void *waker));
void monitoring_close(struct monitoring *monitoring); /* after the loops have ended; fine on zeroes */

/* Handlers. */
void monitoring_page(struct thread_context *context, struct request *request, struct response *response);
void monitoring_data(struct thread_context *context, struct request *request, struct response *response);

#endif
