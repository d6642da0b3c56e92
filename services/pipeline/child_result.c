/* child_result.c - reads the result line of a stage. */
#include "services/pipeline/child_result.h"

#include <string.h>

void child_result_text(char *out, size_t size, const json_t *result, const char *name, const char *otherwise) {
    const char *text = json_string_value(json_object_get(result, name));
    if (text == NULL)
        text = otherwise;
    size_t length = strnlen(text, size);
    if (length == size)
        for (length = size - 1; length > 0 && ((unsigned char)text[length] & 0xC0) == 0x80;)
            length--;
    memcpy(out, text, length);
    out[length] = '\0';
}
