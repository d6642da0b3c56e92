/* cell_text.c - fields of a CSV line, quoted where they must be. */
#include "services/score/cell_text.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_BYTES = 256 };

void cell_text_clear(struct cell_text *text) {
    text->used = 0;
}

static void put(struct cell_text *text, char c) {
    text->bytes[text->used++] = c;
}

bool cell_text_add(struct cell_text *text, const char *field, bool number) {
    size_t most = text->used + 2 * strlen(field) + 5; /* comma, two quotes, apostrophe, end */
    if (most > text->room) {
        size_t room = 2 * most + FIRST_BYTES;
        char *bytes = realloc(text->bytes, room);
        if (bytes == NULL)
            return false;
        text->bytes = bytes;
        text->room = room;
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

void cell_text_done(struct cell_text *text) {
    free(text->bytes);
    *text = (struct cell_text){0};
}
