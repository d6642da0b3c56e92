/* reader_csv.c - records of CSV files: submissions and payments. */
#include <stdio.h>
#include <string.h>

#include "libetl/base/array.h"
#include "libetl/ingest/record_batch.h"

size_t etl_reader_start(struct etl_text file) {
    return file.size >= 3 && memcmp(file.at, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
}

static bool reject_file(struct etl_reader_error *err, const char *reason, const char *what) {
    snprintf(err->text, sizeof err->text, "%s%s", reason, what);
    return false;
}

static bool set_meaning(const struct etl_reader *reader, const struct etl_source_format *format,
                        struct etl_csv_header *header, const struct etl_csv_fields *fields,
                        struct etl_reader_error *err) {
    const char *missing = "";
    header->count = fields->count;
    if (format->kind == ETL_SOURCE_OF_PAYMENTS)
        return etl_payments_csv_columns(&header->payments, fields->items, fields->count, &missing) ||
               reject_file(err, "line 1: no column with ", missing);
    etl_form_columns_set(reader->form, &header->form, fields->items, fields->count);
    return etl_form_columns_identify(&header->form) ||
           reject_file(err, "line 1: no column has lead ids or e-mail addresses", "");
}

/* Read the header with header->delimiter. */
static bool read_header(const struct etl_reader *reader, const struct etl_source_format *format, struct etl_text file,
                        struct etl_csv_header *header, size_t *behind, struct etl_reader_error *err) {
    struct etl_csv_fields fields = {0};
    enum etl_csv_result result = ETL_CSV_BLANK;
    size_t used;
    err->text[0] = '\0';
    *behind = etl_reader_start(file);
    while (result == ETL_CSV_BLANK && *behind < file.size) {
        struct etl_text rest = {file.at + *behind, file.size - *behind};
        result = etl_csv_read(&fields, header->delimiter, rest, &used);
        *behind += used;
    }
    bool done = false;
    if (result == ETL_CSV_BLANK)
        reject_file(err, "the file is empty: its first line must name the columns", "");
    else if (result == ETL_CSV_BROKEN)
        reject_file(err, "line 1: ", etl_reject_reason_text(fields.reason));
    else
        done = result == ETL_CSV_RECORD && set_meaning(reader, format, header, &fields, err);
    etl_csv_fields_done(&fields);
    return done;
}

/* If no delimiter gives a valid header, the error is that of the delimiter with the most columns. */
bool etl_reader_csv_header(const struct etl_reader *reader, const struct etl_source_format *format,
                           struct etl_text file, struct etl_csv_header *header, size_t *behind,
                           struct etl_reader_error *err) {
    static const char delimiters[] = {',', ';', '\t'};
    size_t most = 0;
    for (size_t i = 0; i < sizeof delimiters; i++) {
        struct etl_reader_error reason;
        header->delimiter = delimiters[i];
        header->count = 0;
        if (read_header(reader, format, file, header, behind, &reason))
            return true;
        if (i == 0 || header->count > most || reason.text[0] == '\0')
            *err = reason;
        if (reason.text[0] == '\0')
            return false;
        most = header->count > most ? header->count : most;
    }
    return false;
}

/* Whether a record's fields are copies, which the next record overwrites. */
static bool are_copies(const struct etl_csv_fields *fields) {
    return fields->count > 0 && fields->items[0].at == fields->copies && fields->copies != NULL;
}

static enum etl_reject_reason read_submission(const struct etl_reader *reader, const struct etl_csv_header *header,
                                              struct etl_record_batch *batch, bool *no_memory) {
    size_t before = batch->submissions.count, written = batch->submissions.written_count;
    enum etl_reject_reason reason =
        etl_form_read(reader->form, &header->form, batch->fields.items, &batch->submissions, no_memory);
    if (batch->submissions.count > before && are_copies(&batch->fields))
        *no_memory |= !etl_record_batch_keep_submission(batch, batch->submissions.written_count - written);
    return reason;
}

static enum etl_reject_reason read_payment(const struct etl_reader *reader, const struct etl_csv_header *header,
                                           struct etl_record_batch *batch, bool *no_memory) {
    struct etl_payment_fact_list *list = &batch->facts;
    *no_memory = !etl_array_reserve(&list->items, &list->capacity, list->count + 1, sizeof *list->items);
    if (*no_memory)
        return ETL_REJECT_NONE;
    enum etl_reject_reason reason =
        etl_payments_csv_read(&reader->stripe, &header->payments, batch->fields.items, &list->items[list->count]);
    list->count += reason == ETL_REJECT_NONE;
    return reason;
}

bool etl_reader_read_csv(const struct etl_reader *reader, const struct etl_source_format *format,
                         const struct etl_csv_header *header, struct etl_text file, size_t from, size_t until,
                         struct etl_record_batch *batch, size_t *stopped) {
    bool no_memory = false;
    size_t used;
    for (*stopped = from; *stopped < until && *stopped < file.size; *stopped += used) {
        const char *at = file.at + *stopped;
        struct etl_text rest = {at, file.size - *stopped};
        enum etl_csv_result result = ETL_CSV_UNKNOWN;
        if (!reader->reference_only)
            result = etl_csv_scan(&batch->fields, header->delimiter, rest, &used);
        if (result == ETL_CSV_UNKNOWN)
            result = etl_csv_read(&batch->fields, header->delimiter, rest, &used);
        if (result == ETL_CSV_NO_MEMORY)
            return false;
        if (result == ETL_CSV_BLANK)
            continue;
        enum etl_reject_reason reason = batch->fields.reason;
        if (result == ETL_CSV_RECORD && batch->fields.count != header->count)
            reason = ETL_REJECT_FIELD_COUNT;
        else if (result == ETL_CSV_RECORD)
            reason = (format->kind == ETL_SOURCE_OF_PAYMENTS ? read_payment : read_submission)(reader, header, batch,
                                                                                               &no_memory);
        batch->read++;
        if (no_memory || (reason != ETL_REJECT_NONE && !etl_record_batch_reject(batch, file, at, at + used, reason)))
            return false;
    }
    return true;
}
