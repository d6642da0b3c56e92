/*
 * inbox.h - appending records to raw/inbox/<source>-<instance>-<day>.ndjson, one line each, as deliveries of webhooks
 * stand there.
 *
 * The file is this program's alone (its instance is its own, the stage's lock keeps a second run away), so a torn
 * last line can only be its own: what a crash cut off inside of.  Nobody was told of it, and the cursor had not
 * moved past it; the next append cuts it away, and the record comes again from its source.
 */
#ifndef SYNC_INBOX_H
#define SYNC_INBOX_H

#include "services/common/util/error.h"
#include "services/common/util/unix_time.h"

/* Append whole lines durably (append_log.h).  SIGTERM waits meanwhile.  name is "<source>-<instance>". */
MUST_CHECK bool inbox_append(const char *data, const char *name, unix_time at, const char *lines, size_t size,
                             struct error *err);

#endif
