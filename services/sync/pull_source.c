/* pull_source.c - Stripe, Formspree and e-mail as rows of one table. */
#include "services/sync/pull_source.h"

#include <string.h>

#include "services/sync/formspree_pull.h"
#include "services/sync/mailbox.h"
#include "services/sync/stripe_pull.h"

/* ---- stripe ---- */

static bool stripe_configured(const struct options *o) {
    return o->stripe_key != NULL;
}

static bool stripe_validate(const struct options *o, struct error *err) {
    if (o->stripe_key == NULL)
        return error_set(err, "stripe: STRIPE_API_KEY is not set");
    if (!http_key_valid(o->stripe_key))
        return error_set(err, "stripe: STRIPE_API_KEY must be 8 to 500 visible ASCII characters");
    if (o->stripe_version[strspn(o->stripe_version, "abcdefghijklmnopqrstuvwxyz0123456789.-")] != '\0')
        return error_set(err, "stripe: \"%s\" is not a version of Stripe's API", o->stripe_version);
    return http_private_url_valid(o->stripe_url, err);
}

/* Live and test keys see different objects; the middle of a key shows which it is. */
static void stripe_identity(const struct options *o, char *out, size_t size) {
    snprintf(out, size, "%s %s", o->stripe_url, strstr(o->stripe_key, "_test_") != NULL ? "test" : "live");
}

static bool pull_stripe(const struct options *o, const struct http *http, struct record_sink *sink, struct error *err) {
    char version[100];
    snprintf(version, sizeof version, "Stripe-Version: %s", o->stripe_version);
    struct json_client client = {http, o->stripe_url, o->stripe_key, version, o->max_wait_s};
    struct stripe_pull pull = {.backfill = o->backfill, .overlap_s = o->overlap_s};
    return stripe_pull(&pull, &client, sink, err);
}

/* ---- formspree ---- */

/* The next item of a comma-separated list at *at, which moves to the item after it; cut to what fits. */
static void next_part(const char **at, char *part, size_t size) {
    size_t length = strcspn(*at, ",");
    snprintf(part, size, "%.*s", (int)length, *at);
    *at += length + ((*at)[length] == ',');
}

static size_t count_parts(const char *list) {
    size_t count = 1;
    for (; *list != '\0'; list++)
        count += *list == ',';
    return count;
}

static bool formspree_configured(const struct options *o) {
    return o->formspree_key != NULL || o->forms != NULL;
}

static bool formspree_validate(const struct options *o, struct error *err) {
    if (o->formspree_key == NULL || o->forms == NULL)
        return error_set(err, "formspree: %s is not set", o->forms == NULL ? "FORMSPREE_FORMS" : "FORMSPREE_API_KEY");
    const char *at = o->forms;
    for (size_t left = count_parts(o->forms); left > 0; left--) {
        char form[80];
        next_part(&at, form, sizeof form);
        if (!formspree_form_valid(form))
            return error_set(err, "formspree: \"%s\" is not a form id (letters and digits)", form);
    }
    size_t keys = count_parts(o->formspree_key);
    if (!http_key_valid(o->formspree_key) || (keys != 1 && keys != count_parts(o->forms)))
        return error_set(err,
                         "formspree: FORMSPREE_API_KEY must be one key, or one for each form, separated by commas");
    return http_private_url_valid(o->formspree_url, err);
}

static void formspree_identity(const struct options *o, char *out, size_t size) {
    snprintf(out, size, "%s", o->formspree_url);
}

static bool pull_formspree(const struct options *o, const struct http *http, struct record_sink *sink,
                           struct error *err) {
    const char *forms = o->forms, *keys = o->formspree_key;
    bool one_key = count_parts(o->formspree_key) == 1, done = true;
    for (size_t left = count_parts(o->forms); done && left > 0; left--) {
        char form[80], key[512];
        next_part(&forms, form, sizeof form);
        if (one_key)
            keys = o->formspree_key;
        next_part(&keys, key, sizeof key);
        struct json_client client = {http, o->formspree_url, key, NULL, o->max_wait_s};
        struct formspree_pull pull = {.form = form, .overlap_s = o->overlap_s};
        done = formspree_pull(&pull, &client, sink, err);
    }
    return done;
}

/* ---- mail ---- */

static bool mail_configured(const struct options *o) {
    return o->mail != NULL;
}

static bool mail_validate(const struct options *o, struct error *err) {
    return o->mail != NULL || error_set(err, "mail: --mail is not set");
}

static void mail_identity(const struct options *o, char *out, size_t size) {
    (void)o; /* messages are recognised by their content, in any folder */
    snprintf(out, size, "e-mail");
}

static bool pull_mail(const struct options *o, const struct http *http, struct record_sink *sink, struct error *err) {
    (void)http;
    return mailbox_pull(o->mail, sink, err);
}

/* ---- the table ---- */

/* Only this program uses these instance names: see inbox.h. */
const struct source source_table[SOURCES] = {
    {"stripe", WORKER_SYNC_STRIPE, ETL_SOURCE_STRIPE, "sync", 8192, stripe_configured, stripe_validate, stripe_identity,
     pull_stripe},
    {"formspree", WORKER_SYNC_FORMSPREE, ETL_SOURCE_FORMSPREE, "sync", 8192, formspree_configured, formspree_validate,
     formspree_identity, pull_formspree},
    {"mail", WORKER_SYNC_MAIL, ETL_SOURCE_FORMSPREE, "mail", 1 << 19, mail_configured, mail_validate, mail_identity,
     pull_mail},
};

bool source_pull(const struct source *source, const struct options *options, const struct volume *volume,
                 const struct http *http, json_t **counts, struct error *err) {
    char identity[4200], inbox[80];
    struct record_sink sink = {.volume = volume, .inbox = inbox, .at = options->now};
    snprintf(inbox, sizeof inbox, "%s-%s", etl_sources[source->records].name, source->instance);
    source->identity(options, identity, sizeof identity);
    bool done =
        cursor_open(&sink.cursor, volume, worker_table[source->worker].success, identity, source->remembered, err);
    if (done) {
        done = source->pull(options, http, &sink, err);
        *counts = record_sink_counts(&sink);
    }
    record_sink_done(&sink);
    return done;
}
