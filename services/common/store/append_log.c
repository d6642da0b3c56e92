/* append_log.c - appends lines, fsyncs, and removes incomplete lines after a crash or a full disk. */
#include "services/common/store/append_log.h"

#include "services/common/store/atomic_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- torn ends ---- */

/* Where the line that ends before `end` begins, and whether it contains a zero byte; -1 and errno on failure. */
static off_t line_start(int file, off_t end, bool *has_zero) {
    char block[4096];
    *has_zero = false;
    while (end > 0) {
        off_t from = end > (off_t)sizeof block ? end - (off_t)sizeof block : 0;
        size_t size = (size_t)(end - from);
        if (pread(file, block, size, from) != (ssize_t)size)
            return -1;
        const char *newline = memrchr(block, '\n', size);
        size_t line = newline != NULL ? (size_t)(newline + 1 - block) : 0;
        *has_zero = *has_zero || memchr(block + line, '\0', size - line) != NULL;
        if (newline != NULL)
            return from + (off_t)line;
        end = from;
    }
    return 0;
}

off_t append_log_whole_size(int file) {
    struct stat about;
    bool has_zero;
    if (fstat(file, &about) != 0)
        return -1;
    off_t end = line_start(file, about.st_size, &has_zero); /* length of a part without a newline: usually 0 */
    while (end > 0) {
        off_t begin = line_start(file, end - 1, &has_zero);
        if (begin < 0)
            return -1;
        if (!has_zero)
            return end;
        end = begin;
    }
    return end;
}

static bool truncate_torn_end(int file) {
    struct stat about;
    off_t whole_size = append_log_whole_size(file);
    return whole_size >= 0 && fstat(file, &about) == 0 &&
           (whole_size == about.st_size || ftruncate(file, whole_size) == 0);
}

/* ---- appending ---- */

static bool write_all(int file, const char *at, size_t size) {
    while (size > 0) {
        ssize_t n = write(file, at, size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        at += n;
        size -= (size_t)n;
    }
    return true;
}

void append_log_close(struct append_log *log) {
    if (log->file >= 0)
        close(log->file);
    log->file = -1;
}

bool append_log_is_at(int file, const struct volume *volume, const char *name) {
    struct stat opened, named;
    return fstat(file, &opened) == 0 && volume_stat(volume, name, &named) && opened.st_dev == named.st_dev &&
           opened.st_ino == named.st_ino;
}

static bool is_open(const struct append_log *log, const struct volume *volume, const char *name) {
    return log->file >= 0 && strcmp(log->name, name) == 0 && append_log_is_at(log->file, volume, name);
}

static bool open_file(struct append_log *log, const struct volume *volume, const char *name, struct error *err) {
    append_log_close(log);
    if (!path_format(log->name, err, "%s", name) || !folder_create_parent_at(volume, name, err))
        return false;
    log->file = openat(volume->fd, name, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, log->world_readable ? 0644 : 0640);
    if (log->file < 0 || !truncate_torn_end(log->file))
        return volume_error(volume, err, "append to", name);
    return folder_sync_parent_at(volume, name, err);
}

bool append_log_write_at(struct append_log *log, const struct volume *volume, const char *name, const void *lines,
                         size_t size, struct error *err) {
    if (!is_open(log, volume, name) && !open_file(log, volume, name, err)) {
        append_log_close(log);
        return false;
    }
    off_t before = lseek(log->file, 0, SEEK_END);
    if (before >= 0 && write_all(log->file, lines, size) && fdatasync(log->file) == 0)
        return true;
    volume_error(volume, err, "append to", name);
    if (before >= 0 && ftruncate(log->file, before) != 0) {
        /* an incomplete line is removed when the file is opened again; complete lines may stay */
    }
    append_log_close(log);
    return false;
}

bool append_log_write_once_at(const struct volume *volume, const char *name, const void *lines, size_t size,
                              struct error *err) {
    struct append_log log = {.file = -1};
    bool done = append_log_write_at(&log, volume, name, lines, size, err);
    append_log_close(&log);
    return done;
}

/* ---- by path ---- */

bool append_log_write(struct append_log *log, const char *path, const void *lines, size_t size, struct error *err) {
    return append_log_write_at(log, &volume_none, path, lines, size, err);
}
