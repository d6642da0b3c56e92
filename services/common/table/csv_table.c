/* csv_table.c - our own CSV files row by row, read by libetl's reader. */
#include "services/common/table/csv_table.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "libetl/base/array.h"
#include "libetl/base/csv_reader.h"

/* A file while it is read. */
struct reader {
    csv_row *row;
    void *user;
    struct csv_header header;
    char **names;                 /* of the header, once it was read */
    struct etl_csv_fields record; /* as it is in the file */
    char *text;                   /* its fields as strings, one after the other */
    char **field;
    size_t text_capacity, field_capacity;
    size_t line; /* records so far, the header included */
    char problem[200];
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

static bool stop(struct reader *r, const char *reason) {
    snprintf(r->problem, sizeof r->problem, "%s", reason);
    return false;
}

static bool copy_fields(struct reader *r) {
    const struct etl_text *from = r->record.items;
    size_t count = r->record.count, size = count;
    for (size_t i = 0; i < count; i++)
        size += from[i].size;
    if (!etl_array_reserve(&r->text, &r->text_capacity, size, 1) ||
        !etl_array_reserve(&r->field, &r->field_capacity, count, sizeof *r->field))
        return false;
    char *to = r->text;
    for (size_t i = 0; i < count; i++) {
        r->field[i] = to;
        memcpy(to, from[i].at, from[i].size);
        to += from[i].size;
        *to++ = '\0';
    }
    return true;
}

static bool take_header(struct reader *r) {
    r->names = calloc(r->record.count, sizeof *r->names);
    if (r->names == NULL)
        return stop(r, "out of memory");
    r->header = (struct csv_header){r->record.count, (const char *const *)r->names};
    for (size_t i = 0; i < r->record.count; i++) {
        r->names[i] = strdup(r->field[i]);
        if (r->names[i] == NULL)
            return stop(r, "out of memory");
    }
    return r->row(r->user, &r->header, NULL, r->problem);
}

static bool take_record(struct reader *r) {
    if (!copy_fields(r))
        return stop(r, "out of memory");
    if (r->names == NULL)
        return take_header(r);
    if (r->record.count == r->header.columns)
        return r->row(r->user, &r->header, r->field, r->problem);
    snprintf(r->problem, sizeof r->problem, "%zu fields where the header has %zu", r->record.count, r->header.columns);
    return false;
}

static const char *broken_reason(const struct etl_csv_fields *record) {
    if (record->unclosed)
        return "the file ends within quotes";
    return record->reason == ETL_REJECT_FIELD_COUNT      ? "too many columns"
           : record->reason == ETL_REJECT_FIELD_TOO_LONG ? "a field larger than 64 KiB"
                                                         : "a quote in the wrong place";
}

static bool read_records(struct reader *r, struct etl_text rest) {
    for (size_t used; rest.size > 0; rest.at += used, rest.size -= used) {
        enum etl_csv_result result = etl_csv_scan(&r->record, ',', rest, &used);
        if (result == ETL_CSV_UNKNOWN)
            result = etl_csv_read(&r->record, ',', rest, &used);
        if (result == ETL_CSV_BLANK)
            continue;
        r->line++;
        if (result == ETL_CSV_NO_MEMORY)
            return stop(r, "out of memory");
        if (result == ETL_CSV_BROKEN)
            return stop(r, broken_reason(&r->record));
        if (!take_record(r))
            return false;
    }
    return r->names != NULL || stop(r, "no header");
}

static void reader_done(struct reader *r) {
    for (size_t i = 0; r->names != NULL && i < r->header.columns; i++)
        free(r->names[i]);
    free(r->names);
    free(r->text);
    free(r->field);
    etl_csv_fields_done(&r->record);
}

/* Map a file, which is replaced and never changed in place; an empty one is an empty text. */
static bool map_file(FILE *file, struct etl_text *out) {
    struct stat about;
    *out = (struct etl_text){"", 0};
    if (file == NULL || fstat(fileno(file), &about) != 0)
        return false;
    if (about.st_size == 0)
        return true;
    void *bytes = mmap(NULL, (size_t)about.st_size, PROT_READ, MAP_PRIVATE, fileno(file), 0);
    if (bytes == MAP_FAILED)
        return false;
    madvise(bytes, (size_t)about.st_size, MADV_SEQUENTIAL);
    *out = (struct etl_text){bytes, (size_t)about.st_size};
    return true;
}

bool csv_table_read_at(const struct volume *volume, const char *name, csv_row *row, void *user, struct error *err) {
    struct reader r = {.row = row, .user = user, .record.keep_blanks = true};
    struct etl_text bytes;
    FILE *file = volume_open_stream(volume, name);
    bool mapped = map_file(file, &bytes);
    if (!mapped)
        volume_error(volume, err, "read", name);
    if (file != NULL)
        fclose(file);
    if (!mapped)
        return false;
    bool done = read_records(&r, bytes);
    if (!done)
        volume_reject(volume, err, name, "line %zu: %s", r.line, r.problem);
    if (bytes.size > 0)
        munmap((void *)bytes.at, bytes.size);
    reader_done(&r);
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
