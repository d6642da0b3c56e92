/*
 * form.h - reads submissions of a form: from the columns of an export or the members of a delivery.
 *
 * Columns are found by name, in any order, case and punctuation ("Business Type", "business_type", "businessType").
 * Several columns may mean the same, because an export has the columns of all years.  Then each row takes the first
 * one that is not empty, in this order: the lead id is `lead_id`, then `customer_id`; the address `email`, then
 * `email_address`, `_replyto`, `reply_to`; the time `_date`, `date`, `submitted_at`, `_submitted`, `submitted`,
 * `signup_date`, `signup_at`, `created_at`, `timestamp`. Features are found by the names that the configuration gives
 * them.  "_id" is the id of the e-mail with the submission, if it has that form.  All other columns, and those that
 * begin with "_", are ignored.
 *
 * A lead id consists of letters, digits, "-", "_", "." and ":", has at most 200 bytes, and is not a script's word for
 * nothing ("undefined", "null").  If it is invalid, the address alone identifies the person.
 */
#ifndef LIBETL_FORM_H
#define LIBETL_FORM_H

#include <stdint.h>

#include "libetl/base/hash.h"
#include "libetl/base/reject_reason.h"
#include "libetl/base/text.h"
#include "libetl/config.h"

#define ETL_FORM_NO_DATE INT64_MIN /* earlier than any date */

enum { ETL_FORM_MAX_LEAD_ID = 200 };

/* One submission as it was written. The texts are borrowed from the bytes that were read. */
struct etl_submission {
    uint64_t lead; /* hashes of lead id and address, 0: none (hash.h) */
    uint64_t email;
    uint64_t message;        /* hash of the id of the e-mail with it, 0: none */
    uint64_t profile;        /* hash of the features as they were written */
    struct etl_text id;      /* the lead id */
    struct etl_text address; /* the e-mail address as written */
    int64_t at;              /* when it was sent, or ETL_FORM_NO_DATE */
    size_t features;         /* index of its first feature in its list's `written` */
    bool bad_id;             /* its lead id is invalid: the address identifies the person */
};

/* Start with {0}; free items and written. */
struct etl_submission_list {
    struct etl_submission *items; /* [count] */
    size_t count, capacity;
    struct etl_text *written; /* the features of all items, in sequence */
    size_t written_count, written_capacity;
};

struct etl_form_reader; /* threads may share one */

/* Both are borrowed. NULL if memory runs out. */
struct etl_form_reader *etl_form_new(const struct etl_config *config, const struct etl_hash_key *key);
void etl_form_free(struct etl_form_reader *form);

/* A column with a meaning. */
struct etl_form_column {
    uint32_t place; /* index among the fields */
    uint8_t meaning, rank;
    bool rival; /* an earlier column means the same: this one is used where that is empty */
};

/* The columns with a meaning, of one header or one delivery. */
enum { ETL_FORM_MAX_COLUMNS = 256 };
struct etl_form_columns {
    size_t count;
    struct etl_form_column items[ETL_FORM_MAX_COLUMNS]; /* [count], in order of preference */
};

/* Find the columns among names. */
void etl_form_columns_set(const struct etl_form_reader *form, struct etl_form_columns *columns,
                          const struct etl_text *names, size_t count);
bool etl_form_columns_identify(const struct etl_form_columns *columns); /* whether a column identifies the person */
void etl_form_columns_drop_dates(struct etl_form_columns *columns);     /* whether no column has a date */

/*
 * Append the submission of these fields.  Returns ETL_REJECT_NONE or the reason why it is rejected.  If memory runs
 * out, *no_memory is set and nothing is appended.
 */
enum etl_reject_reason etl_form_read(const struct etl_form_reader *form, const struct etl_form_columns *columns,
                                     const struct etl_text *fields, struct etl_submission_list *out, bool *no_memory);

#endif
