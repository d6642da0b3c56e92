/*
 * append_log.h - appends complete lines to a file with one writer, and syncs them before returning.
 *
 * A crash may leave a torn end: half a line, or zero bytes instead of a line's text.  Such a line was never
 * acknowledged.  It is removed when the file is next opened, so that it does not join the next line. (If several lines
 * were written at once, complete ones may follow a damaged one, which then stays; readers must reject it.)
 */
#ifndef COMMON_APPEND_LOG_H
#define COMMON_APPEND_LOG_H

#include <sys/types.h>

#include "services/common/store/volume.h"
#include "services/common/util/error.h"

/* A file between two appends. Begin with {.file = -1}. */
struct append_log {
    int file;            /* -1: none */
    bool world_readable; /* a new file may be read by everybody, because it contains nothing personal */
    char name[PATH_MAX];
};

/*
 * Append to the file of this name, which stays open for the next call; another name, or another file under it, is
 * opened instead.  On failure the lines are removed; if even that fails, complete lines may stay.
 */
MUST_CHECK bool append_log_write_at(struct append_log *log, const struct volume *volume, const char *name,
                                    const void *lines, size_t size, struct error *err);
void append_log_close(struct append_log *log);

/* One append to a file of personal data: a new file is readable only by its user and group (0640). */
MUST_CHECK bool append_log_write_once_at(const struct volume *volume, const char *name, const void *lines, size_t size,
                                         struct error *err);

/* The same by path, for programs without an open volume. */
MUST_CHECK bool append_log_write(struct append_log *log, const char *path, const void *lines, size_t size,
                                 struct error *err);

/* Whether an open file still has that name: somebody may have moved it. */
bool append_log_is_at(int file, const struct volume *volume, const char *name);

/* The length of a file without a torn end; -1 and errno if it cannot be read. */
off_t append_log_whole_size(int file);

#endif
