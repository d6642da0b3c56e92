/* gate_decisions.c - reads the gate's decisions among all lines of decisions. */
#include "services/drift/data/gate_decisions.h"

#include <stdlib.h>
#include <string.h>

#include "services/common/store/atomic_file.h"
#include "services/common/store/files.h"
#include "services/common/store/paths.h"

enum { MAX_FILE = 256 << 20 };

static bool is(const json_t *object, const char *key, const char *word) {
    const char *text = json_string_value(json_object_get(object, key));
    return text != NULL && strcmp(text, word) == 0;
}

/* false: the line does not decide on a candidate. */
static bool end_of(const json_t *decision, enum gate_decision_outcome *end, bool *alarm) {
    const json_t *by_alarm = json_object_get(decision, "alarm");
    bool promoted = is(decision, "status", "promoted"), approved = promoted && is(decision, "action", "approve");
    *end = approved                         ? GATE_DECISION_APPROVED
           : promoted                       ? GATE_DECISION_PROMOTED
           : is(decision, "status", "held") ? GATE_DECISION_HELD
                                            : GATE_DECISION_REJECTED;
    *alarm = approved ? json_is_true(by_alarm) : !json_is_false(by_alarm);
    return approved || is(decision, "action", "gate");
}

bool gate_decisions_read(const struct volume *volume, unix_time after, unix_time until,
                         gate_decisions_callback *callback, void *user, struct error *err) {
    size_t size;
    if (!files_exist_at(volume, VOLUME_DECISIONS))
        return true;
    char *text = files_read_at(volume, VOLUME_DECISIONS, MAX_FILE, &size, err);
    if (text == NULL)
        return false;
    for (char *line = text, *newline; (newline = memchr(line, '\n', (size_t)(text + size - line))) != NULL;
         line = newline + 1) {
        json_t *decision = json_loadb(line, (size_t)(newline - line), JSON_REJECT_DUPLICATES, NULL);
        const char *time = json_string_value(json_object_get(decision, "time"));
        enum gate_decision_outcome end;
        bool alarm;
        unix_time at;
        if (end_of(decision, &end, &alarm) && time != NULL && unix_time_parse(time, &at) && at > after && at < until)
            callback(user, at, end, alarm);
        json_decref(decision);
    }
    free(text);
    return true;
}
