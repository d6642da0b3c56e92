/* state.c - the state as JSON, and back. */
#include "services/drift/state.h"

#include <stdio.h>
#include <string.h>

#include "services/common/store/atomic_file.h"
#include "services/common/store/paths.h"

enum { MAX_FILE = 1 << 20 };
static const char name[] = VOLUME_DRIFT_STATE;

/* ---- writing ---- */

static json_t *describe_time(unix_time at) {
    char text[UNIX_TIME_TEXT];
    if (at == 0)
        return json_null();
    unix_time_format(at, text);
    return json_string(text);
}

static json_t *describe_requests(const struct decision_state *d) {
    json_t *retrain_times = json_array();
    for (unsigned i = 0; i < d->retrain_count; i++)
        json_array_append_new(retrain_times, describe_time(d->retrain_times[i]));
    return retrain_times;
}

json_t *state_describe(const struct state *s) {
    const struct decision_state *d = &s->decision;
    bool retrain = d->level == LEVEL_RETRAIN;
    json_t *object = json_pack("{s:s, s:s, s:b, s:b, s:s}", "state", decision_level_name(d->level), "cause",
                               decision_cause_name(d->cause), "retrain", (int)retrain, "alarm",
                               (int)(retrain && decision_is_alarm(d->cause)), "reason", s->reason);
    json_object_set_new(object, "drift_since", describe_time(d->drift_since));
    json_object_set_new(object, "drift_stream", json_string(s->drift_stream));
    json_object_set_new(object, "calm_since", describe_time(d->quiet_since));
    json_object_set_new(object, "asked_at", describe_time(d->requested_at));
    json_object_set_new(object, "ended_at", describe_time(d->ended_at));
    json_object_set_new(object, "refused", json_integer(d->rejections));
    json_object_set_new(object, "held", json_string(decision_cause_name(d->held_cause)));
    json_object_set_new(object, "asked", describe_requests(d));
    json_object_set_new(object, "reference_since", describe_time(s->reference_since));
    json_object_set_new(object, "rebased_at", describe_time(s->rebased_at));
    json_object_set_new(object, "gate_seen", describe_time(s->gate_followed_until));
    json_object_set_new(object, "threshold", json_real(s->threshold));
    json_object_set_new(object, "threshold_key", json_string(s->threshold_key));
    json_object_set_new(object, "per_day", json_real(s->per_day));
    return object;
}

bool state_publish(const struct state *s, const struct volume *volume, unix_time day, struct error *err) {
    json_t *object = state_describe(s);
    json_object_set_new(object, "until", describe_time(day));
    bool done = atomic_file_write_json_at(volume, name, object, err);
    json_decref(object);
    return done;
}

/* ---- a clock that was ahead ---- */

static void not_after(unix_time *at, unix_time latest) {
    if (*at > latest)
        *at = latest;
}

void state_forget_future(struct state *s, unix_time now) {
    struct decision_state *d = &s->decision;
    unix_time *const past[] = {&d->drift_since, &d->quiet_since, &d->requested_at,
                               &d->ended_at,    &s->rebased_at,  &s->gate_followed_until};
    for (size_t i = 0; i < sizeof past / sizeof *past; i++)
        not_after(past[i], now);
    for (unsigned i = 0; i < d->retrain_count; i++)
        not_after(&d->retrain_times[i], now);
    not_after(&s->reference_since, now - now % DECISION_DAY + DECISION_DAY); /* it may begin with tomorrow */
}

/* ---- reading ---- */

static bool read_time(const json_t *value, unix_time *out) {
    const char *text = json_string_value(value);
    *out = 0;
    return json_is_null(value) || (text != NULL && unix_time_parse(text, out));
}

static bool read_text(const json_t *value, char *out, size_t size) {
    const char *text = json_string_value(value);
    return text != NULL && (size_t)snprintf(out, size, "%s", text) < size;
}

static bool read_level(const json_t *value, enum decision_level *out) {
    const char *level = json_string_value(value);
    for (int i = 0; level != NULL && i <= LEVEL_RETRAIN; i++)
        if (strcmp(level, decision_level_name((enum decision_level)i)) == 0) {
            *out = (enum decision_level)i;
            return true;
        }
    return false;
}

static bool read_cause(const json_t *value, enum decision_cause *out) {
    const char *cause = json_string_value(value);
    for (int i = 0; cause != NULL && i < CAUSES; i++)
        if (strcmp(cause, decision_cause_name((enum decision_cause)i)) == 0) {
            *out = (enum decision_cause)i;
            return true;
        }
    return false;
}

/* "held" came later than the others. */
static bool read_names(struct decision_state *d, const json_t *object) {
    const json_t *held_cause = json_object_get(object, "held");
    return read_level(json_object_get(object, "state"), &d->level) &&
           read_cause(json_object_get(object, "cause"), &d->cause) &&
           (held_cause == NULL || read_cause(held_cause, &d->held_cause));
}

static bool read_requests(struct decision_state *d, const json_t *retrain_times) {
    size_t count = json_array_size(retrain_times);
    bool good = json_is_array(retrain_times) && count <= DECISION_REMEMBERED;
    for (size_t i = 0; good && i < count; i++)
        good = read_time(json_array_get(retrain_times, i), &d->retrain_times[d->retrain_count++]);
    return good;
}

static bool read_state(struct state *s, const json_t *object) {
    struct decision_state *d = &s->decision;
    json_int_t rejections = json_integer_value(json_object_get(object, "refused"));
    d->rejections = rejections > 0 && rejections < 1000 ? (unsigned)rejections : 0;
    s->threshold = json_number_value(json_object_get(object, "threshold"));
    s->per_day = json_number_value(json_object_get(object, "per_day"));
    return read_names(d, object) && read_requests(d, json_object_get(object, "asked")) &&
           read_time(json_object_get(object, "drift_since"), &d->drift_since) &&
           read_time(json_object_get(object, "calm_since"), &d->quiet_since) &&
           read_time(json_object_get(object, "asked_at"), &d->requested_at) &&
           read_time(json_object_get(object, "ended_at"), &d->ended_at) &&
           read_time(json_object_get(object, "reference_since"), &s->reference_since) &&
           read_time(json_object_get(object, "rebased_at"), &s->rebased_at) &&
           read_time(json_object_get(object, "gate_seen"), &s->gate_followed_until) &&
           read_text(json_object_get(object, "drift_stream"), s->drift_stream, sizeof s->drift_stream) &&
           read_text(json_object_get(object, "threshold_key"), s->threshold_key, sizeof s->threshold_key) &&
           read_text(json_object_get(object, "reason"), s->reason, sizeof s->reason);
}

bool state_read(struct state *out, const struct volume *volume, struct error *err) {
    struct state state = {0};
    if (files_exist_at(volume, name)) {
        json_t *object = files_read_json_at(volume, name, MAX_FILE, err);
        bool good = object != NULL && read_state(&state, object);
        if (object != NULL && !good)
            volume_reject(volume, err, name, "it is not as leadforest-drift writes it");
        json_decref(object);
        if (!good)
            return false;
    }
    *out = state;
    return true;
}
