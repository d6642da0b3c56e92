/* intake.h - the one way from a source to raw/: records are gathered, appended durably, and only then the cursor moves.
 */
#ifndef SYNC_INTAKE_H
#define SYNC_INTAKE_H

#include "services/common/clock.h"
#include "services/sync/cursor.h"

struct intake {
    const char *data;     /* folder of the volume, borrowed */
    const char *inbox;    /* "<source>-<instance>", borrowed */
    moment at;            /* of this run */
    struct cursor cursor; /* the source changes cursor.state before it commits */
    char *lines;          /* gathered */
    size_t size, room;
    struct {
        long long pages;
        long long records, appended, known; /* records = appended + known + skipped */
        json_t *skipped;                    /* {reason: count}, or NULL */
    } counts;
};

enum intake_memory {
    INTAKE_FORGET,  /* will hardly come again: always appended */
    INTAKE_REMEMBER /* by its content: appended unless it was before */
};

/* One record, {"received_at":...,"body":body} in the inbox; body is only read.  False and err: out of memory. */
bool intake_record(struct intake *intake, const json_t *body, enum intake_memory memory, struct file_error *err);

/* Whether this was met before; remembered from now on.  For sources that know a record before they have read it. */
bool intake_known(struct intake *intake, uint64_t hash);

/* A record that cannot be taken, and why. */
void intake_skip(struct intake *intake, const char *reason);

/* Append what was gathered, then save the cursor. */
bool intake_commit(struct intake *intake, struct file_error *err);

json_t *intake_counts(const struct intake *intake);
void intake_done(struct intake *intake); /* fine on zeroes */

#endif
