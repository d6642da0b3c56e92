/* inotify_watch.h - notices changes in raw/ at once where the system reports them; polling (raw_fingerprint.h) finds
 * them everywhere. */
#ifndef PIPELINE_INOTIFY_WATCH_H
#define PIPELINE_INOTIFY_WATCH_H

/* A descriptor that is readable once something in raw/ or raw/inbox/ has changed; -1 if the system has no inotify. */
int inotify_watch_open(void);
void inotify_watch_close(int inotify); /* fine on -1 */

/* Read the pending events, and watch the folders that exist now; they may have been created or removed. */
void inotify_watch_renew(int inotify, const char *data);

#endif
