/*
 * cursor.h - where a source's intake stands: a file of the volume, replaced whole.
 *
 * It is written only after the records it has passed are on disk, so a crash between the two gives records twice, which
 * the ETL takes out, and never loses one.
 */
#ifndef SYNC_CURSOR_H
#define SYNC_CURSOR_H

#include "services/common/util/error.h"
#include "services/sync/dedup_cache.h"

struct cursor {
    char path[PATH_MAX];
    json_t *state;            /* what the source keeps there, an object; "of" is taken */
    struct dedup_cache cache; /* hashes of records that may come again */
};

/*
 * Read it from file, which is relative to data.  of says what it is the cursor of ("https://api.stripe.com live"): one
 * of something else is not ours to continue, and everything begins anew, as where there is none.  False and err where
 * the file is damaged.
 */
MUST_CHECK bool cursor_open(struct cursor *cursor, const char *data, const char *file, const char *of,
                            size_t remembered, struct error *err);
MUST_CHECK bool cursor_save(const struct cursor *cursor, struct error *err);
void cursor_done(struct cursor *cursor); /* fine on zeroes */

#endif
