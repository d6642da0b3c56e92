/* append.c - appends, fsyncs, and cuts away what a crash or a full disk left half written. */
#include "services/common/append.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- torn ends ---- */

/* Where the line that ends before `end` begins, and whether it has a zero byte; -1 and errno. */
static off_t begin_of_line(int file, off_t end, bool *has_zero) {
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

off_t append_whole_lines(int file) {
    struct stat about;
    bool has_zero;
    if (fstat(file, &about) != 0)
        return -1;
    off_t end = begin_of_line(file, about.st_size, &has_zero); /* of what no newline ends: as a rule, nothing */
    while (end > 0) {
        off_t begin = begin_of_line(file, end - 1, &has_zero);
        if (begin < 0)
            return -1;
        if (!has_zero)
            return end;
        end = begin;
    }
    return end;
}

static bool cut_torn_end(int file) {
    struct stat about;
    off_t whole = append_whole_lines(file);
    return whole >= 0 && fstat(file, &about) == 0 && (whole == about.st_size || ftruncate(file, whole) == 0);
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

void append_close(struct append *append) {
    if (append->file >= 0)
        close(append->file);
    append->file = -1;
}

bool append_is_at(int file, const char *path) {
    struct stat ours, named;
    return fstat(file, &ours) == 0 && stat(path, &named) == 0 && ours.st_dev == named.st_dev &&
           ours.st_ino == named.st_ino;
}

static bool is_open(const struct append *append, const char *path) {
    return append->file >= 0 && strcmp(append->path, path) == 0 && append_is_at(append->file, path);
}

static bool open_file(struct append *append, const char *path, struct file_error *err) {
    append_close(append);
    if (!publish_path(append->path, err, "%s", path) || !publish_make_folder_of(path, err))
        return false;
    append->file = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, append->for_all ? 0644 : 0640);
    if (append->file < 0 || !cut_torn_end(append->file)) {
        file_error_set(err, "append to", path);
        return false;
    }
    return publish_sync_folder_of(path, err);
}

bool append_lines(struct append *append, const char *path, const void *lines, size_t size, struct file_error *err) {
    if (!is_open(append, path) && !open_file(append, path, err)) {
        append_close(append);
        return false;
    }
    off_t before = lseek(append->file, 0, SEEK_END);
    if (before >= 0 && write_all(append->file, lines, size) && fdatasync(append->file) == 0)
        return true;
    file_error_set(err, "append to", path);
    if (before >= 0 && ftruncate(append->file, before) != 0) {
        /* what is torn is cut when the file is opened again; whole lines may then be there unasked */
    }
    append_close(append);
    return false;
}

bool append_once(const char *path, const void *lines, size_t size, struct file_error *err) {
    struct append append = {.file = -1};
    bool done = append_lines(&append, path, lines, size, err);
    append_close(&append);
    return done;
}
