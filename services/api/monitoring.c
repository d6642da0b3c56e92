/* monitoring.c - overviews, read by a thread of their own and kept for some seconds. */
#include "services/api/monitoring.h"

#include <stdlib.h>

#include "services/api/overview.h"
#include "services/api/pages.h"
#include "services/common/clock.h"

enum { YOUNG_SECONDS = 5 };

static const char monitoring_html[] =
#include "monitoring.html.h"
    ;

/* A request that waits for an overview: its ticket. */
struct monitoring_ticket {
    struct monitoring *monitoring;
    void *waker;
    struct monitoring_ticket *next;
};

void monitoring_open(struct monitoring *m, const char *data, void (*wake)(void *waker)) {
    *m = (struct monitoring){.data = data, .wake = wake};
    pthread_mutex_init(&m->lock, NULL);
}

void monitoring_close(struct monitoring *m) {
    if (m->data == NULL)
        return;
    if (m->joinable)
        pthread_join(m->thread, NULL);
    pthread_mutex_destroy(&m->lock);
    free(m->text);
    *m = (struct monitoring){0};
}

/* ---- the thread ---- */

/* All who wait are told; after that their tickets are no longer ours. */
static void wake_all(const struct monitoring *m, struct monitoring_ticket *waiting) {
    for (struct monitoring_ticket *t = waiting, *next; t != NULL; t = next) {
        next = t->next;
        m->wake(t->waker);
    }
}

static void *read_one(void *argument) {
    struct monitoring *m = argument;
    size_t size;
    char *text = overview_read(m->data, &size);
    pthread_mutex_lock(&m->lock);
    if (text != NULL) {
        free(m->text);
        m->text = text;
        m->size = size;
        m->read_at = clock_monotonic();
    }
    struct monitoring_ticket *waiting = m->waiting;
    m->waiting = NULL;
    m->reading = false;
    pthread_mutex_unlock(&m->lock);
    wake_all(m, waiting);
    return NULL;
}

/* ---- the loops' side ---- */

/* Under lock. Where no thread can be started, those who wait are given what there is. */
static bool start_reading(struct monitoring *m) {
    if (m->reading)
        return true;
    if (m->joinable)
        pthread_join(m->thread, NULL); /* it has unlocked for the last time and is ending */
    m->reading = m->joinable = pthread_create(&m->thread, NULL, read_one, m) == 0;
    return m->reading;
}

/* The request sleeps by now. */
static void wait_for_overview(struct request *request) {
    struct monitoring_ticket *ticket = request->ticket, *alone = NULL;
    struct monitoring *m = ticket->monitoring;
    pthread_mutex_lock(&m->lock);
    ticket->next = m->waiting;
    m->waiting = ticket;
    if (!start_reading(m)) {
        alone = m->waiting;
        m->waiting = NULL;
    }
    pthread_mutex_unlock(&m->lock);
    wake_all(m, alone);
}

/* Copied, since the next overview may replace it while this one is being sent. false where there is none, or none that
 * is young where that is asked for. */
static bool reply_overview(struct monitoring *m, bool young, struct reply *reply) {
    struct buffer out = {0};
    pthread_mutex_lock(&m->lock);
    bool good = m->text != NULL && (!young || clock_monotonic() - m->read_at < YOUNG_SECONDS);
    if (good) {
        buffer_bytes(&out, m->text, m->size);
        buffer_string(&out, "\n");
    }
    pthread_mutex_unlock(&m->lock);
    if (good) {
        reply_buffer(reply, 200, REPLY_JSON, &out);
        reply_header_static(reply, "Cache-Control", "no-cache");
    }
    return good;
}

static void refuse(const struct request *request, struct reply *reply) {
    problem_reply_one(reply, 503, request->id, "service", NULL, "not_read", "could not read the volume");
    reply_header_static(reply, "Retry-After", "5");
}

static void release(struct request *request) {
    free(request->ticket);
}

void monitoring_data(struct worker *worker, struct request *request, struct reply *reply) {
    struct monitoring *m = worker->service->monitoring;
    if (request->ticket != NULL) {
        if (!reply_overview(m, false, reply))
            refuse(request, reply);
        return;
    }
    if (m != NULL && reply_overview(m, true, reply))
        return;
    struct monitoring_ticket *ticket = m != NULL ? malloc(sizeof *ticket) : NULL;
    if (ticket == NULL) {
        refuse(request, reply);
        return;
    }
    *ticket = (struct monitoring_ticket){.monitoring = m, .waker = request->waker};
    request->ticket = ticket;
    request->release = release;
    reply->later = wait_for_overview;
}

void monitoring_page(struct worker *worker, struct request *request, struct reply *reply) {
    (void)worker;
    (void)request;
    pages_show(reply, monitoring_html, sizeof monitoring_html - 1);
}
