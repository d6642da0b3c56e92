/*
 * csv_reader.h - reads CSV one record at a time (RFC 4180, strict).
 *
 * Two readers give the same fields: etl_csv_scan is fast and reads plain lines; etl_csv_read uses libcsv, reads
 * everything and is the reference.  White space around unquoted fields is dropped, unless keep_blanks is set.  Lines
 * may end with LF, CR LF or CR. Blank lines are skipped.  If a record is broken (a misplaced or unclosed quote, a field
 * above 64 KiB), only its first line is consumed, and reading continues with the next line.
 */
#ifndef LIBETL_CSV_READER_H
#define LIBETL_CSV_READER_H

#include "libetl/base/reject_reason.h"
#include "libetl/base/text.h"

enum { ETL_CSV_MAX_FIELD = 64 << 10, ETL_CSV_MAX_FIELDS = 4200 };

enum etl_csv_result {
    ETL_CSV_RECORD,
    ETL_CSV_BLANK,   /* no record, only *used bytes of blank lines */
    ETL_CSV_BROKEN,  /* *used bytes are broken; fields->reason says why */
    ETL_CSV_UNKNOWN, /* only from etl_csv_scan: use etl_csv_read */
    ETL_CSV_NO_MEMORY
};

/* Start with {0}. The texts point into the bytes read or into `copies`, which lives until etl_csv_fields_done. */
struct etl_csv_fields {
    struct etl_text *items; /* [count]: of this record */
    size_t count, capacity;
    char *copies; /* of etl_csv_read: all fields of this record */
    size_t copies_size, copies_capacity;
    enum etl_reject_reason reason;
    bool unclosed;    /* and broken because the file ends within quotes */
    bool keep_blanks; /* set by the caller: white space around a field belongs to it */
};
void etl_csv_fields_done(struct etl_csv_fields *fields);

/*
 * Read the record at the start of rest, which is not empty and extends to the end of the file.  The delimiter is a
 * comma, a semicolon or a tab (which then does not count as white space).
 */
enum etl_csv_result etl_csv_scan(struct etl_csv_fields *fields, char delimiter, struct etl_text rest, size_t *used);
enum etl_csv_result etl_csv_read(struct etl_csv_fields *fields, char delimiter, struct etl_text rest, size_t *used);

#endif
