/* journal.c - lines from the loops into a file a day, by a thread of its own. */
#include "services/api/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "services/common/append.h"
#include "services/common/clock.h"
#include "services/common/log.h"
#include "services/common/publish.h"

enum { RING_BYTES = 1 << 18, PAUSE_MS = 50, SYNC_SECONDS = 1, LAST_TRIES = 20 };

/* ---- the file ---- */

static bool fail(struct journal *journal, const char *doing, const char *path) {
    struct file_error err;
    file_error_set(&err, doing, path);
    if (!journal->failing)
        log_event(LOG_ERROR, "journal stalls", "%s", err.text);
    journal->failing = true;
    return false;
}

static void close_file(struct journal *journal) {
    if (journal->file >= 0) {
        fdatasync(journal->file);
        close(journal->file);
    }
    journal->file = -1;
}

/* What a killed writer left half written must not run into our first line. */
static bool end_torn_line(int file) {
    char last = '\n';
    off_t size = lseek(file, 0, SEEK_END);
    return size <= 0 || pread(file, &last, 1, size - 1) != 1 || last == '\n' || write(file, "\n", 1) == 1;
}

/* The file of the day is open; a half-written line keeps that of the day before. */
static bool open_today(struct journal *journal) {
    char path[PATH_MAX], day[CLOCK_TEXT];
    struct file_error err;
    if (journal->file >= 0 && (journal->torn < journal->loops || journal->folder == NULL))
        return true;
    if (journal->folder == NULL) {
        journal->file = dup(STDOUT_FILENO);
        return journal->file >= 0 || fail(journal, "write to", "stdout");
    }
    clock_format_day((moment)time(NULL), day);
    if (!publish_path(path, &err, "%s/%s-%s.ndjson", journal->folder, journal->instance, day))
        return fail(journal, "write", journal->folder);
    if (journal->file >= 0 && strcmp(path, journal->path) == 0 && append_is_at(journal->file, path))
        return true;
    close_file(journal);
    if (!publish_make_folder(journal->folder, &err))
        return fail(journal, "make", journal->folder);
    journal->file = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
    if (journal->file < 0 || !end_torn_line(journal->file) || !publish_sync_folder_of(path, &err))
        return fail(journal, "open", path);
    memcpy(journal->path, path, sizeof path);
    return true;
}

/* ---- the writer ---- */

static bool ends_line(const struct iovec *piece, int pieces, size_t size) {
    size_t first = piece[0].iov_len;
    return size <= first ? ((const char *)piece[0].iov_base)[size - 1] == '\n'
                         : pieces > 1 && ((const char *)piece[1].iov_base)[size - first - 1] == '\n';
}

/* Empty one ring; false where not all could be written. */
static bool write_ring(struct journal *journal, size_t loop) {
    struct iovec piece[2];
    int pieces;
    while ((pieces = ring_look(&journal->ring[loop], piece)) > 0) {
        if (!open_today(journal))
            return false;
        ssize_t n = writev(journal->file, piece, pieces);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return fail(journal, "write", journal->path);
        journal->torn = ends_line(piece, pieces, (size_t)n) ? journal->loops : loop;
        journal->unsynced = true;
        atomic_fetch_add_explicit(&journal->written, (uint64_t)n, memory_order_relaxed);
        ring_take(&journal->ring[loop], (size_t)n);
    }
    return true;
}

/* Empty all rings, first the one whose line is half in the file. */
static bool write_all(struct journal *journal) {
    bool good = journal->torn == journal->loops || write_ring(journal, journal->torn);
    for (size_t i = 0; i < journal->loops && good; i++)
        good = write_ring(journal, i);
    if (good && journal->failing)
        log_event(LOG_INFO, "journal writes again", "%s", journal->path);
    journal->failing = journal->failing && !good;
    return good;
}

static void *write_on(void *argument) {
    struct journal *journal = argument;
    struct pollfd wake = {.fd = journal->wake, .events = POLLIN};
    double synced = clock_monotonic();
    int tries = 0;
    for (bool over = false; !over || (!write_all(journal) && ++tries < LAST_TRIES);) {
        if (poll(&wake, 1, PAUSE_MS) > 0)
            eventfd_read(journal->wake, &(eventfd_t){0});
        over = atomic_load(&journal->over);
        write_all(journal);
        if (journal->unsynced && clock_monotonic() >= synced + SYNC_SECONDS) {
            fdatasync(journal->file);
            synced = clock_monotonic();
            journal->unsynced = false;
        }
    }
    close_file(journal);
    return NULL;
}

/* ---- the loops' side ---- */

bool journal_open(struct journal *journal, const char *folder, const char *instance, size_t loops) {
    *journal = (struct journal){.folder = folder, .instance = instance, .loops = loops, .file = -1, .torn = loops};
    journal->ring = aligned_alloc(_Alignof(struct ring), loops * sizeof *journal->ring);
    bool good = journal->ring != NULL;
    for (size_t i = 0; i < loops && good; i++)
        good = ring_open(&journal->ring[i], RING_BYTES);
    journal->wake = good ? eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK) : -1;
    return journal->wake >= 0 && pthread_create(&journal->thread, NULL, write_on, journal) == 0;
}

void journal_put(struct journal *journal, size_t loop, const char *line, size_t size) {
    struct ring *ring = &journal->ring[loop];
    size_t waiting = ring_put(ring, line, size);
    /* Once, when it passes the half: the writer looks by itself often enough otherwise. */
    if (waiting >= ring->room / 2 && waiting - size < ring->room / 2)
        eventfd_write(journal->wake, 1);
}

bool journal_is_behind(const struct journal *journal, size_t loop) {
    return ring_waiting(&journal->ring[loop]) >= journal->ring[loop].room / 2 && !atomic_load(&journal->failing);
}

uint64_t journal_dropped(const struct journal *journal) {
    uint64_t total = 0;
    for (size_t i = 0; i < journal->loops; i++)
        total += atomic_load_explicit(&journal->ring[i].dropped, memory_order_relaxed);
    return total;
}

uint64_t journal_waiting(const struct journal *journal) {
    uint64_t total = 0;
    for (size_t i = 0; i < journal->loops; i++)
        total += ring_waiting(&journal->ring[i]);
    return total;
}

void journal_close(struct journal *journal) {
    atomic_store(&journal->over, true);
    eventfd_write(journal->wake, 1);
    pthread_join(journal->thread, NULL);
    for (size_t i = 0; i < journal->loops; i++)
        ring_done(&journal->ring[i]);
    free(journal->ring);
    close(journal->wake);
}
