/*
 * reader.h - reads chunks of raw files into batches: payment facts, submissions, rejects.
 *
 * Reading a chunk does not depend on the bytes before it and changes only its batch, so threads may read chunks of one
 * file in parallel.  The caller that merges the batches checks that each chunk began where the previous one stopped.
 *
 * A JSON file may contain one record, an array of records, a list object (Stripe's {"object":"list", "data":[...]},
 * Formspree's {"fields":[...],"submissions":[...]}), or one record per line.  A record may be in the envelope of
 * raw/inbox: {"received_at":"2026-01-31T10:20:30Z","body":{...}}, where body is what was delivered or pulled, as JSON;
 * a list in it is several records.
 *
 * A broken record affects little else: reading continues after the value if it ends, otherwise at the next line that
 * begins with "{".  If a list is broken, its items are still read one by one.
 */
#ifndef LIBETL_READER_H
#define LIBETL_READER_H

#include "libetl/base/csv_reader.h"
#include "libetl/forms/form.h"
#include "libetl/sources/source.h"
#include "libetl/stripe/payments_csv.h"
#include "libetl/stripe/stripe_record.h"

enum { ETL_READER_MAX_RECORD = 16 << 20 }; /* bytes of a JSON record */

/* Constant while reading, so threads may share one. */
struct etl_reader {
    struct etl_stripe_reader stripe;
    const struct etl_form_reader *form;
    bool reference_only; /* use only jansson and libcsv, for comparison */
};

/* A rejected record. */
struct etl_reject {
    uint64_t offset;
    uint32_t length; /* UINT32_MAX if it is longer */
    uint32_t reason; /* enum etl_reject_reason */
};

/* Start with {0}. etl_record_batch_reset empties it for the next chunk and keeps its memory. */
struct etl_record_batch {
    struct etl_payment_fact_list facts;
    struct etl_submission_list submissions;
    struct etl_reject *rejects; /* [reject_count] */
    size_t reject_count, reject_capacity;
    uint64_t read; /* records found, rejected ones included */
    /* used while reading */
    struct etl_tape tape;
    struct etl_csv_fields fields;
    struct etl_form_columns columns; /* of a JSON submission */
    struct etl_text *names, *values;
    size_t name_capacity, value_capacity;
    struct etl_text_block *kept; /* texts that submissions borrow */
    uint64_t wasted;             /* bytes searched for the ends of values that have none */
};
void etl_record_batch_reset(struct etl_record_batch *batch);
void etl_record_batch_done(struct etl_record_batch *batch);

/* The meaning of a CSV file's columns, and their delimiter. */
struct etl_csv_header {
    size_t count;
    char delimiter;
    struct etl_form_columns form;
    struct etl_payments_csv payments;
};

/* Why a file cannot be read: one line for a person, without the file's name. */
struct etl_reader_error {
    char text[200];
};

/*
 * Read the header of a CSV file; *behind is the offset of the first record.  Its delimiter is a comma, or, if that
 * gives no valid header, a semicolon or a tab, as European spreadsheets write.  False if the header is not valid (err
 * says why) or memory runs out (err is empty).
 */
bool etl_reader_csv_header(const struct etl_reader *reader, const struct etl_source_format *format,
                           struct etl_text file, struct etl_csv_header *header, size_t *behind,
                           struct etl_reader_error *err);

/*
 * Read the records that begin at or behind offset `from` and before `until`; *stopped is where the next one
 * begins.  `from` is where a record begins or white space before one.  False where memory ends.
 */
bool etl_reader_read_csv(const struct etl_reader *reader, const struct etl_source_format *format,
                         const struct etl_csv_header *header, struct etl_text file, size_t from, size_t until,
                         struct etl_record_batch *batch, size_t *stopped);
bool etl_reader_read_json(const struct etl_reader *reader, const struct etl_source_format *format, struct etl_text file,
                          size_t from, size_t until, struct etl_record_batch *batch, size_t *stopped);

/*
 * The separator of records in an array or a list object: the bytes from the end of the first record to the start of
 * what identifies the second, such as `},{"id":"evt_`. At other places with these bytes another record probably
 * begins, *brace bytes further on.  Empty if there are not two records.
 */
struct etl_text etl_reader_json_separator(struct etl_text file, size_t *brace);

/* Where the first record of a file can begin: after a byte order mark. */
size_t etl_reader_start(struct etl_text file);

#endif
