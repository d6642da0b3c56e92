/*
 * reader.h - reads chunks of raw files into batches: evidence, submissions, rejects.
 *
 * A chunk is read without knowing what was before it and changes nothing but its batch, so threads may
 * read chunks of one file side by side.  Whoever puts batches together checks that each chunk began
 * where the one before it stopped.
 *
 * Files of JSON may hold one record, records in an array, in a list object (Stripe's {"object":"list",
 * "data":[...]}, Formspree's {"fields":[...],"submissions":[...]}), or line after line.  A record may come in
 * the envelope of raw/inbox: {"received_at":"2026-01-31T10:20:30Z","body":{...}}, where body is what was
 * delivered or pulled, as JSON; a list in it is several records.
 *
 * What is broken costs itself and little else: reading goes on behind a value that ends, and otherwise at
 * the next line that begins with "{".  Where a list is broken its items are still read one by one.
 */
#ifndef LIBETL_READER_H
#define LIBETL_READER_H

#include "libetl/base/csv_reader.h"
#include "libetl/forms/form.h"
#include "libetl/sources/source.h"
#include "libetl/stripe/payments_csv.h"
#include "libetl/stripe/stripe_record.h"

enum { ETL_READER_MAX_RECORD = 16 << 20 }; /* bytes of a JSON record */

/* Only read while reading; threads may share one. */
struct etl_reader {
    struct etl_stripe_reader stripe;
    const struct etl_form_reader *form;
    bool reference_only; /* everything by jansson and libcsv, for comparison */
};

/* A record that is no evidence. */
struct etl_reject {
    uint64_t offset;
    uint32_t length; /* UINT32_MAX where it is longer */
    uint32_t reason; /* enum etl_reject_reason */
};

/* Start with {0}; etl_record_batch_reset makes it empty for the next chunk and keeps its memory. */
struct etl_record_batch {
    struct etl_payment_fact_list facts;
    struct etl_submission_list submissions;
    struct etl_reject *rejects; /* [reject_count] */
    size_t reject_count, reject_capacity;
    uint64_t read; /* records found, whatever became of them */
    /* for reading */
    struct etl_tape tape;
    struct etl_csv_fields fields;
    struct etl_form_columns columns; /* of a JSON submission */
    struct etl_text *names, *values;
    size_t name_capacity, value_capacity;
    struct etl_text_block *kept; /* texts that submissions borrow */
    uint64_t wasted;             /* bytes looked at for the ends of values that have none */
};
void etl_record_batch_reset(struct etl_record_batch *batch);
void etl_record_batch_done(struct etl_record_batch *batch);

/* The meaning of a CSV file's columns, and what parts them. */
struct etl_csv_header {
    size_t count;
    char delimiter;
    struct etl_form_columns form;
    struct etl_payments_csv payments;
};

/* Why a file cannot be read, in one line for a person without the file's name. */
struct etl_reader_error {
    char text[200];
};

/*
 * Read the header of a CSV file; *behind is the offset of the first record.  Its fields are parted by commas, or, where
 * that makes no sense, by semicolons or tabs, as spreadsheets of half of Europe write.  False where the file is not
 * what its name says (err says why) or memory ends (err is empty).
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
 * How records follow each other in an array or a list object: the bytes from the end of the first record to the
 * start of what identifies the second, such as `},{"id":"evt_`.  Where the same bytes stand again another record
 * probably begins, *brace bytes on.  Empty where there are no two records.
 */
struct etl_text etl_reader_json_separator(struct etl_text file, size_t *brace);

/* Where the first record of a file can begin: behind a byte order mark. */
size_t etl_reader_start(struct etl_text file);

#endif
