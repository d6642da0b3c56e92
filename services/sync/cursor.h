/*
 * cursor.h - how far the records of a source have been fetched: a file of the volume, replaced atomically.
 *
 * It is written only after the records before it are on disk.  A crash between the two fetches records twice, which
 * the ETL removes, and never loses one.
 */
#ifndef SYNC_CURSOR_H
#define SYNC_CURSOR_H

#include "services/common/store/volume.h"
#include "services/sync/dedup_cache.h"

struct cursor {
    const struct volume *volume; /* borrowed, as is name: the file in it */
    const char *name;
    json_t *state;            /* what the source keeps there, an object; the key "of" is reserved */
    struct dedup_cache cache; /* hashes of records that may be delivered again */
};

/*
 * Read it from the file of this name.  of names what the cursor belongs to ("https://api.stripe.com live").
 * Without a file, or with a file that belongs to something else, the cursor starts from the beginning.  False and err
 * where the file is damaged.
 */
MUST_CHECK bool cursor_open(struct cursor *cursor, const struct volume *volume, const char *name, const char *of,
                            size_t remembered, struct error *err);
MUST_CHECK bool cursor_save(const struct cursor *cursor, struct error *err);
void cursor_done(struct cursor *cursor); /* fine on zeroes */

#endif
