/* alias.c - carries out moves of the champion pointer. */
#include "services/register/store/alias.h"

#include <string.h>

#include "services/common/registry/champion.h"
#include "services/common/store/atomic_file.h"
#include "services/common/store/paths.h"
#include "services/common/worker/log.h"
#include "services/register/store/decision_log.h"

bool alias_read(struct alias *out, const struct volume *volume, const char *name, struct error *err) {
    *out = (struct alias){0};
    return !files_exist_at(volume, name) || champion_read_alias_at(volume, name, &out->version, out->sha256, err);
}

static bool same(const struct alias *a, const struct alias *b) {
    return a->version == b->version && strcmp(a->sha256, b->sha256) == 0;
}

static bool from_json(struct alias *out, const json_t *version, const json_t *sha256) {
    const char *text = json_string_value(sha256);
    *out = (struct alias){.version = json_integer_value(version)};
    bool good = out->version > 0 && text != NULL && strlen(text) == SHA256_HEX - 1;
    if (good)
        memcpy(out->sha256, text, SHA256_HEX);
    return good;
}

void alias_add_move(json_t *decision, const struct alias *from, const struct alias *to) {
    json_object_set_new(decision, "version", json_integer(to->version));
    json_object_set_new(decision, "manifest_sha256", json_string(to->sha256));
    json_object_set_new(decision, "previous",
                        from->version > 0 ? json_pack("{s:I, s:s}", "version", (json_int_t)from->version,
                                                      "manifest_sha256", from->sha256)
                                          : json_null());
}

static bool write_alias(const struct volume *volume, const char *name, const struct alias *alias, const char *moved,
                        const json_t *at, struct error *err) {
    const char *time = json_string_value(at);
    json_t *document = json_pack("{s:I, s:s, s:s}", "version", (json_int_t)alias->version, "sha256", alias->sha256,
                                 moved, time != NULL ? time : "");
    bool done = atomic_file_write_json_at(volume, name, document, err);
    json_decref(document);
    return done;
}

bool alias_reconcile(const struct volume *volume, const json_t *decisions, struct error *err) {
    struct alias now, wanted, before = {0};
    const json_t *move = decision_log_last_move(decisions), *previous = json_object_get(move, "previous");
    const json_t *at = json_object_get(move, "time");
    if (move == NULL)
        return true;
    if (!from_json(&wanted, json_object_get(move, "version"), json_object_get(move, "manifest_sha256")))
        return error_set(err, "read " VOLUME_DECISIONS ": the last promotion names no version");
    if (json_is_object(previous))
        from_json(&before, json_object_get(previous, "version"), json_object_get(previous, "manifest_sha256"));
    if (!alias_read(&now, volume, VOLUME_CHAMPION, err))
        return false;
    if (same(&now, &wanted))
        return true;
    if (now.version > 0 && !same(&now, &before)) {
        log_event(LOG_WARN, "champion set by another",
                  "champion.json says version %lld, the decisions %lld; it is left alone", now.version, wanted.version);
        return true;
    }
    return (before.version == 0 || write_alias(volume, VOLUME_PREVIOUS, &before, "replaced_at", at, err)) &&
           write_alias(volume, VOLUME_CHAMPION, &wanted, "promoted_at", at, err);
}
