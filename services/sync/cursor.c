/* cursor.c - reads and replaces a source's cursor. */
#include "services/sync/cursor.h"

#include <errno.h>
#include <string.h>

#include "services/common/store/atomic_file.h"
#include "services/common/store/files.h"
#include "services/common/worker/log.h"

enum { CURSOR_MAX_SIZE = 64 << 20 };

static void log_restart(const struct cursor *cursor, const char *found, const char *of) {
    char path[PATH_MAX];
    log_event(LOG_INFO, "cursor", "%s belongs to %s, not to %s: starting from the beginning",
              volume_path(cursor->volume, cursor->name, path), found, of);
}

/* The stored state, or a new one where there is none; NULL and err where the file is damaged. */
static json_t *read_state(const struct cursor *cursor, const char *of, struct error *err) {
    json_t *state = NULL;
    if (files_exist_at(cursor->volume, cursor->name) &&
        (state = files_read_json_at(cursor->volume, cursor->name, CURSOR_MAX_SIZE, err)) == NULL)
        return NULL;
    const char *found = json_string_value(json_object_get(state, "of"));
    if (found != NULL && strcmp(found, of) == 0)
        return state;
    if (found != NULL)
        log_restart(cursor, found, of);
    json_decref(state);
    return json_pack("{s:s}", "of", of);
}

bool cursor_open(struct cursor *cursor, const struct volume *volume, const char *name, const char *of,
                 size_t remembered, struct error *err) {
    *cursor = (struct cursor){.volume = volume, .name = name};
    atomic_file_sweep_at(volume, name);
    if (!dedup_cache_open(&cursor->cache, remembered))
        return error_set(err, "remember %zu records: out of memory", remembered);
    cursor->state = read_state(cursor, of, err);
    if (cursor->state == NULL)
        return false;
    dedup_cache_from_json(&cursor->cache, json_object_get(cursor->state, "seen"));
    json_object_del(cursor->state, "seen");
    return true;
}

bool cursor_save(const struct cursor *cursor, struct error *err) {
    json_t *all = json_copy(cursor->state);
    errno = ENOMEM;
    bool done = json_object_set_new(all, "seen", dedup_cache_to_json(&cursor->cache)) == 0
                    ? atomic_file_write_json_at(cursor->volume, cursor->name, all, err)
                    : volume_error(cursor->volume, err, "write", cursor->name);
    json_decref(all);
    return done;
}

void cursor_done(struct cursor *cursor) {
    dedup_cache_done(&cursor->cache);
    json_decref(cursor->state);
    *cursor = (struct cursor){0};
}
