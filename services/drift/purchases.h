/* purchases.h - train.csv in memory: which lead of which kind bought what when. */
#ifndef DRIFT_PURCHASES_H
#define DRIFT_PURCHASES_H

#include "services/common/clock.h"
#include "services/common/publish.h"
#include "services/drift/inputs.h"

struct purchase {
    moment at;
    uint32_t kind;
    uint32_t lead; /* its number in the dictionary of leads */
    uint32_t package;
};

struct purchases {
    size_t count, room;
    struct purchase *purchase; /* [count], as in the file */
};

/* Purchases before `until`; a file that is not there has none. On failure *out is left alone. */
bool purchases_read(struct purchases *out, const char *path, struct inputs *inputs, struct dictionary *leads,
                    moment until, struct file_error *err);
void purchases_done(struct purchases *p); /* fine on zeroes */

#endif
