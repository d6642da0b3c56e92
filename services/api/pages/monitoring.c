/* monitoring.c - makes and caches the monitoring snapshot. */
#include "services/api/pages/monitoring.h"

#include <stdlib.h>

#include "services/api/pages/monitoring_snapshot.h"
#include "services/api/pages/pages.h"
#include "services/common/util/unix_time.h"

static const double young_for = 5; /* s */

static const char monitoring_html[] =
#include "monitoring.html.h"
    ;

/* The ticket of a request that waits for a snapshot. */
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

/* Wake all waiting requests. After that their tickets belong to the requests again. */
static void wake_all(const struct monitoring *m, struct monitoring_ticket *waiting) {
    for (struct monitoring_ticket *t = waiting, *next; t != NULL; t = next) {
        next = t->next;
        m->wake(t->waker);
    }
}

static void *read_snapshot(void *argument) {
    struct monitoring *m = argument;
    size_t size;
    char *text = monitoring_snapshot_read(m->data, &size);
    pthread_mutex_lock(&m->lock);
    if (text != NULL) {
        free(m->text);
        m->text = text;
        m->size = size;
        m->read_at = monotonic_seconds();
    }
    struct monitoring_ticket *waiting = m->waiting;
    m->waiting = NULL;
    m->reading = false;
    pthread_mutex_unlock(&m->lock);
    wake_all(m, waiting);
    return NULL;
}

/* ---- the loops' side ---- */

/* Called with the lock held. If no thread can be started, the waiting requests get the old snapshot. */
static bool start_reading(struct monitoring *m) {
    if (m->reading)
        return true;
    if (m->joinable)
        pthread_join(m->thread, NULL); /* it has released the lock for the last time and is about to end */
    m->reading = m->joinable = pthread_create(&m->thread, NULL, read_snapshot, m) == 0;
    return m->reading;
}

/* The request is already asleep. */
static void wait_for_snapshot(struct request *request) {
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

/*
 * Reply with a copy of the snapshot, because a newer one may replace it while this one is sent. False if there is no
 * snapshot, or if it must be fresh and is too old.
 */
static bool respond_snapshot(struct monitoring *m, bool young, struct response *response) {
    struct strbuf out = {0};
    pthread_mutex_lock(&m->lock);
    bool good = m->text != NULL && (!young || monotonic_seconds() - m->read_at < young_for);
    if (good) {
        strbuf_append(&out, m->text, m->size);
        strbuf_puts(&out, "\n");
    }
    pthread_mutex_unlock(&m->lock);
    if (good) {
        response_from_strbuf(response, 200, RESPONSE_JSON, &out);
        response_header_static(response, "Cache-Control", "no-cache");
    }
    return good;
}

static void reject(const struct request *request, struct response *response) {
    problem_respond_one(response, 503, request->id, "service", NULL, "not_read",
                        "the volume could not be read, retry later");
    response_header_static(response, "Retry-After", "5");
}

static void release(struct request *request) {
    free(request->ticket);
}

void monitoring_data(struct thread_context *context, struct request *request, struct response *response) {
    struct monitoring *m = context->app->monitoring;
    if (request->ticket != NULL) {
        if (!respond_snapshot(m, false, response))
            reject(request, response);
        return;
    }
    if (m != NULL && respond_snapshot(m, true, response))
        return;
    struct monitoring_ticket *ticket = m != NULL ? malloc(sizeof *ticket) : NULL;
    if (ticket == NULL) {
        reject(request, response);
        return;
    }
    *ticket = (struct monitoring_ticket){.monitoring = m, .waker = request->waker};
    request->ticket = ticket;
    request->release = release;
    response->later = wait_for_snapshot;
}

void monitoring_page(struct thread_context *context, struct request *request, struct response *response) {
    (void)context;
    (void)request;
    pages_respond(response, monitoring_html, sizeof monitoring_html - 1);
}
