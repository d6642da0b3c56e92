/*
 * inbox.h - appends records to raw/inbox/<source>-<instance>-<day>.ndjson, one line each, in the form in which
 * webhook deliveries are stored.
 *
 * Only this program writes the file: its instance name is its own, and the stage's lock excludes a second run.  So an
 * incomplete last line is the rest of a crash of this program.  The cursor had not moved past that record: the next
 * append cuts the line off, and the record is fetched again.
 */
#ifndef SYNC_INBOX_H
#define SYNC_INBOX_H

#include "services/common/store/volume.h"
#include "services/common/util/unix_time.h"

/* Append complete lines durably (append_log.h); SIGTERM is delayed meanwhile.  name is "<source>-<instance>". */
MUST_CHECK bool inbox_append(const struct volume *volume, const char *name, unix_time at, const char *lines,
                             size_t size, struct error *err);

#endif
