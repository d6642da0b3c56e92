/* state.c - the state as JSON, and back. */
#include "services/drift/state.h"

#include <stdio.h>
#include <string.h>

#include "services/common/volume.h"

enum { MAX_FILE = 1 << 20 };
static const char name[] = VOLUME_DRIFT_STATE;

/* ---- writing ---- */

static json_t *describe_moment(moment at) {
    char text[CLOCK_TEXT];
    if (at == 0)
        return json_null();
    clock_format(at, text);
    return json_string(text);
}

static json_t *describe_requests(const struct decision_state *d) {
    json_t *asked = json_array();
    for (unsigned i = 0; i < d->requests; i++)
        json_array_append_new(asked, describe_moment(d->asked[i]));
    return asked;
}

json_t *state_describe(const struct state *s) {
    const struct decision_state *d = &s->decision;
    bool retrain = d->level == LEVEL_RETRAIN;
    json_t *object = json_pack("{s:s, s:s, s:b, s:b, s:s}", "state", decision_level_name(d->level), "cause",
                               decision_cause_name(d->cause), "retrain", (int)retrain, "alarm",
                               (int)(retrain && decision_is_alarm(d->cause)), "reason", s->reason);
    json_object_set_new(object, "drift_since", describe_moment(d->drift_since));
    json_object_set_new(object, "drift_stream", json_string(s->drift_stream));
    json_object_set_new(object, "calm_since", describe_moment(d->calm_since));
    json_object_set_new(object, "asked_at", describe_moment(d->asked_at));
    json_object_set_new(object, "ended_at", describe_moment(d->ended_at));
    json_object_set_new(object, "refused", json_integer(d->refused));
    json_object_set_new(object, "held", json_string(decision_cause_name(d->held)));
    json_object_set_new(object, "asked", describe_requests(d));
    json_object_set_new(object, "reference_since", describe_moment(s->reference_since));
    json_object_set_new(object, "rebased_at", describe_moment(s->rebased_at));
    json_object_set_new(object, "gate_seen", describe_moment(s->gate_seen));
    json_object_set_new(object, "threshold", json_real(s->threshold));
    json_object_set_new(object, "threshold_key", json_string(s->threshold_key));
    json_object_set_new(object, "per_day", json_real(s->per_day));
    return object;
}

bool state_publish(const struct state *s, const char *data, moment day, struct file_error *err) {
    char path[PATH_MAX];
    json_t *object = state_describe(s);
    json_object_set_new(object, "until", describe_moment(day));
    bool done = publish_path(path, err, "%s/%s", data, name) && publish_json(path, object, err);
    json_decref(object);
    return done;
}

/* ---- a clock that was ahead ---- */

static void not_after(moment *at, moment latest) {
    if (*at > latest)
        *at = latest;
}

void state_forget_future(struct state *s, moment now) {
    struct decision_state *d = &s->decision;
    moment *const past[] = {&d->drift_since, &d->calm_since, &d->asked_at, &d->ended_at, &s->rebased_at, &s->gate_seen};
    for (size_t i = 0; i < sizeof past / sizeof *past; i++)
        not_after(past[i], now);
    for (unsigned i = 0; i < d->requests; i++)
        not_after(&d->asked[i], now);
    not_after(&s->reference_since, now - now % DECISION_DAY + DECISION_DAY); /* it may begin with tomorrow */
}

/* ---- reading ---- */

static bool read_moment(const json_t *value, moment *out) {
    const char *text = json_string_value(value);
    *out = 0;
    return json_is_null(value) || (text != NULL && clock_parse(text, out));
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
    const json_t *held = json_object_get(object, "held");
    return read_level(json_object_get(object, "state"), &d->level) &&
           read_cause(json_object_get(object, "cause"), &d->cause) && (held == NULL || read_cause(held, &d->held));
}

static bool read_requests(struct decision_state *d, const json_t *asked) {
    size_t count = json_array_size(asked);
    bool good = json_is_array(asked) && count <= DECISION_REMEMBERED;
    for (size_t i = 0; good && i < count; i++)
        good = read_moment(json_array_get(asked, i), &d->asked[d->requests++]);
    return good;
}

static bool read_state(struct state *s, const json_t *object) {
    struct decision_state *d = &s->decision;
    json_int_t refused = json_integer_value(json_object_get(object, "refused"));
    d->refused = refused > 0 && refused < 1000 ? (unsigned)refused : 0;
    s->threshold = json_number_value(json_object_get(object, "threshold"));
    s->per_day = json_number_value(json_object_get(object, "per_day"));
    return read_names(d, object) && read_requests(d, json_object_get(object, "asked")) &&
           read_moment(json_object_get(object, "drift_since"), &d->drift_since) &&
           read_moment(json_object_get(object, "calm_since"), &d->calm_since) &&
           read_moment(json_object_get(object, "asked_at"), &d->asked_at) &&
           read_moment(json_object_get(object, "ended_at"), &d->ended_at) &&
           read_moment(json_object_get(object, "reference_since"), &s->reference_since) &&
           read_moment(json_object_get(object, "rebased_at"), &s->rebased_at) &&
           read_moment(json_object_get(object, "gate_seen"), &s->gate_seen) &&
           read_text(json_object_get(object, "drift_stream"), s->drift_stream, sizeof s->drift_stream) &&
           read_text(json_object_get(object, "threshold_key"), s->threshold_key, sizeof s->threshold_key) &&
           read_text(json_object_get(object, "reason"), s->reason, sizeof s->reason);
}

bool state_read(struct state *out, const char *data, struct file_error *err) {
    char path[PATH_MAX];
    struct state state = {0};
    if (!publish_path(path, err, "%s/%s", data, name))
        return false;
    if (files_exist(path)) {
        json_t *object = files_read_json(path, MAX_FILE, err);
        bool good = object != NULL && read_state(&state, object);
        if (object != NULL && !good)
            file_error_say(err, "read %s: it is not as leadforest-drift writes it", path);
        json_decref(object);
        if (!good)
            return false;
    }
    *out = state;
    return true;
}
