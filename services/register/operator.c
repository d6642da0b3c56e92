/* operator.c - moves to a version after its whole chain of hashes was checked. */
#include "services/register/operator.h"

#include <string.h>

#include "services/common/champion.h"
#include "services/common/volume.h"
#include "services/register/decisions.h"
#include "services/register/pointer.h"
#include "services/register/ruling.h"
#include "services/register/versions.h"

/* A move as a person wants it. */
struct wish {
    const char *action, *status;
    long long version;
    const char *sha256; /* its manifest must have; NULL: any */
    bool alarm;         /* an alarm had asked for it */
};

/* decisions as read, and settled. */
static bool move_to(struct outcome *out, const struct options *o, json_t *decisions, const struct wish *wish,
                    struct file_error *err) {
    struct champion target = {0};
    struct pointer from, to = {.version = wish->version};
    bool done = pointer_read(&from, o->registry.data, VOLUME_CHAMPION, err) &&
                versions_exist(o->registry.data, wish->version, err) &&
                champion_load_version(&target, o->registry.data, wish->version, wish->sha256, err);
    if (done && from.version == wish->version) {
        *out = ruling_none("it is the champion already");
    } else if (done) {
        memcpy(to.sha256, target.sha256, SHA256_HEX);
        json_t *ruling = ruling_new(&o->registry, wish->action, wish->status, "by hand");
        if (wish->alarm) /* drift's reference then begins anew */
            json_object_set_new(ruling, "alarm", json_true());
        pointer_describe_move(ruling, &from, &to);
        done = ruling_carry_out(&o->registry, decisions, ruling, err);
        if (done)
            *out = ruling_outcome(ruling);
        json_decref(ruling);
    }
    champion_done(&target);
    return done;
}

/* The decisions, after what they say was carried out. */
static json_t *settled_decisions(const char *data, struct file_error *err) {
    json_t *decisions = decisions_read(data, err);
    if (decisions != NULL && pointer_settle(data, decisions, err))
        return decisions;
    json_decref(decisions);
    return NULL;
}

bool operator_promote(struct outcome *out, const struct options *o, long long version, struct file_error *err) {
    json_t *decisions = settled_decisions(o->registry.data, err);
    struct wish wish = {"promote", "promoted", version, NULL, false};
    bool done = decisions != NULL && move_to(out, o, decisions, &wish, err);
    json_decref(decisions);
    return done;
}

bool operator_rollback(struct outcome *out, const struct options *o, struct file_error *err) {
    struct pointer previous;
    json_t *decisions = settled_decisions(o->registry.data, err);
    bool done = decisions != NULL && pointer_read(&previous, o->registry.data, VOLUME_PREVIOUS, err);
    if (done && previous.version == 0)
        done = file_error_say(err, "roll back: there is no previous champion");
    done = done && move_to(out, o, decisions,
                           &(struct wish){"rollback", "rolled back", previous.version, previous.sha256, false}, err);
    json_decref(decisions);
    return done;
}

static bool may_approve(const json_t *decisions, const json_t *held, const char *data, long long version,
                        struct file_error *err) {
    struct pointer champion;
    if (held == NULL)
        return file_error_say(err, "approve %lld: no such version waits for approval", version);
    if (!pointer_read(&champion, data, VOLUME_CHAMPION, err))
        return false;
    return decisions_await(decisions, version, champion.version) || champion.version == version ||
           file_error_say(err, "approve %lld: it was judged against version %lld, and %lld is the champion now",
                          version, (long long)json_integer_value(json_object_get(held, "champion")), champion.version);
}

bool operator_approve(struct outcome *out, const struct options *o, long long version, struct file_error *err) {
    json_t *decisions = settled_decisions(o->registry.data, err);
    const json_t *decision = decisions_held(decisions, version), *held = json_object_get(decision, "held");
    struct wish wish = {"approve", "promoted", version, json_string_value(json_object_get(held, "manifest_sha256")),
                        json_is_true(json_object_get(decision, "alarm"))};
    bool done = decisions != NULL && may_approve(decisions, held, o->registry.data, version, err) &&
                move_to(out, o, decisions, &wish, err);
    json_decref(decisions);
    return done;
}
