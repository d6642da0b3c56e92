/*
 * append_log.h - whole lines at the end of a file that has one writer, durable before anyone is told.
 *
 * A crash may leave the end torn: half a line, or a line's length with zero bytes in place of its text.  Nobody was
 * told of such a line; it is cut away when the file is next opened, so that it runs into no other.  (Where several
 * lines were written at once, whole ones may stand behind a damaged one, which then stays; readers must refuse it by
 * itself.)
 */
#ifndef COMMON_APPEND_LOG_H
#define COMMON_APPEND_LOG_H

#include <sys/types.h>

#include "services/common/store/volume.h"
#include "services/common/util/error.h"

/* A file between two appends. Begin with {.file = -1}. */
struct append_log {
    int file;            /* -1: none */
    bool world_readable; /* a file that is made may be read by everybody: it has nothing personal */
    char name[PATH_MAX];
};

/* Append to the file of this name, which stays open for the next call; another name, or another file under it, is
 * opened instead.  On failure the lines are taken back; where not even that can be done, whole ones may stay. */
MUST_CHECK bool append_log_write_at(struct append_log *log, const struct volume *volume, const char *name,
                                    const void *lines, size_t size, struct error *err);
void append_log_close(struct append_log *log);

/* One append, to a file of personal data: one that is made is for its user and group alone (0640). */
MUST_CHECK bool append_log_write_once_at(const struct volume *volume, const char *name, const void *lines, size_t size,
                                         struct error *err);

/* The same by path, for programs that do not hold a volume open. */
MUST_CHECK bool append_log_write(struct append_log *log, const char *path, const void *lines, size_t size,
                                 struct error *err);
MUST_CHECK bool append_log_write_once(const char *path, const void *lines, size_t size, struct error *err);

/* Whether an open file is still the one of that name: somebody may have moved it away. */
bool append_log_is_at(int file, const struct volume *volume, const char *name);

/* The length of a file without a torn end; -1 and errno where it cannot be read. */
off_t append_log_whole_size(int file);

#endif
