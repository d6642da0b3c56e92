/* commands.c - changes the champion by hand, after the target's complete chain of hashes was checked. */
#include "services/register/commands.h"

#include <string.h>

#include "services/common/registry/champion.h"
#include "services/common/store/paths.h"
#include "services/register/store/alias.h"
#include "services/register/store/decision.h"
#include "services/register/store/decision_log.h"
#include "services/register/store/versions.h"

/* A move as a person wants it. */
struct move_request {
    const char *action, *status;
    long long version;
    const char *sha256; /* its manifest must have; NULL: any */
    bool alarm;         /* an alarm had asked for it */
};

/* decisions as read, and settled. */
static bool move_to(struct outcome *out, const struct options *o, json_t *decisions, const struct move_request *request,
                    struct error *err) {
    struct champion target = {0};
    struct alias from, to = {.version = request->version};
    bool done = alias_read(&from, o->registry.volume, VOLUME_CHAMPION, err) &&
                versions_exist(o->registry.volume, request->version, err) &&
                champion_load_version_at(&target, o->registry.volume, request->version, request->sha256, err);
    if (done && from.version == request->version) {
        *out = decision_none("it is the champion already");
    } else if (done) {
        memcpy(to.sha256, target.sha256, SHA256_HEX);
        json_t *decision = decision_new(&o->registry, request->action, request->status, "by hand");
        if (request->alarm) /* drift's reference then begins anew */
            json_object_set_new(decision, "alarm", json_true());
        alias_add_move(decision, &from, &to);
        done = decision_apply(&o->registry, decisions, decision, err);
        if (done)
            *out = decision_outcome(decision);
        json_decref(decision);
    }
    champion_done(&target);
    return done;
}

/* The decisions, after what they say was carried out. */
static json_t *reconciled_decisions(const struct volume *volume, struct error *err) {
    json_t *decisions = decision_log_read(volume, err);
    if (decisions != NULL && alias_reconcile(volume, decisions, err))
        return decisions;
    json_decref(decisions);
    return NULL;
}

bool command_promote(struct outcome *out, const struct options *o, long long version, struct error *err) {
    json_t *decisions = reconciled_decisions(o->registry.volume, err);
    struct move_request request = {"promote", "promoted", version, NULL, false};
    bool done = decisions != NULL && move_to(out, o, decisions, &request, err);
    json_decref(decisions);
    return done;
}

bool command_rollback(struct outcome *out, const struct options *o, struct error *err) {
    struct alias previous;
    json_t *decisions = reconciled_decisions(o->registry.volume, err);
    bool done = decisions != NULL && alias_read(&previous, o->registry.volume, VOLUME_PREVIOUS, err);
    if (done && previous.version == 0)
        done = error_set(err, "roll back: there is no previous champion");
    done = done &&
           move_to(out, o, decisions,
                   &(struct move_request){"rollback", "rolled back", previous.version, previous.sha256, false}, err);
    json_decref(decisions);
    return done;
}

static bool check_approvable(const json_t *decisions, const json_t *pending, const struct volume *volume,
                             long long version, struct error *err) {
    struct alias champion;
    if (pending == NULL)
        return error_set(err, "approve %lld: no such version waits for approval", version);
    if (!alias_read(&champion, volume, VOLUME_CHAMPION, err))
        return false;
    return decision_log_awaits_approval(decisions, version, champion.version) || champion.version == version ||
           error_set(err, "approve %lld: the gate compared it with version %lld, but the champion is now version %lld",
                     version, (long long)json_integer_value(json_object_get(pending, "champion")), champion.version);
}

bool command_approve(struct outcome *out, const struct options *o, long long version, struct error *err) {
    json_t *decisions = reconciled_decisions(o->registry.volume, err);
    const json_t *decision = decision_log_pending(decisions, version), *pending = json_object_get(decision, "held");
    struct move_request request = {"approve", "promoted", version,
                                   json_string_value(json_object_get(pending, "manifest_sha256")),
                                   json_is_true(json_object_get(decision, "alarm"))};
    bool done = decisions != NULL && check_approvable(decisions, pending, o->registry.volume, version, err) &&
                move_to(out, o, decisions, &request, err);
    json_decref(decisions);
    return done;
}
