/* notice.c - inotify on raw/ and raw/inbox/. */
#include "services/pipeline/notice.h"

#include <sys/inotify.h>
#include <unistd.h>

#include "services/common/publish.h"
#include "services/common/volume.h"

int notice_open(void) {
    return inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
}

void notice_close(int notice) {
    if (notice >= 0)
        close(notice);
}

void notice_renew(int notice, const char *data) {
    static const char *const folders[] = {VOLUME_RAW, VOLUME_INBOX};
    char events[4096], path[PATH_MAX];
    if (notice < 0)
        return;
    while (read(notice, events, sizeof events) > 0)
        continue; /* that there was one is enough: arrivals_fingerprint says what it comes to */
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
        if (publish_path(path, NULL, "%s/%s", data, folders[i]))
            inotify_add_watch(notice, path,
                              IN_MODIFY | IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_DELETE | IN_ONLYDIR);
}
