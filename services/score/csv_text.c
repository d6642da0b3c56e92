/* csv_text.c - writes fields of a CSV line, quoted where necessary. */
#include "services/score/csv_text.h"

#include <string.h>

/* A quote within a quoted field is doubled. */
static void put_doubling_quotes(struct strbuf *text, const char *field) {
    for (const char *quote; (quote = strchr(field, '"')) != NULL; field = quote + 1) {
        strbuf_append(text, field, (size_t)(quote + 1 - field));
        strbuf_puts(text, "\"");
    }
    strbuf_puts(text, field);
}

void csv_text_add(struct strbuf *text, const char *field, bool number) {
    bool formula = !number && field[0] != '\0' && strchr("=+-@\t\r", field[0]) != NULL;
    bool quoted = field[strcspn(field, ",\"\r\n")] != '\0';
    strbuf_puts(text, quoted ? "\"" : "");
    strbuf_puts(text, formula ? "'" : "");
    put_doubling_quotes(text, field);
    strbuf_puts(text, quoted ? "\"," : ",");
}
