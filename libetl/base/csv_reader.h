/*
 * csv_reader.h - CSV one record at a time (RFC 4180, strict).
 *
 * Two readers give the same fields: etl_csv_scan is ours, for lines that are plain; etl_csv_read is
 * libcsv, takes everything and is the reference.  White space around unquoted fields is dropped, lines may
 * end in LF, CR LF or CR, blank lines are no records.  A record that is broken - a quote where none may be
 * or one that is never closed, a field above 64 KiB - is its first line; the next line begins anew.
 */
#ifndef LIBETL_CSV_READER_H
#define LIBETL_CSV_READER_H

#include "libetl/base/reject_reason.h"
#include "libetl/base/text.h"

enum { ETL_CSV_MAX_FIELD = 64 << 10, ETL_CSV_MAX_FIELDS = 4096 };

enum etl_csv_result {
    ETL_CSV_RECORD,
    ETL_CSV_BLANK,   /* no record, but *used bytes of nothing */
    ETL_CSV_BROKEN,  /* *used bytes, and fields->why */
    ETL_CSV_UNKNOWN, /* etl_csv_scan only: ask etl_csv_read */
    ETL_CSV_NO_MEMORY
};

/* Start with {0}. Texts point into the bytes read or into `copies`, which stays until etl_csv_fields_done. */
struct etl_csv_fields {
    struct etl_text *items; /* [count]: of this record */
    size_t count, capacity;
    char *copies; /* of etl_csv_read: all fields of this record */
    size_t copies_size, copies_capacity;
    enum etl_reject_reason reason;
};
void etl_csv_fields_done(struct etl_csv_fields *fields);

/* The record at the start of rest, which is not empty and reaches to the end of the file.  The delimiter is a comma, or
 * a semicolon or a tab, which is no white space then. */
enum etl_csv_result etl_csv_scan(struct etl_csv_fields *fields, char delimiter, struct etl_text rest, size_t *used);
enum etl_csv_result etl_csv_read(struct etl_csv_fields *fields, char delimiter, struct etl_text rest, size_t *used);

#endif
