/* formspree_email.c - parses the fields of a notification e-mail. */
#include "services/sync/formspree_email.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "libetl/base/timestamp.h"

enum {
    MAX_TEXT = 1 << 20, /* bytes */
    MAX_KEY = 200,
    MAX_FIELDS = 500
};

static const char INTRODUCTION[] = "they had to say:";
static const char SUBMITTED[] = "This form was submitted at ";

struct line {
    const char *text;
    size_t length; /* without the line end and the spaces before it */
};

/* The line at *at, which moves to the next line; false at the end. */
static bool next_line(const char **at, struct line *line) {
    if (**at == '\0')
        return false;
    size_t length = strcspn(*at, "\n");
    *line = (struct line){*at, length};
    *at += length + ((*at)[length] == '\n');
    while (line->length > 0 && strchr(" \t\r", line->text[line->length - 1]) != NULL)
        line->length--;
    return true;
}

static bool starts_with(const struct line *line, const char *text) {
    return line->length >= strlen(text) && memcmp(line->text, text, strlen(text)) == 0;
}

static bool ends_with(const struct line *line, const char *text) {
    size_t length = strlen(text);
    return line->length >= length && memcmp(line->text + line->length - length, text, length) == 0;
}

/* "email:" after an empty line begins a field. */
static bool is_key(const struct line *line) {
    return line->length > 1 && line->length <= MAX_KEY && line->text[line->length - 1] == ':';
}

/* ---- fields ---- */

/* The lines of a value, without empty lines at both ends. */
struct value {
    const char *begin, *end;
};

static void value_add(struct value *value, const struct line *line) {
    if (line->length == 0)
        return;
    if (value->begin == NULL)
        value->begin = line->text;
    value->end = line->text + line->length;
}

/* A value as JSON; its line ends become single newlines. */
static json_t *value_text(const struct value *value) {
    size_t length = value->begin != NULL ? (size_t)(value->end - value->begin) : 0, line_count = 0;
    char *text = malloc(length + 1);
    if (text == NULL)
        return NULL;
    for (size_t i = 0; i < length; i++)
        if (value->begin[i] != '\r')
            text[line_count++] = value->begin[i];
    json_t *json = json_stringn(text, line_count);
    free(text);
    return json;
}

static const char *add_field(json_t *fields, const struct line *key, const struct value *value) {
    char name[MAX_KEY + 1];
    if (key->length == 0)
        return NULL;
    snprintf(name, sizeof name, "%.*s", (int)key->length - 1, key->text);
    if (json_object_get(fields, name) != NULL)
        return "a field occurs twice";
    if (json_object_size(fields) == MAX_FIELDS)
        return "too many fields";
    return json_object_set_new(fields, name, value_text(value)) == 0 ? NULL : "text that is not UTF-8";
}

/* "07:28 AM UTC - 03 November 2018."; a day that does not exist is ignored. */
static void add_date(json_t *fields, const struct line *line) {
    char text[64], date[32];
    struct tm t = {0};
    int64_t at;
    snprintf(text, sizeof text, "%.*s", (int)(line->length - strlen(SUBMITTED)), line->text + strlen(SUBMITTED));
    if (strptime(text, "%I:%M %p UTC - %d %B %Y", &t) == NULL)
        return;
    size_t length = strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &t);
    if (etl_timestamp_parse(date, length, &at))
        json_object_set_new(fields, "_date", json_string(date));
}

/* Read the fields after the opening sentence; NULL, or the reason why they cannot be read. */
static const char *read_fields(const char *at, json_t *fields) {
    struct line line = {0}, key = {0};
    struct value value = {0};
    const char *reason = NULL;
    bool after_empty = true, ended = false;
    while (reason == NULL && !ended && next_line(&at, &line)) {
        bool begins = after_empty && is_key(&line);
        ended = after_empty && starts_with(&line, SUBMITTED);
        if (begins || ended) {
            reason = add_field(fields, &key, &value);
            key = line;
            value = (struct value){0};
        } else {
            value_add(&value, &line);
        }
        after_empty = line.length == 0;
    }
    if (reason == NULL && !ended)
        reason = add_field(fields, &key, &value);
    json_object_del(fields, "_date"); /* reserved: set from the notification's last line */
    if (reason == NULL && json_object_size(fields) == 0)
        reason = "no fields";
    if (ended)
        add_date(fields, &line);
    return reason;
}

json_t *formspree_email_parse(const char *text, const char **reason) {
    struct line line = {"", 0};
    const char *at = text;
    *reason = NULL;
    if (strnlen(text, MAX_TEXT) == MAX_TEXT) {
        *reason = "the text is too long";
        return NULL;
    }
    while (next_line(&at, &line) && !ends_with(&line, INTRODUCTION))
        continue;
    json_t *fields = json_object();
    if (ends_with(&line, INTRODUCTION))
        *reason = read_fields(at, fields);
    else
        *reason = "not a notification of a form";
    if (*reason == NULL)
        return fields;
    json_decref(fields);
    return NULL;
}
