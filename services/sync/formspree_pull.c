/* formspree_pull.c - pages through a form's submissions, oldest first. */
#include "services/sync/formspree_pull.h"

#include <ctype.h>
#include <string.h>

enum {
    PAGE = 100,
    /* Pages overlap, because a submission deleted between two requests moves all later ones forward. */
    STEP_BACK = 5
};

static const unix_time NO_DATE = INT64_MIN;

bool formspree_form_valid(const char *form) {
    size_t length = strlen(form);
    for (size_t i = 0; i < length; i++)
        if (isalnum((unsigned char)form[i]) == 0)
            return false;
    return length > 0 && length <= 64;
}

static unix_time date_of(const json_t *submission) {
    const char *text = json_string_value(json_object_get(submission, "_date"));
    unix_time at;
    return text != NULL && unix_time_parse(text, &at) ? at : NO_DATE;
}

/* ---- the position within a form ---- */

static unix_time read_last(const struct record_sink *sink, const char *form) {
    const json_t *last = json_object_get(json_object_get(sink->cursor.state, "forms"), form);
    return json_is_integer(last) ? json_integer_value(last) : NO_DATE;
}

static void write_last(struct record_sink *sink, const char *form, unix_time last) {
    json_t *state = sink->cursor.state;
    if (!json_is_object(json_object_get(state, "forms")))
        json_object_set_new(state, "forms", json_object());
    if (last != NO_DATE)
        json_object_set_new(json_object_get(state, "forms"), form, json_integer(last));
}

/* ---- one page ---- */

static json_t *get_page(const struct json_client *client, const char *form, unix_time since, size_t offset,
                        struct error *err) {
    char path[128], text[UNIX_TIME_TEXT];
    struct url_query query;
    snprintf(path, sizeof path, "/api/0/forms/%s/submissions", form);
    url_query_begin(&query, client->url, path);
    url_query_add_text(&query, "order", "asc");
    url_query_add_number(&query, "limit", PAGE);
    url_query_add_number(&query, "offset", (long long)offset);
    if (since != NO_DATE) {
        unix_time_format(since, text);
        text[strcspn(text, "Z")] = '\0'; /* Formspree writes its dates in UTC without saying so */
        url_query_add_text(&query, "since", text);
    }
    return json_client_get(client, &query, NULL, err);
}

/* Fields that Formspree sets change from pull to pull and do not describe the lead. */
static bool add_submission(struct record_sink *sink, const char *form, json_t *submission, struct error *err) {
    if (!json_is_object(submission))
        return error_set(err, "form %s: a submission is not a JSON object", form);
    json_object_del(submission, "_status");
    json_t *body = json_pack("{s:s, s:O}", "form", form, "submission", submission);
    bool done = body != NULL ? record_sink_add(sink, body, RECORD_SINK_DEDUP, err)
                             : error_set(err, "form %s: out of memory", form);
    json_decref(body);
    return done;
}

/* The cursor is correct only if the oldest submissions come first. */
static bool check_order(const json_t *submissions, const char *form, struct error *err) {
    unix_time first = date_of(json_array_get(submissions, 0));
    unix_time last = date_of(json_array_get(submissions, json_array_size(submissions) - 1));
    return first == NO_DATE || last == NO_DATE || first <= last ||
           error_set(err, "form %s: the API returned the newest submissions first although the oldest were requested",
                     form);
}

static bool add_page(struct record_sink *sink, const char *form, const json_t *submissions, unix_time *last,
                     struct error *err) {
    size_t i;
    json_t *submission;
    if (!check_order(submissions, form, err))
        return false;
    json_array_foreach(submissions, i, submission) {
        if (!add_submission(sink, form, submission, err))
            return false;
        unix_time at = date_of(submission);
        if (at > *last)
            *last = at;
    }
    sink->counts.pages++;
    write_last(sink, form, *last);
    return record_sink_commit(sink, err);
}

/* ---- all pages ---- */

/*
 * Formspree does not return a total, and a page may be shorter than requested: the end is a page without new
 * submissions.  An API that ignores the offset would return the same page forever; its last submission reveals that.
 */
bool formspree_pull(const struct formspree_pull *pull, const struct json_client *client, struct record_sink *sink,
                    struct error *err) {
    unix_time last = read_last(sink, pull->form), since = last == NO_DATE ? NO_DATE : last - pull->overlap_s;
    json_t *end = NULL; /* the last submission of the page before */
    bool done = true, more = true;
    for (size_t offset = 0; done && more;) {
        json_t *page = get_page(client, pull->form, since, offset, err);
        const json_t *submissions = json_object_get(page, "submissions");
        size_t count = json_array_size(submissions);
        done = page != NULL &&
               (json_is_array(submissions) || error_set(err, "form %s: the response has no submissions", pull->form));
        done = done && (count == 0 || add_page(sink, pull->form, submissions, &last, err));
        more = count > STEP_BACK;
        offset += more ? count - STEP_BACK : 0;
        if (done && more && end != NULL && json_equal(end, json_array_get(submissions, count - 1)))
            done = error_set(err, "form %s: the API returned the same page twice", pull->form);
        json_decref(end);
        end = json_incref(json_array_get(submissions, count - 1));
        json_decref(page);
    }
    json_decref(end);
    return done;
}
