/*
 * form.h - reads what a person sent in: the columns of an export, the members of a delivery.
 *
 * Columns are found by name, whatever their order, case and punctuation ("Business Type", "business_type",
 * "businessType").  Of several that mean the same - an export has those of all years - the first of these
 * lists that says something counts, row by row: the lead id is `lead_id`, then `customer_id`; the address
 * `email`, then `email_address`, `_replyto`, `reply_to`; the time `_date`, `date`, `submitted_at`, `_submitted`,
 * `submitted`, `signup_date`, `signup_at`, `created_at`, `timestamp`.  Features are found by the names that the
 * configuration gives them.  "_id" is the id of the e-mail that brought a submission, if it looks like one.
 * All other columns, and those that begin with "_", are ignored.
 *
 * A lead id is of letters, digits, "-", "_", "." and ":", at most 200 bytes long, and not what a script writes for
 * nothing ("undefined", "null").  Where it is none, the address alone says who it is.
 */
#ifndef LIBETL_FORM_H
#define LIBETL_FORM_H

#include <stdint.h>

#include "libetl/base/hash.h"
#include "libetl/base/reject_reason.h"
#include "libetl/base/text.h"
#include "libetl/config.h"

#define ETL_FORM_NO_DATE INT64_MIN /* older than any other */

enum { ETL_FORM_MAX_LEAD_ID = 200 };

/* One submission as it was written; texts are borrowed from where it was read. */
struct etl_submission {
    uint64_t lead; /* hashes of lead id and address, 0: none (hash.h) */
    uint64_t email;
    uint64_t message;        /* hash of the id of the e-mail that brought it, 0: none */
    uint64_t profile;        /* hash of the features as they were written */
    struct etl_text id;      /* the lead id */
    struct etl_text address; /* the e-mail address as written */
    int64_t at;              /* when it was sent, or ETL_FORM_NO_DATE */
    size_t features;         /* place of its first feature in the list it is in */
    bool bad_id;             /* what stands for a lead id is none: the address says who it is */
};

/* Start with {0}; free items and written. */
struct etl_submission_list {
    struct etl_submission *items; /* [count] */
    size_t count, capacity;
    struct etl_text *written; /* the features of all items, one after the other */
    size_t written_count, written_capacity;
};

struct etl_form_reader; /* threads may share one */

/* Both are borrowed. NULL where memory ends. */
struct etl_form_reader *etl_form_new(const struct etl_config *config, const struct etl_hash_key *key);
void etl_form_free(struct etl_form_reader *form);

/* A column that means something. */
struct etl_form_column {
    uint32_t place; /* among the fields */
    uint8_t meaning, rank;
    bool rival; /* one before it means the same: this one counts where that says nothing */
};

/* Which column means what, for one header or one delivery; what is beyond them means nothing. */
enum { ETL_FORM_MAX_COLUMNS = 256 };
struct etl_form_columns {
    size_t count;
    struct etl_form_column items[ETL_FORM_MAX_COLUMNS]; /* [count], by rank */
};

/* Give meanings to names. */
void etl_form_columns_set(const struct etl_form_reader *form, struct etl_form_columns *columns,
                          const struct etl_text *names, size_t count);
bool etl_form_columns_identify(const struct etl_form_columns *columns); /* some column says who somebody is */
void etl_form_columns_drop_dates(struct etl_form_columns *columns);     /* no column says when */

/*
 * Append the submission that the fields make; ETL_REJECT_NONE or why it is none.  *no_memory is set where
 * memory ended (and then the submission is not there).
 */
enum etl_reject_reason etl_form_read(const struct etl_form_reader *form, const struct etl_form_columns *columns,
                                     const struct etl_text *fields, struct etl_submission_list *out, bool *no_memory);

#endif
