/* form.c - finds the meaning of columns and turns fields into submissions. */
#include "libetl/forms/form.h"

#include <stdlib.h>
#include <string.h>

#include "libetl/base/array.h"
#include "libetl/base/timestamp.h"

enum meaning { IGNORED, LEAD_ID, EMAIL, DATE, MESSAGE, FEATURE /* this and the following are features */ };

struct known_name {
    char folded[64];
    uint8_t meaning, rank;
    bool service; /* begins with "_", as the form service's own fields do: a visitor's "date" is not when the form was
                     sent */
};

struct etl_form_reader {
    const struct etl_config *config;
    const struct etl_hash_key *key;
    struct known_name *names; /* [name_count] */
    size_t name_count, name_capacity;
};

/* ---- names ---- */

static bool add_name(struct etl_form_reader *form, const char *name, size_t meaning, size_t rank) {
    struct known_name known = {.meaning = (uint8_t)meaning, .rank = (uint8_t)(rank < 255 ? rank : 255)};
    known.service = meaning < FEATURE && name[0] == '_';
    size_t size = etl_text_fold_name((struct etl_text){name, strlen(name)}, known.folded, sizeof known.folded);
    if (size == 0 || size == sizeof known.folded)
        return true;
    if (!etl_array_reserve(&form->names, &form->name_capacity, form->name_count + 1, sizeof *form->names))
        return false;
    form->names[form->name_count++] = known;
    return true;
}

static bool add_names(struct etl_form_reader *form, enum meaning meaning, const char *const *names) {
    for (size_t i = 0; names[i] != NULL; i++)
        if (!add_name(form, names[i], meaning, i))
            return false;
    return true;
}

/* Features first: a column that the configuration names is a feature, even if its name has another meaning here. */
static bool learn_names(struct etl_form_reader *form) {
    static const char *const lead[] = {"lead_id", "customer_id", NULL};
    static const char *const email[] = {"email", "email_address", "e_mail_address", "_replyto", "reply_to", NULL};
    static const char *const date[] = {"_date",       "date",      "submitted_at", "_submitted", "submitted",
                                       "signup_date", "signup_at", "created_at",   "timestamp",  NULL};
    for (size_t i = 0; i < form->config->feature_count; i++) {
        const struct etl_config_feature *feature = &form->config->features[i];
        bool done = add_name(form, feature->name, FEATURE + i, 0);
        for (size_t k = 0; done && k < feature->columns.count; k++)
            done = add_name(form, feature->columns.text[k], FEATURE + i, k + 1);
        if (!done)
            return false;
    }
    return add_names(form, LEAD_ID, lead) && add_names(form, EMAIL, email) && add_names(form, DATE, date);
}

struct etl_form_reader *etl_form_new(const struct etl_config *config, const struct etl_hash_key *key) {
    struct etl_form_reader *form = calloc(1, sizeof *form);
    if (form == NULL)
        return NULL;
    form->config = config;
    form->key = key;
    if (!learn_names(form)) {
        etl_form_free(form);
        return NULL;
    }
    return form;
}

void etl_form_free(struct etl_form_reader *form) {
    if (form == NULL)
        return;
    free(form->names);
    free(form);
}

/* ---- columns ---- */

static const struct known_name *find_name(const struct etl_form_reader *form, struct etl_text name) {
    char folded[64];
    size_t size = etl_text_fold_name(name, folded, sizeof folded);
    for (size_t i = 0; i < form->name_count && size > 0 && size < sizeof folded; i++)
        if (strcmp(form->names[i].folded, folded) == 0 && (!form->names[i].service || name.at[0] == '_'))
            return &form->names[i];
    return NULL;
}

/*
 * Room for a column, after those with preferred names; NULL if there are already as many columns with this name as a
 * form can have.
 */
static struct etl_form_column *place_column(struct etl_form_columns *columns, const struct known_name *known) {
    enum { OF_ONE_NAME = 8 };
    size_t same = 0, at = columns->count;
    for (size_t i = 0; i < columns->count; i++)
        same += columns->items[i].meaning == known->meaning && columns->items[i].rank == known->rank;
    if (same == OF_ONE_NAME || columns->count == ETL_FORM_MAX_COLUMNS)
        return NULL;
    for (; at > 0 && columns->items[at - 1].rank > known->rank; at--)
        columns->items[at] = columns->items[at - 1];
    columns->count++;
    return &columns->items[at];
}

/* The meaning of a name; IGNORED if it has none. */
static struct known_name meaning_of(const struct etl_form_reader *form, struct etl_text name) {
    const struct known_name *known = find_name(form, name);
    return known != NULL ? *known : (struct known_name){.meaning = etl_text_is(name, "_id") ? MESSAGE : IGNORED};
}

void etl_form_columns_set(const struct etl_form_reader *form, struct etl_form_columns *columns,
                          const struct etl_text *names, size_t count) {
    bool seen[UINT8_MAX + 1] = {false};
    columns->count = 0;
    for (size_t i = 0; i < count; i++) {
        struct known_name known = meaning_of(form, names[i]);
        struct etl_form_column *column = known.meaning != IGNORED ? place_column(columns, &known) : NULL;
        if (column != NULL)
            *column = (struct etl_form_column){.place = (uint32_t)i, .meaning = known.meaning, .rank = known.rank};
    }
    for (size_t i = 0; i < columns->count; i++) {
        columns->items[i].rival = seen[columns->items[i].meaning];
        seen[columns->items[i].meaning] = true;
    }
}

