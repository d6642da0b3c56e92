/* csv_text.c - fields of a CSV line, quoted where they must be. */
#include "services/score/csv_text.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_BYTES = 256 };

void csv_text_clear(struct csv_text *text) {
    text->used = 0;
}

static void put(struct csv_text *text, char c) {
    text->bytes[text->used++] = c;
}

bool csv_text_add(struct csv_text *text, const char *field, bool number) {
    size_t needed = text->used + 2 * strlen(field) + 5; /* comma, two quotes, apostrophe, end */
    if (needed > text->capacity) {
        size_t capacity = 2 * needed + FIRST_BYTES;
        char *bytes = realloc(text->bytes, capacity);
        if (bytes == NULL)
            return false;
        text->bytes = bytes;
        text->capacity = capacity;
    }
    bool formula = !number && field[0] != '\0' && strchr("=+-@\t\r", field[0]) != NULL;
    bool quoted = field[strcspn(field, ",\"\r\n")] != '\0';
    if (quoted)
        put(text, '"');
    if (formula)
        put(text, '\'');
    for (; *field != '\0'; field++) {
        if (*field == '"')
            put(text, '"');
        put(text, *field);
    }
    if (quoted)
        put(text, '"');
    put(text, ',');
    text->bytes[text->used] = '\0';
    return true;
}

void csv_text_done(struct csv_text *text) {
    free(text->bytes);
    *text = (struct csv_text){0};
}
