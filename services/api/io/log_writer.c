/* log_writer.c - a thread that writes the loops' log lines into one file per day. */
#include "services/api/io/log_writer.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "services/common/store/append_log.h"
#include "services/common/store/atomic_file.h"
#include "services/common/store/paths.h"
#include "services/common/util/unix_time.h"
#include "services/common/worker/log.h"

enum { RING_BYTES = 1 << 18, PAUSE_MS = 50, FINAL_TRIES = 20 };
static const double sync_every = 1; /* s */

/* ---- the file ---- */

static bool fail(struct log_writer *writer, const struct error *err) {
    if (!writer->failing)
        log_event(LOG_ERROR, "log write failed", "%s", err->text);
    writer->failing = true;
    return false;
}

static void close_file(struct log_writer *writer) {
    if (writer->file >= 0) {
        fdatasync(writer->file);
        close(writer->file);
    }
    writer->file = -1;
}

/* A line that a killed process left incomplete must not join our first line. */
static bool end_partial_line(int file) {
    char last = '\n';
    off_t size = lseek(file, 0, SEEK_END);
    return size <= 0 || pread(file, &last, 1, size - 1) != 1 || last == '\n' || write(file, "\n", 1) == 1;
}

static bool open_stdout(struct log_writer *writer, struct error *err) {
    snprintf(writer->name, sizeof writer->name, "stdout");
    writer->file = dup(STDOUT_FILENO);
    return writer->file >= 0 || volume_error(&writer->volume, err, "write to", writer->name);
}

static bool open_file(struct log_writer *writer, const char name[VOLUME_NAME], struct error *err) {
    const struct volume *volume = &writer->volume;
    if (!folder_create_volume(&writer->volume, err) || !folder_create_parent_at(volume, name, err))
        return false;
    writer->file = volume_open_file(volume, name, O_RDWR | O_APPEND | O_CREAT);
    if (writer->file < 0 || !end_partial_line(writer->file))
        return volume_error(volume, err, "open", name);
    if (!folder_sync_parent_at(volume, name, err))
        return false;
    memcpy(writer->name, name, sizeof writer->name);
    return true;
}

static bool is_open(const struct log_writer *writer, const char *name) {
    return writer->file >= 0 && strcmp(name, writer->name) == 0 && volume_is_at_its_path(&writer->volume) &&
           append_log_is_at(writer->file, &writer->volume, name);
}

/* Make sure that the file of the day is open. While a line is half written, the file of the day before stays open. */
static bool open_today(struct log_writer *writer, struct error *err) {
    char name[VOLUME_NAME], day[UNIX_TIME_TEXT];
    if (writer->file >= 0 && (writer->partial_ring < writer->loops || writer->to_stdout))
        return true;
    if (writer->to_stdout)
        return open_stdout(writer, err);
    unix_time_format_day((unix_time)time(NULL), day);
    snprintf(name, sizeof name, VOLUME_PREDICTIONS "/%s-%s.ndjson", writer->instance, day);
    if (is_open(writer, name))
        return true;
    close_file(writer);
    return open_file(writer, name, err);
}

/* ---- the writer ---- */

static bool ends_line(const struct iovec *piece, int pieces, size_t size) {
    size_t first = piece[0].iov_len;
    return size <= first ? ((const char *)piece[0].iov_base)[size - 1] == '\n'
                         : pieces > 1 && ((const char *)piece[1].iov_base)[size - first - 1] == '\n';
}

/* Empty one ring; false if not everything could be written. */
static bool write_ring(struct log_writer *writer, size_t loop) {
    struct iovec piece[2];
    struct error err;
    int pieces;
    while ((pieces = spsc_ring_peek(&writer->ring[loop], piece)) > 0) {
        if (!open_today(writer, &err))
            return fail(writer, &err);
        ssize_t n = writev(writer->file, piece, pieces);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            volume_error(&writer->volume, &err, "write", writer->name);
            return fail(writer, &err);
        }
        writer->partial_ring = ends_line(piece, pieces, (size_t)n) ? writer->loops : loop;
        writer->unsynced = true;
        atomic_fetch_add_explicit(&writer->written, (uint64_t)n, memory_order_relaxed);
        spsc_ring_consume(&writer->ring[loop], (size_t)n);
    }
    return true;
}

