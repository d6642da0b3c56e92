/* inbox.c - appends lines to this program's files of raw/inbox. */
#include "services/sync/inbox.h"

#include <signal.h>

#include "services/common/store/append_log.h"
#include "services/common/store/paths.h"

bool inbox_append(const struct volume *volume, const char *name, unix_time at, const char *lines, size_t size,
                  struct error *err) {
    char file[VOLUME_NAME], day[UNIX_TIME_TEXT];
    sigset_t termination, before;
    unix_time_format_day(at, day);
    snprintf(file, sizeof file, VOLUME_INBOX "/%s-%s.ndjson", name, day);
    sigemptyset(&termination);
    sigaddset(&termination, SIGTERM);
    sigprocmask(SIG_BLOCK, &termination, &before);
    bool done = append_log_write_once_at(volume, file, lines, size, err);
    sigprocmask(SIG_SETMASK, &before, NULL);
    return done;
}
