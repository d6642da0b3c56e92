/* cursor.c - reads and replaces a source's cursor. */
#include "services/sync/cursor.h"

#include <string.h>

#include "services/common/files.h"
#include "services/common/log.h"

enum { CURSOR_MAX_SIZE = 64 << 20 };

/* The state found at path, or a fresh one; NULL and err where it cannot be trusted. */
static json_t *read_state(const char *path, const char *of, struct file_error *err) {
    json_t *state = NULL;
    if (files_exist(path) && (state = files_read_json(path, CURSOR_MAX_SIZE, err)) == NULL)
        return NULL;
    const char *found = json_string_value(json_object_get(state, "of"));
    if (found != NULL && strcmp(found, of) == 0)
        return state;
    if (found != NULL)
        log_event(LOG_INFO, "cursor", "%s is of %s, not of %s: begins anew", path, found, of);
    json_decref(state);
    return json_pack("{s:s}", "of", of);
}

bool cursor_open(struct cursor *cursor, const char *data, const char *file, const char *of, size_t remembered,
                 struct file_error *err) {
    *cursor = (struct cursor){0};
    if (!publish_path(cursor->path, err, "%s/%s", data, file))
        return false;
    publish_sweep_beside(cursor->path);
    if (!seen_open(&cursor->seen, remembered))
        return file_error_say(err, "remember %zu records: out of memory", remembered);
    cursor->state = read_state(cursor->path, of, err);
    if (cursor->state == NULL)
        return false;
    seen_from_json(&cursor->seen, json_object_get(cursor->state, "seen"));
    json_object_del(cursor->state, "seen");
    return true;
}

bool cursor_save(const struct cursor *cursor, struct file_error *err) {
    json_t *all = json_copy(cursor->state);
    bool done = json_object_set_new(all, "seen", seen_to_json(&cursor->seen)) == 0;
    done = done ? publish_json(cursor->path, all, err) : file_error_say(err, "write %s: out of memory", cursor->path);
    json_decref(all);
    return done;
}

void cursor_done(struct cursor *cursor) {
    seen_done(&cursor->seen);
    json_decref(cursor->state);
    *cursor = (struct cursor){0};
}
