/* webhook_store.c - writes webhook deliveries to disk before they are acknowledged. */
#include "services/api/webhooks/webhook_store.h"

#include <stdio.h>
#include <time.h>

#include "services/common/store/atomic_file.h"
#include "services/common/store/paths.h"
#include "services/common/util/strbuf.h"
#include "services/common/util/unix_time.h"
#include "services/common/worker/log.h"

static const struct timespec group_commit_delay = {.tv_nsec = 2000000};

/* ---- the thread ---- */

static bool append_deliveries(struct webhook_store *store, enum etl_source_id source, const struct strbuf *lines,
                              struct error *err) {
    char name[VOLUME_NAME], day[UNIX_TIME_TEXT];
    unix_time_format_day((unix_time)time(NULL), day);
    snprintf(name, sizeof name, VOLUME_INBOX "/%s-%s-%s.ndjson", etl_sources[source].name, store->instance, day);
    return folder_create_volume(&store->volume, err) &&
           append_log_write_at(&store->file[source], &store->volume, name, lines->at, lines->size, err);
}

/* Write all tickets of one source with one fsync. Returns the result. */
static enum webhook_store_state commit(struct webhook_store *store, enum etl_source_id source,
                                       const struct webhook_store_ticket *tickets) {
    struct strbuf lines = {0};
    struct error err = {.text = "out of memory"};
    for (const struct webhook_store_ticket *t = tickets; t != NULL; t = t->next)
        if (t->source == source)
            strbuf_append(&lines, t->line, t->size);
    if (strbuf_ok(&lines) && lines.size == 0)
        return WEBHOOK_STORE_STORED;
    bool good = strbuf_ok(&lines) && append_deliveries(store, source, &lines, &err);
    if (!good && !store->failing[source])
        log_event(LOG_ERROR, "webhook store failed", "%s", err.text);
    else if (good && store->failing[source])
        log_event(LOG_INFO, "webhook store recovered", "%s", etl_sources[source].name);
    store->failing[source] = !good;
    strbuf_done(&lines);
    return good ? WEBHOOK_STORE_STORED : WEBHOOK_STORE_FAILED;
}

/* Report the result to every request. After that its ticket belongs to the request again. */
static void complete_tickets(struct webhook_store *store, struct webhook_store_ticket *tickets,
                             const enum webhook_store_state state[ETL_SOURCE_COUNT]) {
    for (struct webhook_store_ticket *t = tickets, *next; t != NULL; t = next) {
        void *waker = t->waker;
        next = t->next;
        atomic_fetch_add(
            state[t->source] == WEBHOOK_STORE_STORED ? &store->stored[t->source] : &store->failed[t->source], 1);
        atomic_store(&t->state, state[t->source]);
        store->wake(waker);
    }
}

/*
 * Wait for tickets and take all of them; NULL when the store stops.  If tickets arrived during the last write, more
 * will follow soon: a short pause halves the number of fsyncs.  A single delivery does not wait.
 */
static struct webhook_store_ticket *take_waiting(struct webhook_store *store) {
    pthread_mutex_lock(&store->lock);
    if (store->first != NULL) {
        pthread_mutex_unlock(&store->lock);
        nanosleep(&group_commit_delay, NULL);
        pthread_mutex_lock(&store->lock);
    }
    while (store->first == NULL && !store->stopping)
        pthread_cond_wait(&store->arrived, &store->lock);
    struct webhook_store_ticket *tickets = store->first;
    store->first = NULL;
    store->last = &store->first;
    pthread_mutex_unlock(&store->lock);
    return tickets;
}

static void *run(void *argument) {
    struct webhook_store *store = argument;
    for (struct webhook_store_ticket *tickets; (tickets = take_waiting(store)) != NULL;) {
        enum webhook_store_state state[ETL_SOURCE_COUNT];
        for (int source = 0; source < ETL_SOURCE_COUNT; source++)
            state[source] = commit(store, (enum etl_source_id)source, tickets);
        complete_tickets(store, tickets, state);
    }
    for (int source = 0; source < ETL_SOURCE_COUNT; source++)
        append_log_close(&store->file[source]);
    volume_close(&store->volume);
    return NULL;
}

/* ---- the loops' side ---- */

bool webhook_store_open(struct webhook_store *store, const char *data, const char *instance,
                        void (*wake)(void *waker)) {
    *store = (struct webhook_store){.instance = instance, .wake = wake, .volume = {.fd = -1, .path = data}};
    for (int source = 0; source < ETL_SOURCE_COUNT; source++)
        store->file[source].file = -1;
    store->last = &store->first;
    pthread_mutex_init(&store->lock, NULL);
    pthread_cond_init(&store->arrived, NULL);
    return pthread_create(&store->thread, NULL, run, store) == 0;
}

void webhook_store_submit(struct webhook_store *store, struct webhook_store_ticket *ticket) {
    ticket->next = NULL;
    atomic_store(&ticket->state, WEBHOOK_STORE_WAITING);
    pthread_mutex_lock(&store->lock);
    *store->last = ticket;
    store->last = &ticket->next;
    pthread_cond_signal(&store->arrived);
    pthread_mutex_unlock(&store->lock);
}

void webhook_store_close(struct webhook_store *store) {
    pthread_mutex_lock(&store->lock);
    store->stopping = true;
    pthread_cond_signal(&store->arrived);
    pthread_mutex_unlock(&store->lock);
    pthread_join(store->thread, NULL);
    pthread_cond_destroy(&store->arrived);
    pthread_mutex_destroy(&store->lock);
}
