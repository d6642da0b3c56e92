/* gate_log.c - lines of decisions, of which the gate's are told. */
#include "services/drift/gate_log.h"

#include <stdlib.h>
#include <string.h>

#include "services/common/files.h"
#include "services/common/volume.h"

enum { MAX_FILE = 256 << 20 };

static bool is(const json_t *object, const char *key, const char *word) {
    const char *text = json_string_value(json_object_get(object, key));
    return text != NULL && strcmp(text, word) == 0;
}

bool gate_log_read(const char *data, moment after, moment until, gate_log_judged *judged, void *user,
                   struct file_error *err) {
    char path[PATH_MAX];
    size_t size;
    if (!publish_path(path, err, "%s/" VOLUME_DECISIONS, data))
        return false;
    if (!files_exist(path))
        return true;
    char *text = files_read(path, MAX_FILE, &size, err);
    if (text == NULL)
        return false;
    for (char *line = text, *end; (end = memchr(line, '\n', (size_t)(text + size - line))) != NULL; line = end + 1) {
        json_t *decision = json_loadb(line, (size_t)(end - line), JSON_REJECT_DUPLICATES, NULL);
        const char *time = json_string_value(json_object_get(decision, "time"));
        moment at;
        if (is(decision, "action", "gate") && time != NULL && clock_parse(time, &at) && at > after && at < until)
            judged(user, at, is(decision, "status", "promoted"), !json_is_false(json_object_get(decision, "alarm")));
        json_decref(decision);
    }
    free(text);
    return true;
}
