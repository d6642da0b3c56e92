/*
 * log_writer.h - a thread that writes the loops' log lines into one file per day or to stdout, so that no request
 * waits for a disk.
 *
 * Each loop puts lines into a ring.  The writer appends them to predictions/<instance>-<day>.ndjson, creates that file
 * again if it was removed, and syncs it once a second.  If the disk is too slow, a ring fills up, and further lines
 * are dropped and counted.  If writing fails, the waiting lines are kept and writing is retried.
 */
#ifndef API_LOG_WRITER_H
#define API_LOG_WRITER_H

#include <pthread.h>

#include "services/api/io/spsc_ring.h"
#include "services/common/store/volume.h"

struct log_writer {
    bool to_stdout;
    const char *instance; /* borrowed */
    size_t loops;
    struct spsc_ring *ring; /* [loops] */
    int wake;               /* an eventfd: a ring is half full, or the writer must stop */
    _Atomic bool stopping;
    pthread_t thread;
    /* used only by the writer */
    struct volume volume;
    char name[VOLUME_NAME]; /* of the open file */
    int file;               /* -1: none */
    size_t partial_ring;    /* the ring whose line is half written; == loops: none */
    bool unsynced;
    /* written by the writer, read by any thread */
    _Atomic bool failing;     /* writing fails */
    _Atomic uint64_t written; /* bytes */
};

/* Start the writer of this data folder (NULL: to stdout), which is borrowed. False without memory, file descriptors or
 * threads. */
bool log_writer_open(struct log_writer *writer, const char *data, const char *instance, size_t loops);

/* Write a line with its newline; called by the loop's thread. */
void log_writer_put(struct log_writer *writer, size_t loop, const char *line, size_t size);

/*
 * Whether half of a loop's ring is waiting to be written; called by that loop's thread.  Callers that can wait should
 * do so.  False while writing fails, because nobody knows how long that lasts.
 */
bool log_writer_is_behind(const struct log_writer *writer, size_t loop);

uint64_t log_writer_dropped(const struct log_writer *writer);
uint64_t log_writer_waiting(const struct log_writer *writer); /* bytes */

/* Write the waiting lines, sync them and stop. */
void log_writer_close(struct log_writer *writer);

#endif