static void log_recovery(const struct log_writer *writer) {
    char path[PATH_MAX];
    log_event(LOG_INFO, "log write recovered", "%s", volume_path(&writer->volume, writer->name, path));
}

/* Empty all rings, first the one whose line is half written. */
static bool write_all(struct log_writer *writer) {
    bool good = writer->partial_ring == writer->loops || write_ring(writer, writer->partial_ring);
    for (size_t i = 0; i < writer->loops && good; i++)
        good = write_ring(writer, i);
    if (good && writer->failing)
        log_recovery(writer);
    writer->failing = writer->failing && !good;
    return good;
}

static void *run(void *argument) {
    struct log_writer *writer = argument;
    struct pollfd wake = {.fd = writer->wake, .events = POLLIN};
    double synced = monotonic_seconds();
    int tries = 0;
    for (bool stopping = false; !stopping || (!write_all(writer) && ++tries < FINAL_TRIES);) {
        if (poll(&wake, 1, PAUSE_MS) > 0)
            eventfd_read(writer->wake, &(eventfd_t){0});
        stopping = atomic_load(&writer->stopping);
        write_all(writer);
        if (writer->unsynced && monotonic_seconds() >= synced + sync_every) {
            fdatasync(writer->file);
            synced = monotonic_seconds();
            writer->unsynced = false;
        }
    }
    close_file(writer);
    volume_close(&writer->volume);
    return NULL;
}

/* ---- the loops' side ---- */

bool log_writer_open(struct log_writer *writer, const char *data, const char *instance, size_t loops) {
    *writer = (struct log_writer){.to_stdout = data == NULL,
                                  .instance = instance,
                                  .loops = loops,
                                  .file = -1,
                                  .partial_ring = loops,
                                  .volume = {.fd = -1, .path = data != NULL ? data : ""}};
    writer->ring = aligned_alloc(_Alignof(struct spsc_ring), loops * sizeof *writer->ring);
    bool good = writer->ring != NULL;
    for (size_t i = 0; i < loops && good; i++)
        good = spsc_ring_open(&writer->ring[i], RING_BYTES);
    writer->wake = good ? eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK) : -1;
    return writer->wake >= 0 && pthread_create(&writer->thread, NULL, run, writer) == 0;
}

void log_writer_put(struct log_writer *writer, size_t loop, const char *line, size_t size) {
    struct spsc_ring *ring = &writer->ring[loop];
    size_t waiting = spsc_ring_put(ring, line, size);
    /* Wake the writer once, when the ring becomes half full. Otherwise it checks the rings by its timer. */
    if (waiting >= ring->capacity / 2 && waiting - size < ring->capacity / 2)
        eventfd_write(writer->wake, 1);
}

bool log_writer_is_behind(const struct log_writer *writer, size_t loop) {
    return spsc_ring_waiting(&writer->ring[loop]) >= writer->ring[loop].capacity / 2 && !atomic_load(&writer->failing);
}

uint64_t log_writer_dropped(const struct log_writer *writer) {
    uint64_t total = 0;
    for (size_t i = 0; i < writer->loops; i++)
        total += atomic_load_explicit(&writer->ring[i].dropped, memory_order_relaxed);
    return total;
}

uint64_t log_writer_waiting(const struct log_writer *writer) {
    uint64_t total = 0;
    for (size_t i = 0; i < writer->loops; i++)
        total += spsc_ring_waiting(&writer->ring[i]);
    return total;
}

void log_writer_close(struct log_writer *writer) {
    atomic_store(&writer->stopping, true);
    eventfd_write(writer->wake, 1);
    pthread_join(writer->thread, NULL);
    for (size_t i = 0; i < writer->loops; i++)
        spsc_ring_done(&writer->ring[i]);
    free(writer->ring);
    close(writer->wake);
}
