/* csv_table.c - our own CSV files row by row, read by libcsv. */
#include "services/common/table/csv_table.h"

#include <csv.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_COLUMNS = 4200, MAX_FIELD = 1 << 16, READ_CHUNK = 1 << 16, FIRST_ROW_BYTES = 1 << 12 };

/* A row while it is read: its text in one buffer, fields by offset, since the buffer may move. */
struct reader {
    csv_row *row;
    void *user;
    struct csv_header header;
    char **names;
    char *text;
    size_t used, capacity;
    size_t offset[MAX_COLUMNS];
    size_t fields;
    size_t line;
    char *field[MAX_COLUMNS];
    char problem[200];
    bool stopped;
};

int csv_column(const struct csv_header *header, const char *name) {
    for (size_t i = 0; i < header->columns; i++)
        if (strcmp(header->name[i], name) == 0)
            return (int)i;
    return CSV_NO_COLUMN;
}

bool csv_find_column(const struct csv_header *header, const char *name, int *out, char problem[200]) {
    *out = csv_column(header, name);
    if (*out == CSV_NO_COLUMN)
        snprintf(problem, 200, "no column %.80s", name);
    return *out != CSV_NO_COLUMN;
}

static void stop(struct reader *r, const char *reason) {
    if (!r->stopped && r->problem[0] == '\0')
        snprintf(r->problem, sizeof r->problem, "%s", reason);
    r->stopped = true;
}

/* In the row that is being read. */
static void stop_in_row(struct reader *r, const char *reason) {
    r->line += !r->stopped;
    stop(r, reason);
}

static void on_field(void *bytes, size_t size, void *user) {
    struct reader *r = user;
    if (r->stopped)
        return;
    if (r->fields == MAX_COLUMNS) {
        stop_in_row(r, "too many columns");
        return;
    }
    if (r->used + size + 1 > r->capacity) {
        size_t capacity = 2 * (r->capacity + size) + FIRST_ROW_BYTES;
        char *text = realloc(r->text, capacity);
        if (text == NULL) {
            stop_in_row(r, "out of memory");
            return;
        }
        r->text = text;
        r->capacity = capacity;
    }
    r->offset[r->fields++] = r->used;
    if (size > 0)
        memcpy(r->text + r->used, bytes, size);
    r->text[r->used + size] = '\0';
    r->used += size + 1;
}

static void take_header(struct reader *r) {
    r->names = calloc(r->fields, sizeof *r->names);
    if (r->names == NULL) {
        stop(r, "out of memory");
        return;
    }
    r->header.columns = r->fields;
    for (size_t i = 0; i < r->fields; i++) {
        r->names[i] = strdup(r->text + r->offset[i]);
        if (r->names[i] == NULL)
            stop(r, "out of memory");
    }
    r->header.name = (const char *const *)r->names;
}

static void on_row(int end, void *user) {
    struct reader *r = user;
    (void)end;
    if (r->stopped)
        return; /* libcsv goes on to the end of the chunk; the line stays where it stopped */
    r->line++;
    bool header = r->names == NULL;
    if (header)
        take_header(r);
    else if (r->fields != r->header.columns) {
        snprintf(r->problem, sizeof r->problem, "%zu fields where the header has %zu", r->fields, r->header.columns);
        r->stopped = true;
    }
    for (size_t i = 0; i < r->fields; i++)
        r->field[i] = r->text + r->offset[i];
    if (!r->stopped && !r->row(r->user, &r->header, header ? NULL : r->field, r->problem))
        r->stopped = true;
    r->fields = 0;
    r->used = 0;
}

/* An unclosed quote must not eat memory: libcsv's own buffer stays below a cap. */
static void *capped_realloc(void *old, size_t size) {
    return size > MAX_FIELD ? NULL : realloc(old, size);
}

/* Blanks belong to a field; libcsv would trim them. */
static int no_blank(unsigned char c) {
    (void)c;
    return 0;
}

static void parse_file(struct reader *r, FILE *file) {
    struct csv_parser parser;
    char *chunk = malloc(READ_CHUNK);
    if (chunk == NULL || csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI | CSV_APPEND_NULL) != 0) {
        stop(r, "out of memory");
        free(chunk);
        return;
    }
    csv_set_realloc_func(&parser, capped_realloc);
    csv_set_blk_size(&parser, 1024);
    csv_set_space_func(&parser, no_blank);
    size_t n;
    while (!r->stopped && (n = fread(chunk, 1, READ_CHUNK, file)) > 0)
        if (csv_parse(&parser, chunk, n, on_field, on_row, r) != n)
            stop_in_row(r,
                        csv_error(&parser) == CSV_ENOMEM ? "a field larger than 64 KiB" : "a quote in the wrong place");
    if (!r->stopped && csv_fini(&parser, on_field, on_row, r) != 0)
        stop_in_row(r, "the file ends within quotes");
    csv_free(&parser);
    free(chunk);
}

bool csv_table_read_at(const struct volume *volume, const char *name, csv_row *row, void *user, struct error *err) {
    FILE *file = volume_open_stream(volume, name);
    struct reader *r = file != NULL ? calloc(1, sizeof *r) : NULL;
    if (r == NULL) {
        volume_error(volume, err, "read", name);
        if (file != NULL)
            fclose(file);
        return false;
    }
    r->row = row;
    r->user = user;
    parse_file(r, file);
    bool done = !r->stopped && ferror(file) == 0 && r->names != NULL;
    if (ferror(file) != 0)
        volume_error(volume, err, "read", name);
    else if (!done)
        volume_reject(volume, err, name, "line %zu: %s", r->line, r->problem[0] != '\0' ? r->problem : "no header");
    fclose(file);
    for (size_t i = 0; r->names != NULL && i < r->header.columns; i++)
        free(r->names[i]);
    free(r->names);
    free(r->text);
    free(r);
    return done;
}

bool csv_table_read(const char *path, csv_row *row, void *user, struct error *err) {
    return csv_table_read_at(&volume_none, path, row, user, err);
}

void csv_write_text(FILE *file, const char *text, bool last) {
    if (text[strcspn(text, ",\"\r\n")] == '\0') {
        fputs(text, file);
    } else {
        fputc('"', file);
        for (; *text != '\0'; text++) {
            if (*text == '"')
                fputc('"', file);
            fputc(*text, file);
        }
        fputc('"', file);
    }
    fputc(last ? '\n' : ',', file);
}

void csv_write_format(FILE *file, bool last, const char *format, ...) {
    char text[512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    csv_write_text(file, text, last);
}