void etl_form_columns_drop_dates(struct etl_form_columns *columns) {
    size_t kept = 0;
    for (size_t i = 0; i < columns->count; i++)
        if (columns->items[i].meaning != DATE)
            columns->items[kept++] = columns->items[i];
    columns->count = kept;
}

bool etl_form_columns_identify(const struct etl_form_columns *columns) {
    for (size_t i = 0; i < columns->count; i++)
        if (columns->items[i].meaning == LEAD_ID || columns->items[i].meaning == EMAIL)
            return true;
    return false;
}

/* ---- submissions ---- */

/*
 * Ids appear in URLs, CSV and logs: letters, digits and a few marks.  Two words are rejected because a page's script
 * writes them for every missing id.
 */
static bool is_lead_id(struct etl_text id) {
    bool fine = !etl_text_is(id, "undefined") && !etl_text_is(id, "null");
    for (size_t i = 0; i < id.size; i++) {
        char c = id.at[i];
        fine &= (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_' ||
                c == '.' || c == ':';
    }
    return fine && id.size <= ETL_FORM_MAX_LEAD_ID;
}

static enum etl_reject_reason read_date(struct etl_text field, int64_t *at) {
    field = etl_text_trim(field);
    *at = ETL_FORM_NO_DATE;
    return field.size == 0 || etl_timestamp_parse(field.at, field.size, at) ? ETL_REJECT_NONE : ETL_REJECT_BAD_DATE;
}

/* A text whose cleaned form has at most 255 bytes may be a little longer; a much longer one is a mistake. */
static bool is_short(struct etl_text field) {
    char clean[ETL_CONFIG_MAX_NAME + 1];
    return field.size <= ETL_CONFIG_MAX_NAME || etl_text_clean(field, clean, sizeof clean) < sizeof clean;
}

/* Ids of e-mails are globally unique; other ids of submissions are unique only in their form. */
static bool is_message_id(struct etl_text field) {
    return field.size > 0 && memchr(field.at, '@', field.size) != NULL;
}

static enum etl_reject_reason read_field(const struct etl_form_reader *form, size_t meaning, struct etl_text field,
                                         struct etl_submission *s, struct etl_text *written) {
    switch (meaning) {
    case LEAD_ID:
        s->id = etl_text_trim(field);
        s->bad_id = !is_lead_id(s->id);
        s->id.size = s->bad_id ? 0 : s->id.size;
        s->lead = etl_hash_lead_id(form->key, s->id);
        return ETL_REJECT_NONE;
    case EMAIL:
        s->address = field;
        s->email = etl_hash_email(form->key, field);
        return ETL_REJECT_NONE;
    case DATE:
        return read_date(field, &s->at);
    case MESSAGE:
        s->message = is_message_id(field) ? etl_hash_id(form->key, etl_text_trim(field)) : 0;
        return ETL_REJECT_NONE;
    default:
        written[meaning - FEATURE] = field;
        return is_short(field) ? ETL_REJECT_NONE : ETL_REJECT_VALUE_TOO_LONG;
    }
}

/* Whether a preferred column has already given this value. */
static bool has_value(size_t meaning, const struct etl_submission *s, const struct etl_text *written) {
    switch (meaning) {
    case LEAD_ID:
        return s->lead != 0;
    case EMAIL:
        return s->email != 0;
    case DATE:
        return s->at != ETL_FORM_NO_DATE;
    case MESSAGE:
        return s->message != 0;
    default:
        return etl_text_trim(written[meaning - FEATURE]).size > 0;
    }
}

/* Profiles are compared by their bytes, so this hash need not be as strong (feature_intern.h). */
static uint64_t features_hash(const struct etl_form_reader *form, const struct etl_text *written) {
    uint64_t hash = 1;
    for (size_t i = 0; i < form->config->feature_count; i++)
        hash = 31 * hash + etl_hash_bytes(form->key, ETL_HASH_FEATURE, written[i].at, written[i].size);
    return hash != 0 ? hash : 1;
}

enum etl_reject_reason etl_form_read(const struct etl_form_reader *form, const struct etl_form_columns *columns,
                                     const struct etl_text *fields, struct etl_submission_list *out, bool *no_memory) {
    size_t features = form->config->feature_count;
    if (!etl_array_reserve(&out->items, &out->capacity, out->count + 1, sizeof *out->items) ||
        !etl_array_reserve(&out->written, &out->written_capacity, out->written_count + features,
                           sizeof *out->written)) {
        *no_memory = true;
        return ETL_REJECT_NONE;
    }
    struct etl_submission s = {
        .at = ETL_FORM_NO_DATE, .features = out->written_count, .id = {"", 0}, .address = {"", 0}};
    struct etl_text *written = out->written + out->written_count;
    for (size_t i = 0; i < features; i++)
        written[i] = (struct etl_text){"", 0};
    for (size_t i = 0; i < columns->count; i++) {
        const struct etl_form_column *column = &columns->items[i];
        struct etl_text field = fields[column->place];
        if (column->rival && (has_value(column->meaning, &s, written) || etl_text_trim(field).size == 0))
            continue;
        enum etl_reject_reason reason = read_field(form, column->meaning, field, &s, written);
        if (reason != ETL_REJECT_NONE)
            return reason;
    }
    if (s.lead == 0 && s.email == 0)
        return s.bad_id ? ETL_REJECT_BAD_LEAD_ID : ETL_REJECT_NO_IDENTITY;
    s.profile = features_hash(form, written);
    out->items[out->count++] = s;
    out->written_count += features;
    return ETL_REJECT_NONE;
}
