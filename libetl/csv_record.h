/*
 * csv_record.h - CSV one record at a time (RFC 4180, strict).
 *
 * Two readers give the same fields: csv_record_scan is ours, for lines that are plain; csv_record_read is
 * libcsv, takes everything and is the reference.  White space around unquoted fields is dropped, lines may
 * end in LF, CR LF or CR, blank lines are no records.  A record that is broken - a quote where none may be
 * or one that is never closed, a field above 64 KiB - is its first line; the next line begins anew.
 */
#ifndef LIBETL_CSV_RECORD_H
#define LIBETL_CSV_RECORD_H

#include "libetl/refusal.h"
#include "libetl/text.h"

enum { CSV_RECORD_MAX_FIELD = 64 << 10, CSV_RECORD_MAX_FIELDS = 4096 };

enum csv_result {
    CSV_RECORD,
    CSV_BLANK,   /* no record, but *used bytes of nothing */
    CSV_BROKEN,  /* *used bytes, and fields->why */
    CSV_UNKNOWN, /* csv_record_scan only: ask csv_record_read */
    CSV_NO_MEMORY
};

/* Start with {0}. Texts point into the bytes read or into `copies`, which stays until csv_fields_done. */
struct csv_fields {
    struct text *items; /* [count]: of this record */
    size_t count, capacity;
    char *copies; /* of csv_record_read: all fields of this record */
    size_t copies_size, copies_capacity;
    enum refusal why;
};
void csv_fields_done(struct csv_fields *fields);

/* The record at the start of rest, which is not empty and reaches to the end of the file.  The delimiter is a comma, or
 * a semicolon or a tab, which is no white space then. */
enum csv_result csv_record_scan(struct csv_fields *fields, char delimiter, struct text rest, size_t *used);
enum csv_result csv_record_read(struct csv_fields *fields, char delimiter, struct text rest, size_t *used);

#endif
