/* ruling.c - first the decision is durable, then the pointer moves. */
#include "services/register/ruling.h"

#include "services/register/decisions.h"
#include "services/register/pointer.h"

json_t *ruling_new(const struct registry *r, const char *action, const char *status, const char *reason) {
    char time[CLOCK_TEXT];
    clock_format(r->now, time);
    return json_pack("{s:s, s:s, s:s, s:s, s:s}", "time", time, "run", r->run, "action", action, "status", status,
                     "reason", reason);
}

bool ruling_carry_out(const struct registry *r, json_t *decisions, json_t *ruling, struct file_error *err) {
    return decisions_append(r->data, ruling, err) && json_array_append(decisions, ruling) == 0 &&
           pointer_settle(r->data, decisions, err);
}

struct outcome ruling_outcome(const json_t *ruling) {
    static const char *const keys[] = {"status", "version", "reason", "candidate"};
    json_t *result = json_object();
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        json_t *value = json_object_get(ruling, keys[i]);
        if (value != NULL)
            json_object_set(result, keys[i], value);
    }
    json_t *held = json_object_get(json_object_get(ruling, "held"), "version");
    if (held != NULL)
        json_object_set(result, "version", held);
    return (struct outcome){EXIT_DONE, result};
}

struct outcome ruling_none(const char *reason) {
    return (struct outcome){EXIT_NOTHING_TO_DO, json_pack("{s:s}", "reason", reason)};
}
