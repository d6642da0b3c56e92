/* inbox.c - deliveries of webhooks, durable before their senders are told so. */
#include "services/api/inbox.h"

#include <limits.h>
#include <time.h>

#include "services/api/buffer.h"
#include "services/common/clock.h"
#include "services/common/log.h"
#include "services/common/publish.h"
#include "services/common/volume.h"

static const struct timespec gathering = {.tv_nsec = 2000000};

const char *inbox_source_name(enum inbox_source source) {
    return source == INBOX_STRIPE ? "stripe" : "formspree";
}

/* ---- the thread ---- */

static bool append(struct inbox *inbox, enum inbox_source source, const struct buffer *lines, struct file_error *err) {
    char path[PATH_MAX], day[CLOCK_TEXT];
    clock_format_day((moment)time(NULL), day);
    return publish_path(path, err, "%s/" VOLUME_INBOX "/%s-%s-%s.ndjson", inbox->data, inbox_source_name(source),
                        inbox->instance, day) &&
           append_lines(&inbox->file[source], path, lines->at, lines->size, err);
}

/* All tickets of one source with one fsync; how it went. */
static enum inbox_state commit(struct inbox *inbox, enum inbox_source source, const struct inbox_ticket *tickets) {
    struct buffer lines = {0};
    struct file_error err = {.text = "out of memory"};
    for (const struct inbox_ticket *t = tickets; t != NULL; t = t->next)
        if (t->source == source)
            buffer_bytes(&lines, t->line, t->size);
    if (buffer_good(&lines) && lines.size == 0)
        return INBOX_STORED;
    bool good = buffer_good(&lines) && append(inbox, source, &lines, &err);
    if (!good && !inbox->failing[source])
        log_event(LOG_ERROR, "inbox fails", "%s", err.text);
    else if (good && inbox->failing[source])
        log_event(LOG_INFO, "inbox stores again", "%s", inbox_source_name(source));
    inbox->failing[source] = !good;
    buffer_done(&lines);
    return good ? INBOX_STORED : INBOX_FAILED;
}

/* Tell every request how it went; after that its ticket is no longer ours. */
static void decide(struct inbox *inbox, struct inbox_ticket *tickets, const enum inbox_state state[INBOX_SOURCES]) {
    for (struct inbox_ticket *t = tickets, *next; t != NULL; t = next) {
        void *waker = t->waker;
        next = t->next;
        atomic_fetch_add(state[t->source] == INBOX_STORED ? &inbox->stored[t->source] : &inbox->failed[t->source], 1);
        atomic_store(&t->state, state[t->source]);
        inbox->wake(waker);
    }
}

/* What waits, once something does; NULL once it is over.  Where it came while the last was written, more is under way:
 * a moment for it halves the fsyncs.  One that comes alone does not wait. */
static struct inbox_ticket *take(struct inbox *inbox) {
    pthread_mutex_lock(&inbox->lock);
    if (inbox->first != NULL) {
        pthread_mutex_unlock(&inbox->lock);
        nanosleep(&gathering, NULL);
        pthread_mutex_lock(&inbox->lock);
    }
    while (inbox->first == NULL && !inbox->over)
        pthread_cond_wait(&inbox->arrived, &inbox->lock);
    struct inbox_ticket *tickets = inbox->first;
    inbox->first = NULL;
    inbox->last = &inbox->first;
    pthread_mutex_unlock(&inbox->lock);
    return tickets;
}

static void *serve(void *argument) {
    struct inbox *inbox = argument;
    for (struct inbox_ticket *tickets; (tickets = take(inbox)) != NULL;) {
        enum inbox_state state[INBOX_SOURCES];
        for (int source = 0; source < INBOX_SOURCES; source++)
            state[source] = commit(inbox, (enum inbox_source)source, tickets);
        decide(inbox, tickets, state);
    }
    for (int source = 0; source < INBOX_SOURCES; source++)
        append_close(&inbox->file[source]);
    return NULL;
}

/* ---- the loops' side ---- */

bool inbox_open(struct inbox *inbox, const char *data, const char *instance, void (*wake)(void *waker)) {
    *inbox = (struct inbox){.data = data, .instance = instance, .wake = wake};
    for (int source = 0; source < INBOX_SOURCES; source++)
        inbox->file[source].file = -1;
    inbox->last = &inbox->first;
    pthread_mutex_init(&inbox->lock, NULL);
    pthread_cond_init(&inbox->arrived, NULL);
    return pthread_create(&inbox->thread, NULL, serve, inbox) == 0;
}

void inbox_submit(struct inbox *inbox, struct inbox_ticket *ticket) {
    ticket->next = NULL;
    atomic_store(&ticket->state, INBOX_WAITING);
    pthread_mutex_lock(&inbox->lock);
    *inbox->last = ticket;
    inbox->last = &ticket->next;
    pthread_cond_signal(&inbox->arrived);
    pthread_mutex_unlock(&inbox->lock);
}

void inbox_close(struct inbox *inbox) {
    pthread_mutex_lock(&inbox->lock);
    inbox->over = true;
    pthread_cond_signal(&inbox->arrived);
    pthread_mutex_unlock(&inbox->lock);
    pthread_join(inbox->thread, NULL);
    pthread_cond_destroy(&inbox->arrived);
    pthread_mutex_destroy(&inbox->lock);
}
