/* sync_notification_fuzz.c - the text of any e-mail: no crash, and either a reason or a submission that the ETL can be
 * told. */
#include <stdlib.h>
#include <string.h>

#include "libetl/base/timestamp.h"
#include "services/sync/formspree_email.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const char *reason = "none yet";
    char *text = malloc(size + 1);
    if (text == NULL)
        return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    json_t *fields = formspree_email_parse(text, &reason);
    if ((fields == NULL) != (reason != NULL) || (fields != NULL && json_object_size(fields) == 0))
        abort();
    const json_t *date = json_object_get(fields, "_date");
    int64_t at;
    if (date != NULL && !etl_timestamp_parse(json_string_value(date), json_string_length(date), &at))
        abort();
    char *line = fields != NULL ? json_dumps(fields, JSON_COMPACT) : NULL;
    if ((fields != NULL && line == NULL) || (line != NULL && strchr(line, '\n') != NULL))
        abort();
    free(line);
    json_decref(fields);
    free(text);
    return 0;
}
