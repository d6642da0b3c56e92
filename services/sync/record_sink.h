/* record_sink.h - writes the records of every source to raw/: collected, appended durably, and only then the cursor
 * moves.
 */
#ifndef SYNC_RECORD_SINK_H
#define SYNC_RECORD_SINK_H

#include "services/common/util/strbuf.h"
#include "services/common/util/unix_time.h"
#include "services/sync/cursor.h"

struct record_sink {
    const struct volume *volume; /* borrowed */
    const char *inbox;           /* "<source>-<instance>", borrowed */
    unix_time at;                /* of this run */
    struct cursor cursor;        /* the source changes cursor.state before it commits */
    struct strbuf lines;         /* collected, not yet appended */
    struct {
        long long pages;
        long long records, appended, duplicates; /* records = appended + known + skipped */
        json_t *skipped;                         /* {reason: count}, or NULL */
    } counts;
};

enum record_sink_dedup {
    RECORD_SINK_ALWAYS_APPEND, /* unlikely to be delivered again: always appended */
    RECORD_SINK_DEDUP          /* appended unless a record with the same content was */
};

/* One record, {"received_at":...,"body":body} in the inbox; body is only read.  False and err: out of memory. */
MUST_CHECK bool record_sink_add(struct record_sink *sink, const json_t *body, enum record_sink_dedup dedup,
                                struct error *err);

/* Whether the hash was seen before; it is remembered from now on.  For sources that skip a record before parsing it. */
bool record_sink_is_duplicate(struct record_sink *sink, uint64_t hash);

/* Count a record that cannot be used, by reason. */
void record_sink_skip(struct record_sink *sink, const char *reason);

/* Append the collected records, then save the cursor. */
MUST_CHECK bool record_sink_commit(struct record_sink *sink, struct error *err);

json_t *record_sink_counts(const struct record_sink *sink);
void record_sink_done(struct record_sink *sink); /* fine on zeroes */

#endif
