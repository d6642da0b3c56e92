/*
 * intake.h - reads stretches of raw files into batches: evidence, submissions, refusals.
 *
 * A stretch is read without knowing what was before it and changes nothing but its batch, so threads may
 * read stretches of one file side by side.  Whoever puts batches together checks that each stretch began
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
#ifndef LIBETL_INTAKE_H
#define LIBETL_INTAKE_H

#include "libetl/csv_record.h"
#include "libetl/form.h"
#include "libetl/payments_csv.h"
#include "libetl/stripe.h"

enum { INTAKE_MAX_RECORD = 16 << 20 }; /* bytes of a JSON record */

enum intake_kind { INTAKE_FORM_CSV, INTAKE_FORM_JSON, INTAKE_STRIPE_CSV, INTAKE_STRIPE_JSON };

/* Only read while reading; threads may share one. */
struct intake {
    struct stripe_reader stripe;
    const struct form_reader *form;
    bool reference_only; /* everything by jansson and libcsv, for comparison */
};

/* A record that is no evidence. */
struct intake_refusal {
    uint64_t offset;
    uint32_t length; /* UINT32_MAX where it is longer */
    uint32_t why;    /* enum refusal */
};

/* Start with {0}; intake_reset makes it empty for the next stretch and keeps its memory. */
struct batch {
    struct evidence_list evidence;
    struct submission_list submissions;
    struct intake_refusal *refusals; /* [refusal_count] */
    size_t refusal_count, refusal_capacity;
    uint64_t read; /* records found, whatever became of them */
    /* for reading */
    struct tape tape;
    struct csv_fields fields;
    struct form_columns columns; /* of a JSON submission */
    struct text *names, *values;
    size_t name_capacity, value_capacity;
    struct text_block *kept; /* texts that submissions borrow */
    uint64_t wasted;         /* bytes looked at for the ends of values that have none */
};
void batch_reset(struct batch *batch);
void batch_done(struct batch *batch);

/* The meaning of a CSV file's columns, and what parts them. */
struct intake_header {
    size_t count;
    char delimiter;
    struct form_columns form;
    struct payments_csv payments;
};

/* Why a file cannot be read, in one line for a person without the file's name. */
struct intake_error {
    char text[200];
};

/*
 * Read the header of a CSV file; *behind is the offset of the first record.  Its fields are parted by commas, or, where
 * that makes no sense, by semicolons or tabs, as spreadsheets of half of Europe write.  False where the file is not
 * what its name says (err says why) or memory ends (err is empty).
 */
bool intake_csv_header(const struct intake *intake, enum intake_kind kind, struct text file,
                       struct intake_header *header, size_t *behind, struct intake_error *err);

/*
 * Read the records that begin at or behind offset `from` and before `until`; *stopped is where the next one
 * begins.  `from` is where a record begins or white space before one.  False where memory ends.
 */
bool intake_csv(const struct intake *intake, enum intake_kind kind, const struct intake_header *header,
                struct text file, size_t from, size_t until, struct batch *batch, size_t *stopped);
bool intake_json(const struct intake *intake, enum intake_kind kind, struct text file, size_t from, size_t until,
                 struct batch *batch, size_t *stopped);

/*
 * How records follow each other in an array or a list object: the bytes from the end of the first record to the
 * start of what identifies the second, such as `},{"id":"evt_`.  Where the same bytes stand again another record
 * probably begins, *brace bytes on.  Empty where there are no two records.
 */
struct text intake_json_joint(struct text file, size_t *brace);

/* Where the first record of a file can begin: behind a byte order mark. */
size_t intake_start(struct text file);

#endif
