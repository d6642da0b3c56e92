/* inotify_watch.h - hears of changes in raw/ at once, where the system tells; polling finds them anyway
 * (raw_fingerprint.h). */
#ifndef PIPELINE_INOTIFY_WATCH_H
#define PIPELINE_INOTIFY_WATCH_H

/* A descriptor that is readable once something in raw/ or raw/inbox/ has changed; -1 where the system has none. */
int inotify_watch_open(void);
void inotify_watch_close(int inotify); /* fine on -1 */

/* Take in what came, and listen to the folders as they are now; they may have come or gone. */
void inotify_watch_renew(int inotify, const char *data);

#endif
