/* decision.c - first the decision is durable, then the pointer moves. */
#include "services/register/store/decision.h"

#include "services/register/store/alias.h"
#include "services/register/store/decision_log.h"

json_t *decision_new(const struct registry *r, const char *action, const char *status, const char *reason) {
    char time[UNIX_TIME_TEXT];
    unix_time_format(r->now, time);
    return json_pack("{s:s, s:s, s:s, s:s, s:s}", "time", time, "run", r->run, "action", action, "status", status,
                     "reason", reason);
}

bool decision_apply(const struct registry *r, json_t *decisions, json_t *decision, struct error *err) {
    return decision_log_append(r->volume, decision, err) && json_array_append(decisions, decision) == 0 &&
           alias_reconcile(r->volume, decisions, err);
}

struct outcome decision_outcome(const json_t *decision) {
    static const char *const keys[] = {"status", "version", "reason", "candidate"};
    json_t *result = json_object();
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        json_t *value = json_object_get(decision, keys[i]);
        if (value != NULL)
            json_object_set(result, keys[i], value);
    }
    json_t *held = json_object_get(json_object_get(decision, "held"), "version");
    if (held != NULL)
        json_object_set(result, "version", held);
    return (struct outcome){EXIT_DONE, result};
}

struct outcome decision_none(const char *reason) {
    return (struct outcome){EXIT_NOTHING_TO_DO, json_pack("{s:s}", "reason", reason)};
}
