/* inotify_watch.c - inotify on raw/ and raw/inbox/. */
#include "services/pipeline/inotify_watch.h"

#include <sys/inotify.h>
#include <unistd.h>

#include "services/common/store/paths.h"
#include "services/common/util/path_format.h"

int inotify_watch_open(void) {
    return inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
}

void inotify_watch_close(int inotify) {
    if (inotify >= 0)
        close(inotify);
}

void inotify_watch_renew(int inotify, const char *data) {
    static const char *const folders[] = {VOLUME_RAW, VOLUME_INBOX};
    char events[4096], path[PATH_MAX];
    if (inotify < 0)
        return;
    while (read(inotify, events, sizeof events) > 0)
        continue; /* one event is enough: raw_fingerprint decides whether anything changed */
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
        if (path_format(path, NULL, "%s/%s", data, folders[i]))
            inotify_add_watch(inotify, path,
                              IN_MODIFY | IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_DELETE | IN_ONLYDIR);
}
