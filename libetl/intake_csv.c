/* intake_csv.c - records of CSV files: submissions and payments. */
#include <stdio.h>
#include <string.h>

#include "libetl/array.h"
#include "libetl/batch.h"

size_t intake_start(struct text file) {
    return file.size >= 3 && memcmp(file.at, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
}

static bool refuse_file(struct intake_error *err, const char *why, const char *what) {
    snprintf(err->text, sizeof err->text, "%s%s", why, what);
    return false;
}

static bool set_meaning(const struct intake *intake, enum intake_kind kind, struct intake_header *header,
                        const struct csv_fields *fields, struct intake_error *err) {
    const char *missing = "";
    header->count = fields->count;
    if (kind == INTAKE_STRIPE_CSV)
        return payments_csv_columns(&header->payments, fields->items, fields->count, &missing) ||
               refuse_file(err, "line 1: no column for ", missing);
    form_columns_set(intake->form, &header->form, fields->items, fields->count);
    return form_columns_identify(&header->form) ||
           refuse_file(err, "line 1: no column is a lead id or an e-mail address", "");
}

/* The header as far as its delimiter is header->delimiter. */
static bool read_header(const struct intake *intake, enum intake_kind kind, struct text file,
                        struct intake_header *header, size_t *behind, struct intake_error *err) {
    struct csv_fields fields = {0};
    enum csv_result result = CSV_BLANK;
    size_t used;
    err->text[0] = '\0';
    *behind = intake_start(file);
    while (result == CSV_BLANK && *behind < file.size) {
        struct text rest = {file.at + *behind, file.size - *behind};
        result = csv_record_read(&fields, header->delimiter, rest, &used);
        *behind += used;
    }
    bool done = false;
    if (result == CSV_BLANK)
        refuse_file(err, "empty: the first line must name the columns", "");
    else if (result == CSV_BROKEN)
        refuse_file(err, "line 1: ", refusal_text(fields.why));
    else
        done = result == CSV_RECORD && set_meaning(intake, kind, header, &fields, err);
    csv_fields_done(&fields);
    return done;
}

/* Of the delimiters with which it is no header, that which gives most columns says why. */
bool intake_csv_header(const struct intake *intake, enum intake_kind kind, struct text file,
                       struct intake_header *header, size_t *behind, struct intake_error *err) {
    static const char delimiters[] = {',', ';', '\t'};
    size_t most = 0;
    for (size_t i = 0; i < sizeof delimiters; i++) {
        struct intake_error why;
        header->delimiter = delimiters[i];
        header->count = 0;
        if (read_header(intake, kind, file, header, behind, &why))
            return true;
        if (i == 0 || header->count > most || why.text[0] == '\0')
            *err = why;
        if (why.text[0] == '\0')
            return false;
        most = header->count > most ? header->count : most;
    }
    return false;
}

/* Whether a record's fields are copies that the next record overwrites. */
static bool are_copies(const struct csv_fields *fields) {
    return fields->count > 0 && fields->items[0].at == fields->copies && fields->copies != NULL;
}

static enum refusal read_submission(const struct intake *intake, const struct intake_header *header,
                                    struct batch *batch, bool *no_memory) {
    size_t before = batch->submissions.count, written = batch->submissions.written_count;
    enum refusal why = form_read(intake->form, &header->form, batch->fields.items, &batch->submissions, no_memory);
    if (batch->submissions.count > before && are_copies(&batch->fields))
        *no_memory |= !batch_keep_submission(batch, batch->submissions.written_count - written);
    return why;
}

static enum refusal read_payment(const struct intake *intake, const struct intake_header *header, struct batch *batch,
                                 bool *no_memory) {
    struct evidence_list *list = &batch->evidence;
    *no_memory = !array_reserve(&list->items, &list->capacity, list->count + 1, sizeof *list->items);
    if (*no_memory)
        return REFUSAL_NONE;
    enum refusal why =
        payments_csv_read(&intake->stripe, &header->payments, batch->fields.items, &list->items[list->count]);
    list->count += why == REFUSAL_NONE;
    return why;
}

bool intake_csv(const struct intake *intake, enum intake_kind kind, const struct intake_header *header,
                struct text file, size_t from, size_t until, struct batch *batch, size_t *stopped) {
    bool no_memory = false;
    size_t used;
    for (*stopped = from; *stopped < until && *stopped < file.size; *stopped += used) {
        const char *at = file.at + *stopped;
        struct text rest = {at, file.size - *stopped};
        enum csv_result result = CSV_UNKNOWN;
        if (!intake->reference_only)
            result = csv_record_scan(&batch->fields, header->delimiter, rest, &used);
        if (result == CSV_UNKNOWN)
            result = csv_record_read(&batch->fields, header->delimiter, rest, &used);
        if (result == CSV_NO_MEMORY)
            return false;
        if (result == CSV_BLANK)
            continue;
        enum refusal why = batch->fields.why;
        if (result == CSV_RECORD && batch->fields.count != header->count)
            why = REFUSAL_FIELD_COUNT;
        else if (result == CSV_RECORD)
            why = (kind == INTAKE_STRIPE_CSV ? read_payment : read_submission)(intake, header, batch, &no_memory);
        batch->read++;
        if (no_memory || (why != REFUSAL_NONE && !batch_refuse(batch, file, at, at + used, why)))
            return false;
    }
    return true;
}
