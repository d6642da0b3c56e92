/*
 * reader_json.c - reads records of JSON files: one, an array, a list object, or one per line; with or without
 * envelopes.
 */
#include <stdio.h>
#include <string.h>

#include "libetl/base/array.h"
#include "libetl/base/timestamp.h"
#include "libetl/ingest/record_batch.h"
#include "libetl/json/json_repair.h"
#include "libetl/json/json_text.h"

enum {
    MAX_NESTED_LISTS = 4,
    MAX_WASTED = 64 << 20 /* bytes of wasted searching after which a value that does not end on its line is given up */
};

/* A chunk while it is read. */
struct json_reading {
    const struct etl_reader *reader;
    const struct etl_source_format *format;
    struct etl_text file;
    struct etl_record_batch *batch;
};

static bool read_items(const struct json_reading *r, const char *at, const char *until, const char *end, int lists,
                       const char **stopped);

static bool reject(const struct json_reading *r, const char *at, const char *end, enum etl_reject_reason reason) {
    r->batch->read++;
    return etl_record_batch_reject(r->batch, r->file, at, end, reason);
}

/* A list object is not a record, but its items are. An empty list contains no record. */
static bool read_list(const struct json_reading *r, struct etl_text list, int lists) {
    const char *items = etl_json_text_items(list), *stopped;
    if (items == NULL || lists >= MAX_NESTED_LISTS)
        return reject(r, list.at, list.at + list.size, ETL_REJECT_NO_KIND);
    const char *end = list.at + list.size;
    return read_items(r, items, end, end, lists + 1, &stopped);
}

/* If a text is not valid JSON, it may be a broken list, whose items are read one by one. */
static bool read_invalid(const struct json_reading *r, struct etl_text record, int lists) {
    struct etl_text body = etl_json_text_member(record, "body"),
                    list = body.size > 0 && body.at[0] == '{' ? body : record;
    const char *end = list.at + list.size, *items = etl_json_text_items(list);
    items = items != NULL ? etl_json_text_space(items, end) : end;
    if (lists < MAX_NESTED_LISTS && items < end && *items == '{')
        return read_list(r, list, lists);
    return reject(r, record.at, record.at + record.size, ETL_REJECT_NOT_JSON);
}

/* ---- payments ---- */

/* The node of the delivered body, and the time of arrival, if the record is an envelope. */
static uint32_t open_envelope(const struct etl_tape *tape, int64_t *received) {
    struct etl_text at = etl_tape_member_text(tape, ETL_TAPE_ROOT, ETL_TAPE_received_at);
    uint32_t body = etl_tape_member(tape, ETL_TAPE_ROOT, ETL_TAPE_body);
    *received = ETL_FACT_NO_TIME;
    if (!etl_tape_is(tape, body, ETL_TAPE_OBJECT))
        return ETL_TAPE_ROOT;
    if (!etl_timestamp_parse(at.at, at.size, received))
        *received = ETL_FACT_NO_TIME;
    return body;
}

static bool read_payment(const struct json_reading *r, struct etl_text record, int lists) {
    const struct etl_tape *tape = &r->batch->tape;
    enum etl_reject_reason reason = ETL_REJECT_NONE;
    int64_t received;
    uint32_t node = open_envelope(tape, &received);
    struct etl_text body = node == ETL_TAPE_ROOT ? record : etl_json_text_member(record, "body");
    switch (etl_stripe_read(&r->reader->stripe, tape, node, received, &r->batch->facts, &reason)) {
    case ETL_STRIPE_FACTS:
        r->batch->read++;
        return true;
    case ETL_STRIPE_LIST:
        return read_list(r, body, lists);
    case ETL_STRIPE_REJECTED:
        return reject(r, record.at, record.at + record.size, reason);
    case ETL_STRIPE_NO_MEMORY:
        break;
    }
    return false;
}

/* ---- submissions ---- */

