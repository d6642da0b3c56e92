/* inbox.c - appends lines to this program's files of raw/inbox. */
#include "services/sync/inbox.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "services/common/volume.h"

/* The length of a file up to and with its last line end; -1 and errno where it cannot be read. */
static off_t whole_lines(int fd, off_t size) {
    char block[4096];
    while (size > 0) {
        off_t from = size > (off_t)sizeof block ? size - (off_t)sizeof block : 0;
        ssize_t n = pread(fd, block, (size_t)(size - from), from);
        if (n != (ssize_t)(size - from))
            return -1;
        for (ssize_t i = n; i > 0; i--)
            if (block[i - 1] == '\n')
                return from + i;
        size = from;
    }
    return 0;
}

static bool cut_torn_line(const char *path, struct file_error *err) {
    int fd = open(path, O_RDWR | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT)
        return true;
    struct stat about;
    off_t whole = fd >= 0 && fstat(fd, &about) == 0 ? whole_lines(fd, about.st_size) : -1;
    bool done = whole >= 0 && (whole == about.st_size || ftruncate(fd, whole) == 0);
    if (!done)
        file_error_set(err, "mend", path);
    if (fd >= 0)
        close(fd);
    return done;
}

bool inbox_append(const char *data, const char *name, moment at, const char *lines, size_t size,
                  struct file_error *err) {
    char path[PATH_MAX], day[CLOCK_TEXT];
    sigset_t termination, before;
    clock_format_day(at, day);
    if (!publish_path(path, err, "%s/" VOLUME_INBOX "/%s-%s.ndjson", data, name, day))
        return false;
    sigemptyset(&termination);
    sigaddset(&termination, SIGTERM);
    sigprocmask(SIG_BLOCK, &termination, &before);
    bool done = cut_torn_line(path, err) && publish_append(path, lines, size, err);
    if (!done)
        cut_torn_line(path, NULL); /* after a full disk; should that fail too, the next run does it */
    sigprocmask(SIG_SETMASK, &before, NULL);
    return done;
}
