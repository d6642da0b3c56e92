/*
 * log_writer.h - lines from the loops into a file a day, or to stdout, by a thread: no request waits for a disk.
 *
 * Each loop puts lines into a ring; the writer empties them into <folder>/<instance>-<day>.ndjson, which is
 * made anew where somebody took it away, and makes them durable once a second.  Where the disk cannot follow,
 * a ring fills up and lines are dropped and counted; while it refuses to write at all, what waits is kept and
 * tried again.
 */
#ifndef API_LOG_WRITER_H
#define API_LOG_WRITER_H

#include <limits.h>
#include <pthread.h>

#include "services/api/io/spsc_ring.h"

struct log_writer {
    const char *folder, *instance; /* borrowed; folder NULL: to stdout */
    size_t loops;
    struct spsc_ring *ring; /* [loops] */
    int wake;               /* an eventfd: much waits, or it is over */
    _Atomic bool stopping;
    pthread_t thread;
    /* of the writer alone */
    char path[PATH_MAX]; /* of the open file */
    int file;            /* -1: none */
    size_t partial_ring; /* the ring whose line is half written; loops: none */
    bool unsynced;
    /* of the writer, read by anyone */
    _Atomic bool failing;     /* the disk refuses to write */
    _Atomic uint64_t written; /* bytes */
};

/* Start the writer (folder NULL: to stdout); false where memory, descriptors or threads are short. */
bool log_writer_open(struct log_writer *writer, const char *folder, const char *instance, size_t loops);

/* A line, with its newline, from a loop's thread. */
void log_writer_put(struct log_writer *writer, size_t loop, const char *line, size_t size);

/* From a loop's thread: whether half of its ring waits, of which the writer has been told.  Who can wait should; not
 * for a disk that refuses to write, though: nobody knows when that ends. */
bool log_writer_is_behind(const struct log_writer *writer, size_t loop);

uint64_t log_writer_dropped(const struct log_writer *writer);
uint64_t log_writer_waiting(const struct log_writer *writer); /* bytes */

/* Write what waits, make it durable and stop. */
void log_writer_close(struct log_writer *writer);

#endif
