/* retention.c - removes old versions; a folder leaves its name before its files go. */
#include "services/register/store/retention.h"

#include <stdio.h>
#include <stdlib.h>

#include "services/common/store/paths.h"
#include "services/register/store/alias.h"
#include "services/register/store/versions.h"

static bool has_alias(const struct volume *volume, long long version) {
    struct alias champion, previous;
    return !alias_read(&champion, volume, VOLUME_CHAMPION, NULL) ||
           !alias_read(&previous, volume, VOLUME_PREVIOUS, NULL) || champion.version == version ||
           previous.version == version;
}

/* Whether one of the last moves made it the champion. */
static bool was_champion(const json_t *decisions, long long version, long long moves) {
    for (size_t i = json_array_size(decisions); i > 0 && moves > 0; i--) {
        const json_t *move = json_array_get(decisions, i - 1);
        if (json_object_get(move, "manifest_sha256") == NULL)
            continue;
        if (json_integer_value(json_object_get(move, "version")) == version)
            return true;
        moves--;
    }
    return false;
}

void retention_apply(const struct volume *volume, const json_t *decisions, long long versions, long long champions) {
    size_t count;
    long long *all = versions_list(volume, &count);
    for (size_t i = 0; i + (size_t)versions < count; i++)
        if (!was_champion(decisions, all[i], champions) && !has_alias(volume, all[i]))
            versions_discard(volume, all[i]);
    free(all);
}