/* A scalar member as text. Nested values (Formspree's _status) and null are not answers to a form's question. */
static bool add_answer(struct etl_record_batch *batch, size_t *count, const char *name, const json_t *value) {
    char number[40];
    struct etl_text text = {"", 0};
    if (json_is_string(value))
        text = (struct etl_text){json_string_value(value), json_string_length(value)};
    else if (json_is_boolean(value))
        text = json_is_true(value) ? (struct etl_text){"true", 4} : (struct etl_text){"false", 5};
    else if (json_is_number(value)) {
        int size = json_is_integer(value)
                       ? snprintf(number, sizeof number, "%" JSON_INTEGER_FORMAT, json_integer_value(value))
                       : snprintf(number, sizeof number, "%.15g", json_real_value(value));
        text = (struct etl_text){etl_record_batch_keep(batch, (struct etl_text){number, (size_t)size}), (size_t)size};
        if (text.at == NULL)
            return false;
    } else
        return true;
    if (!etl_array_reserve(&batch->names, &batch->name_capacity, *count + 1, sizeof *batch->names) ||
        !etl_array_reserve(&batch->values, &batch->value_capacity, *count + 1, sizeof *batch->values))
        return false;
    batch->names[*count] = (struct etl_text){name, strlen(name)};
    batch->values[(*count)++] = text;
    return true;
}

/* If the answers have no valid time, the time of arrival counts. */
static bool read_answers(const struct json_reading *r, json_t *delivery, int64_t arrived, struct etl_text record) {
    struct etl_record_batch *batch = r->batch;
    size_t count = 0, written = batch->submissions.written_count, before = batch->submissions.count;
    json_t *answers = r->format->answers(delivery), *value;
    const char *name;
    if (answers == NULL)
        return false;
    json_object_foreach(answers, name, value) {
        if (!add_answer(batch, &count, name, value))
            return false;
    }
    bool no_memory = false;
    etl_form_columns_set(r->reader->form, &batch->columns, batch->names, count);
    enum etl_reject_reason reason =
        etl_form_read(r->reader->form, &batch->columns, batch->values, &batch->submissions, &no_memory);
    if (reason == ETL_REJECT_BAD_DATE && arrived != ETL_FORM_NO_DATE) {
        etl_form_columns_drop_dates(&batch->columns);
        reason = etl_form_read(r->reader->form, &batch->columns, batch->values, &batch->submissions, &no_memory);
    }
    if (!no_memory && batch->submissions.count > before) {
        struct etl_submission *s = &batch->submissions.items[before];
        s->at = s->at != ETL_FORM_NO_DATE ? s->at : arrived;
        no_memory = !etl_record_batch_keep_submission(batch, batch->submissions.written_count - written);
    }
    if (no_memory)
        return false;
    if (reason != ETL_REJECT_NONE)
        return reject(r, record.at, record.at + record.size, reason);
    batch->read++;
    return true;
}

/* The envelope's time of arrival, or ETL_FORM_NO_DATE. */
static int64_t arrival(const json_t *envelope) {
    const json_t *received = json_object_get(envelope, "received_at");
    int64_t at;
    bool known =
        json_is_string(received) && etl_timestamp_parse(json_string_value(received), json_string_length(received), &at);
    return known ? at : ETL_FORM_NO_DATE;
}

static bool read_submission(const struct json_reading *r, struct etl_text record, int lists) {
    json_t *root = etl_json_repair_load(record, NULL);
    if (root == NULL)
        return read_invalid(r, record, lists);
    json_t *body = json_object_get(root, "body"), *delivery = json_is_object(body) ? body : root;
    bool done;
    if (json_is_array(json_object_get(delivery, "submissions")))
        done = read_list(r, delivery == root ? record : etl_json_text_member(record, "body"), lists);
    else
        done = read_answers(r, delivery, delivery != root ? arrival(root) : ETL_FORM_NO_DATE, record);
    json_decref(root);
    return done;
}

/* ---- values ---- */

