/* record_sink.h - the one way from a source to raw/: records are gathered, appended durably, and only then the cursor
 * moves.
 */
#ifndef SYNC_RECORD_SINK_H
#define SYNC_RECORD_SINK_H

#include "services/common/util/strbuf.h"
#include "services/common/util/unix_time.h"
#include "services/sync/cursor.h"

struct record_sink {
    const char *data;     /* folder of the volume, borrowed */
    const char *inbox;    /* "<source>-<instance>", borrowed */
    unix_time at;         /* of this run */
    struct cursor cursor; /* the source changes cursor.state before it commits */
    struct strbuf lines;  /* gathered */
    struct {
        long long pages;
        long long records, appended, duplicates; /* records = appended + known + skipped */
        json_t *skipped;                         /* {reason: count}, or NULL */
    } counts;
};

enum record_sink_dedup {
    RECORD_SINK_ALWAYS_APPEND, /* will hardly come again: always appended */
    RECORD_SINK_DEDUP          /* by its content: appended unless it was before */
};

/* One record, {"received_at":...,"body":body} in the inbox; body is only read.  False and err: out of memory. */
MUST_CHECK bool record_sink_add(struct record_sink *sink, const json_t *body, enum record_sink_dedup dedup,
                                struct error *err);

/* Whether this was met before; remembered from now on.  For sources that know a record before they have read it. */
bool record_sink_is_duplicate(struct record_sink *sink, uint64_t hash);

/* A record that cannot be taken, and why. */
void record_sink_skip(struct record_sink *sink, const char *reason);

/* Append what was gathered, then save the cursor. */
MUST_CHECK bool record_sink_commit(struct record_sink *sink, struct error *err);

json_t *record_sink_counts(const struct record_sink *sink);
void record_sink_done(struct record_sink *sink); /* fine on zeroes */

#endif
