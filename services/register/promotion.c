/* promotion.c - judges the newest candidate, records the decision, then moves the champion pointer. */
#include "services/register/promotion.h"

#include <string.h>

#include "services/common/volume.h"
#include "services/register/decisions.h"
#include "services/register/hearing.h"
#include "services/register/pointer.h"
#include "services/register/versions.h"

/* ---- carrying out ---- */

static json_t *new_decision(const struct promotion_options *o, const char *action, const char *status,
                            const char *reason) {
    char time[CLOCK_TEXT];
    clock_format(o->now, time);
    return json_pack("{s:s, s:s, s:s, s:s, s:s}", "time", time, "run", o->run, "action", action, "status", status,
                     "reason", reason);
}

/* Append the decision, then let the pointer follow. */
static bool carry_out(const struct promotion_options *o, json_t *decisions, json_t *decision, struct file_error *err) {
    return decisions_append(o->data, decision, err) && json_array_append(decisions, decision) == 0 &&
           pointer_settle(o->data, decisions, err);
}

static json_t *result_of(const json_t *decision) {
    json_t *result = json_object();
    static const char *const keys[] = {"status", "version", "reason", "candidate"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        json_t *value = json_object_get(decision, keys[i]);
        if (value != NULL)
            json_object_set(result, keys[i], value);
    }
    return result;
}

/* ---- by hand ---- */

static bool version_exists(const char *data, long long version, struct file_error *err) {
    char path[PATH_MAX];
    if (!publish_path(path, err, "%s/" VOLUME_VERSIONS "/%lld", data, version))
        return false;
    return files_exist(path) || file_error_say(err, "there is no version %lld", version);
}

/* Move to a version after its whole chain of hashes was checked. */
static bool move_to(struct outcome *out, const struct promotion_options *o, const char *action, long long version,
                    const char *sha256, struct file_error *err) {
    struct champion target = {0};
    struct pointer from, to = {.version = version};
    json_t *decisions = decisions_read(o->data, err), *decision = NULL;
    bool done = decisions != NULL && pointer_settle(o->data, decisions, err) &&
                pointer_read(&from, o->data, VOLUME_CHAMPION, err) && version_exists(o->data, version, err) &&
                champion_load_version(&target, o->data, version, sha256, err);
    if (done && from.version == version) {
        *out = (struct outcome){EXIT_NOTHING_TO_DO, json_pack("{s:s}", "reason", "it is the champion already")};
    } else if (done) {
        memcpy(to.sha256, target.sha256, SHA256_HEX);
        bool back = strcmp(action, "rollback") == 0;
        decision = new_decision(o, action, back ? "rolled back" : "promoted", "by hand");
        pointer_describe_move(decision, &from, &to);
        done = carry_out(o, decisions, decision, err);
        if (done)
            *out = (struct outcome){EXIT_DONE, result_of(decision)};
    }
    champion_done(&target);
    json_decref(decision);
    json_decref(decisions);
    return done;
}

bool promotion_by_hand(struct outcome *out, const struct promotion_options *options, long long version,
                       struct file_error *err) {
    return move_to(out, options, "promote", version, NULL, err);
}

bool promotion_rollback(struct outcome *out, const struct promotion_options *options, struct file_error *err) {
    struct pointer previous;
    if (!pointer_read(&previous, options->data, VOLUME_PREVIOUS, err))
        return false;
    if (previous.version == 0)
        return file_error_say(err, "roll back: there is no previous champion");
    return move_to(out, options, "rollback", previous.version, previous.sha256, err);
}

/* ---- the gate ---- */

/* Store the candidate and load it the way the api will, before anything says that it is the champion. */
static bool store(const struct promotion_options *o, const struct hearing *h, json_t *decision,
                  struct file_error *err) {
    struct champion stored = {0};
    struct pointer from = {.version = h->champion.version}, to;
    memcpy(from.sha256, h->champion.sha256, SHA256_HEX);
    json_t *said = json_copy(decision);
    bool done = versions_store(&to.version, to.sha256, &h->candidate, o->data, from.version, said, err) &&
                champion_load_version(&stored, o->data, to.version, to.sha256, err);
    json_decref(said);
    champion_done(&stored);
    if (done)
        pointer_describe_move(decision, &from, &to);
    return done;
}

static bool decide(struct outcome *out, const struct promotion_options *o, struct hearing *h, struct file_error *err) {
    h->answer = gate_decide(&h->numbers, &o->gate);
    if (h->answer.verdict == GATE_POSTPONE) {
        *out = (struct outcome){EXIT_NOTHING_TO_DO, json_pack("{s:s}", "reason", h->answer.reason)};
        return true;
    }
    bool promote = h->answer.verdict == GATE_PROMOTE;
    json_t *decision = new_decision(o, "gate", promote ? "promoted" : "rejected", h->answer.reason);
    hearing_describe(decision, h, &o->gate);
    bool done = (!promote || store(o, h, decision, err)) && carry_out(o, h->decisions, decision, err);
    if (done)
        *out = (struct outcome){EXIT_DONE, result_of(decision)};
    json_decref(decision);
    return done;
}

bool promotion_gate(struct outcome *out, const struct promotion_options *options, struct file_error *err) {
    struct hearing h = {.decisions = decisions_read(options->data, err)};
    bool done = h.decisions != NULL && pointer_settle(options->data, h.decisions, err) &&
                candidate_read(&h.candidate, options->data, err);
    if (done && decisions_about(h.decisions, h.candidate.name, h.candidate.forest_sha256) != NULL)
        *out = (struct outcome){EXIT_NOTHING_TO_DO, json_pack("{s:s}", "reason", "the newest candidate was judged")};
    else if (done)
        done = hearing_gather(&h, options->data, err) && decide(out, options, &h, err);
    hearing_done(&h);
    return done;
}