/* Where reading continues after a value without an end: the next line that begins with a brace. */
static const char *next_brace_line(const char *at, const char *end) {
    while ((at = memchr(at, '\n', (size_t)(end - at))) != NULL && ++at < end)
        if (*at == '{')
            return at;
    return end;
}

/* The end of the value at `at`, or NULL. The search is bounded, and so is the sum of all unsuccessful searches. */
static const char *find_end(const struct json_reading *r, const char *at, const char *end) {
    const char *limit = end - at > ETL_READER_MAX_RECORD ? at + ETL_READER_MAX_RECORD : end;
    if (r->batch->wasted > MAX_WASTED) {
        const char *line = memchr(at, '\n', (size_t)(limit - at));
        limit = line != NULL ? line : limit;
    }
    const char *stopped, *behind = etl_json_text_value_to(at, limit, &stopped);
    if (behind == NULL)
        r->batch->wasted += (uint64_t)(stopped - at);
    return behind;
}

static bool reject_endless(const struct json_reading *r, const char *at, const char *end, const char **behind) {
    *behind = next_brace_line(at, end);
    bool large = *behind - at > ETL_READER_MAX_RECORD;
    return reject(r, at, *behind, large ? ETL_REJECT_TOO_LARGE : ETL_REJECT_CUT_OFF);
}

/* Read the object at `at`. */
static bool read_record(const struct json_reading *r, const char *at, const char *end, int lists, const char **behind) {
    struct etl_tape *tape = &r->batch->tape;
    size_t used = 0, left = (size_t)(end - at) < ETL_READER_MAX_RECORD ? (size_t)(end - at) : ETL_READER_MAX_RECORD;
    bool payment = r->format->kind == ETL_SOURCE_OF_PAYMENTS;
    enum etl_tape_result result = ETL_TAPE_UNKNOWN;
    if (payment && !r->reader->reference_only)
        result = etl_tape_scan(tape, (struct etl_text){at, left}, &used);
    *behind = result == ETL_TAPE_DONE ? at + used : find_end(r, at, end);
    if (*behind == NULL)
        return reject_endless(r, at, end, behind);
    struct etl_text record = {at, (size_t)(*behind - at)};
    if (!payment)
        return read_submission(r, record, lists);
    if (result == ETL_TAPE_UNKNOWN)
        result = etl_tape_read(tape, record);
    if (result == ETL_TAPE_UNKNOWN)
        return read_invalid(r, record, lists);
    return result == ETL_TAPE_DONE && read_payment(r, record, lists);
}

/* Whether valid text follows a value; otherwise the value is only a word in some text. */
static bool is_ended(const char *at, const char *end) {
    while (at < end && (*at == ' ' || *at == '\t'))
        at++;
    return at == end || *at == ',' || *at == ']' || *at == '}' || *at == '\r' || *at == '\n';
}

/*
 * Read something that is not a record: another value, or text that is not JSON - a line, or the words before a brace
 * on it, as some programs print.
 */
static bool read_other(const struct json_reading *r, const char *at, const char *end, const char **behind) {
    const char *value = find_end(r, at, end);
    if (value != NULL && is_ended(value, end)) {
        *behind = value;
        return reject(r, at, value, ETL_REJECT_NOT_OBJECT);
    }
    const char *next = value != NULL ? value : at;
    while (next < end && *next != '\n' && (value == NULL || *next != '{'))
        next++;
    *behind = next < end && *next == '\n' ? next + 1 : next;
    return reject(r, at, *behind, ETL_REJECT_NOT_JSON);
}

/* Skip what follows the items of a list object: its other members and its closing brace. */
static const char *skip_tail(const char *at, const char *end) {
    const char *start = at;
    for (;;) {
        at = etl_json_text_space(at, end);
        if (at < end && *at == '}')
            return at + 1;
        if (at == end || *at != ',')
            return start;
        at = etl_json_text_space(at + 1, end);
        at = at < end && *at == '"' ? etl_json_text_value(at, end) : NULL;
        if (at == NULL)
            return start;
        at = etl_json_text_space(at, end);
        at = at < end && *at == ':' ? etl_json_text_value(etl_json_text_space(at + 1, end), end) : NULL;
        if (at == NULL)
            return start;
    }
}

