/* csv_reader.c - reads records with libcsv (the reference) and with a faster splitter for plain lines. */
#include "libetl/base/csv_reader.h"

#include <assert.h>
#include <csv.h>
#include <stdlib.h>
#include <string.h>

#include "libetl/base/array.h"

void etl_csv_fields_done(struct etl_csv_fields *fields) {
    free(fields->items);
    free(fields->copies);
    *fields = (struct etl_csv_fields){0};
}

/* Bytes of the first line, including its end. */
static size_t line_size(struct etl_text rest) {
    size_t size = 0;
    while (size < rest.size && rest.at[size] != '\n' && rest.at[size] != '\r')
        size++;
    size += size + 1 < rest.size && rest.at[size] == '\r' && rest.at[size + 1] == '\n';
    return size < rest.size ? size + 1 : size;
}

static bool add_field(struct etl_csv_fields *fields, const char *at, size_t size) {
    if (!etl_array_reserve(&fields->items, &fields->capacity, fields->count + 1, sizeof *fields->items))
        return false;
    fields->items[fields->count++] = (struct etl_text){at, size};
    return true;
}

/* ---- the fast splitter ---- */

enum { PLAIN_FIELD = 32 << 10 }; /* longer fields are left to libcsv, which checks the limit */

static bool is_blank(char c, char delimiter) {
    return c == ' ' || (c == '\t' && c != delimiter);
}

static struct etl_text trim_field(const struct etl_csv_fields *fields, const char *at, const char *end,
                                  char delimiter) {
    if (fields->keep_blanks)
        return (struct etl_text){at, (size_t)(end - at)};
    while (at < end && is_blank(*at, delimiter))
        at++;
    while (end > at && is_blank(end[-1], delimiter))
        end--;
    return (struct etl_text){at, (size_t)(end - at)};
}

/* Split a line without quotes, given without its end. */
static enum etl_csv_result split_plain(struct etl_csv_fields *fields, char delimiter, const char *at, const char *end) {
    struct etl_text all = trim_field(fields, at, end, delimiter);
    if (all.size == 0)
        return ETL_CSV_BLANK;
    for (;;) {
        const char *next = memchr(at, delimiter, (size_t)(end - at));
        struct etl_text field = trim_field(fields, at, next != NULL ? next : end, delimiter);
        if (field.size > PLAIN_FIELD || fields->count == ETL_CSV_MAX_FIELDS)
            return ETL_CSV_UNKNOWN;
        if (!add_field(fields, field.at, field.size))
            return ETL_CSV_NO_MEMORY;
        if (next == NULL)
            return ETL_CSV_RECORD;
        at = next + 1;
    }
}

/* Read one field at *at of a line with quotes; *more becomes true if another follows. */
static enum etl_csv_result split_field(struct etl_csv_fields *fields, char delimiter, const char **at, const char *end,
                                       bool *more) {
    const char *start = *at, *stop;
    if (start < end && *start == '"') {
        size_t left = (size_t)(end - ++start);
        stop = memchr(start, '"', left < PLAIN_FIELD ? left : PLAIN_FIELD);
        if (stop == NULL || stop + 1 == end)
            return ETL_CSV_UNKNOWN;
        *at = stop + 1;
    } else {
        stop = start;
        while (stop < end && *stop != delimiter && *stop != '\n' && *stop != '\r' && *stop != '"')
            stop++;
        if (stop == end || *stop == '"' || stop - start > PLAIN_FIELD)
            return ETL_CSV_UNKNOWN;
        *at = stop;
        struct etl_text bare = trim_field(fields, start, stop, delimiter);
        start = bare.at;
        stop = bare.at + bare.size;
    }
    if (**at != delimiter && **at != '\n' && **at != '\r')
        return ETL_CSV_UNKNOWN;
    *more = **at == delimiter;
    return fields->count == ETL_CSV_MAX_FIELDS                ? ETL_CSV_UNKNOWN
           : add_field(fields, start, (size_t)(stop - start)) ? ETL_CSV_RECORD
                                                              : ETL_CSV_NO_MEMORY;
}

/* Split a record with quoted fields, which contain no quotes but may contain delimiters and line ends. */
static enum etl_csv_result split_quoted(struct etl_csv_fields *fields, char delimiter, struct etl_text rest,
                                        size_t *used) {
    const char *at = rest.at, *end = rest.at + rest.size;
    bool more = true;
    while (more) {
        enum etl_csv_result result = split_field(fields, delimiter, &at, end, &more);
        if (result != ETL_CSV_RECORD)
            return result;
        at += more; /* skip the delimiter */
    }
    *used = (size_t)(at - rest.at) + line_size((struct etl_text){at, (size_t)(end - at)});
    bool blank = fields->count == 1 && fields->items[0].size == 0 && rest.at[0] != '"';
    return blank ? ETL_CSV_BLANK : ETL_CSV_RECORD;
}