static const char *skip_punctuation(const char *at, const char *end) {
    for (;;) {
        at = etl_json_text_space(at, end);
        if (at < end && *at == ']')
            at = skip_tail(at + 1, end);
        else if (at < end && (*at == ',' || *at == '['))
            at++;
        else
            return at;
    }
}

static bool read_items(const struct json_reading *r, const char *at, const char *until, const char *end, int lists,
                       const char **stopped) {
    bool done = true;
    at = skip_punctuation(at, end);
    while (done && at < until && at < end) {
        if (lists > 0 && *at == '}')
            break; /* of the list */
        done = (*at == '{' ? read_record(r, at, end, lists, &at) : read_other(r, at, end, &at));
        at = skip_punctuation(at, end);
    }
    *stopped = at;
    return done;
}

bool etl_reader_read_json(const struct etl_reader *reader, const struct etl_source_format *format, struct etl_text file,
                          size_t from, size_t until, struct etl_record_batch *batch, size_t *stopped) {
    struct json_reading r = {reader, format, file, batch};
    const char *end = file.at + file.size, *at = etl_json_text_space(file.at + from, end), *last;
    /* A list object may be the entire file: it is opened instead of read. */
    const char *items =
        from <= 3 && at < end && *at == '{' ? etl_json_text_items((struct etl_text){at, (size_t)(end - at)}) : NULL;
    bool done =
        read_items(&r, items != NULL ? items : at, file.at + (until < file.size ? until : file.size), end, 0, &last);
    *stopped = (size_t)(last - file.at);
    return done;
}

/* ---- where records can begin ---- */

enum { MAX_SEPARATOR = 200 };

/*
 * The position after `{"name":"prefix_`, or after the opening quote of a value without such a prefix; NULL if there is
 * neither.
 */
static const char *skip_identity(const char *brace, const char *end) {
    const char *name = etl_json_text_space(brace + 1, end);
    const char *colon = name < end && *name == '"' ? etl_json_text_value(name, end) : NULL;
    colon = colon != NULL ? etl_json_text_space(colon, end) : end;
    const char *value = colon < end && *colon == ':' ? etl_json_text_space(colon + 1, end) : end;
    if (value == end || *value != '"')
        return NULL;
    const char *quote = memchr(value + 1, '"', (size_t)(end - value - 1));
    const char *line = quote != NULL ? memchr(value + 1, '_', (size_t)(quote - value - 1)) : NULL;
    return line != NULL ? line + 1 : value + 1;
}

struct etl_text etl_reader_json_separator(struct etl_text file, size_t *brace) {
    const struct etl_text none = {"", 0};
    const char *end = file.at + (file.size < ETL_READER_MAX_RECORD ? file.size : ETL_READER_MAX_RECORD);
    const char *at = etl_json_text_space(file.at + etl_reader_start(file), end);
    if (at < end && *at == '{')
        at = etl_json_text_items((struct etl_text){at, (size_t)(end - at)});
    else if (at < end && *at == '[')
        at = etl_json_text_space(at + 1, end);
    else
        return none;
    const char *first = at != NULL && at < end && *at == '{' ? etl_json_text_value(at, end) : NULL;
    const char *comma = first != NULL ? etl_json_text_space(first, end) : end;
    const char *second = comma < end && *comma == ',' ? etl_json_text_space(comma + 1, end) : end;
    const char *behind = second < end && *second == '{' ? skip_identity(second, end) : NULL;
    if (behind == NULL || behind - first >= MAX_SEPARATOR)
        return none;
    *brace = (size_t)(second - first) + 1;
    return (struct etl_text){first - 1, (size_t)(behind - first) + 1};
}