enum etl_csv_result etl_csv_scan(struct etl_csv_fields *fields, char delimiter, struct etl_text rest, size_t *used) {
    const char *newline = memchr(rest.at, '\n', rest.size);
    fields->count = 0;
    if (newline == NULL)
        return ETL_CSV_UNKNOWN;
    size_t size = (size_t)(newline - rest.at);
    *used = size + 1;
    if (memchr(rest.at, '"', size) != NULL)
        return split_quoted(fields, delimiter, rest, used);
    const char *end = newline - (size > 0 && newline[-1] == '\r');
    if (memchr(rest.at, '\r', (size_t)(end - rest.at)) != NULL)
        return ETL_CSV_UNKNOWN;
    return split_plain(fields, delimiter, rest.at, end);
}

/* ---- the reference ---- */

/* libcsv has no limit of its own: a field with an unclosed quote would contain the rest of the file. */
static void *limited_realloc(void *block, size_t size) {
    return size <= ETL_CSV_MAX_FIELD + 1024 ? realloc(block, size) : NULL;
}

/* The bytes that libcsv trims: none, with keep_blanks. */
static int no_blank(unsigned char c) {
    (void)c;
    return 0;
}

struct parse {
    struct etl_csv_fields *fields;
    bool done, no_memory;
};

static void take_field(void *bytes, size_t size, void *user) {
    struct parse *parse = user;
    struct etl_csv_fields *fields = parse->fields;
    if (parse->done || parse->no_memory)
        return;
    if (!etl_array_reserve(&fields->copies, &fields->copies_capacity, fields->copies_size + size + 1, 1) ||
        !add_field(fields, NULL, size)) {
        parse->no_memory = true;
        return;
    }
    if (size > 0)
        memcpy(fields->copies + fields->copies_size, bytes, size);
    fields->copies_size += size;
}

static void take_record(int terminator, void *user) {
    (void)terminator;
    ((struct parse *)user)->done = true;
}

/* Feed lines until a record is complete; *used counts the bytes. */
static int feed(struct csv_parser *parser, struct parse *parse, struct etl_text rest, size_t *used) {
    *used = 0;
    while (*used < rest.size && !parse->done) {
        struct etl_text left = {rest.at + *used, rest.size - *used};
        size_t line = line_size(left);
        if (csv_parse(parser, left.at, line, take_field, take_record, parse) != line)
            return csv_error(parser);
        *used += line;
        if (parser->entry_pos == 0 && parse->fields->count == 0 && !parse->done && parser->quoted == 0)
            return CSV_SUCCESS; /* a blank line */
    }
    parse->fields->unclosed = !parse->done && csv_fini(parser, take_field, take_record, parse) != 0;
    return parse->fields->unclosed ? csv_error(parser) : CSV_SUCCESS;
}

enum etl_csv_result etl_csv_read(struct etl_csv_fields *fields, char delimiter, struct etl_text rest, size_t *used) {
    struct csv_parser parser;
    struct parse parse = {fields, false, false};
    fields->count = fields->copies_size = 0;
    fields->unclosed = false;
    assert(rest.size > 0 && (delimiter == ',' || delimiter == ';' || delimiter == '\t'));
    if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI) != 0)
        return ETL_CSV_NO_MEMORY;
    csv_set_realloc_func(&parser, limited_realloc);
    csv_set_blk_size(&parser, 1024);
    if (fields->keep_blanks)
        csv_set_space_func(&parser, no_blank);
    csv_set_delim(&parser, (unsigned char)delimiter);
    int problem = feed(&parser, &parse, rest, used);
    csv_free(&parser);
    if (parse.no_memory)
        return ETL_CSV_NO_MEMORY;
    bool too_many = fields->count > ETL_CSV_MAX_FIELDS;
    if (problem != CSV_SUCCESS || too_many) {
        fields->reason = too_many                ? ETL_REJECT_FIELD_COUNT
                         : problem == CSV_EPARSE ? ETL_REJECT_NOT_CSV
                                                 : ETL_REJECT_FIELD_TOO_LONG;
        *used = line_size(rest);
        return ETL_CSV_BROKEN;
    }
    size_t place = 0;
    for (size_t i = 0; i < fields->count; i++) {
        fields->items[i].at = fields->copies + place;
        place += fields->items[i].size;
    }
    return parse.done ? ETL_CSV_RECORD : ETL_CSV_BLANK;
}
