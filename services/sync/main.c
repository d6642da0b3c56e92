/* leadforest-sync: pulls new submissions and payments into raw/inbox, from Stripe, Formspree and e-mails; or, on a
 * server without the shared volume, a champion into registry/. */
#include <string.h>

#include "services/common/registry/model_signature.h"
#include "services/common/worker/log.h"
#include "services/common/worker/worker.h"
#include "services/sync/model_sync.h"
#include "services/sync/pull_source.h"

static const struct setting rows[] = {
    SETTINGS_COMMON(struct options, common),
    SETTINGS_NOW(struct options, now),
    {NULL, "STRIPE_API_KEY", SETTING_SECRET, offsetof(struct options, stripe_key), NULL, 1, 500, NULL,
     "secret or restricted key of Stripe's API; a key that may only read is enough"},
    {"stripe-url", "STRIPE_URL", SETTING_TEXT, offsetof(struct options, stripe_url), "https://api.stripe.com", 1, 500,
     NULL, "address of Stripe's API"},
    {"stripe-version", "STRIPE_VERSION", SETTING_TEXT, offsetof(struct options, stripe_version), "2025-03-31.basil", 1,
     60, NULL, "version of Stripe's API to ask for"},
    {"backfill", NULL, SETTING_FLAG, offsetof(struct options, backfill), NULL, 0, 0, NULL,
     "fetch all of Stripe's objects, not only new events"},
    {NULL, "FORMSPREE_API_KEY", SETTING_SECRET, offsetof(struct options, formspree_key), NULL, 1, 500, NULL,
     "key of Formspree's API: one for all forms, or one for each form, separated by commas"},
    {"formspree-url", "FORMSPREE_URL", SETTING_TEXT, offsetof(struct options, formspree_url), "https://formspree.io", 1,
     500, NULL, "address of Formspree's API"},
    {"forms", "FORMSPREE_FORMS", SETTING_TEXT, offsetof(struct options, forms), NULL, 1, 2000, NULL,
     "ids of the forms to fetch, separated by commas"},
    {"mail", "MAIL_PATH", SETTING_TEXT, offsetof(struct options, mail), NULL, 1, 4000, NULL,
     "folder of .eml files, or an mbox file, with the e-mails that Formspree sends"},
    {"model-url", "MODEL_URL", SETTING_TEXT, offsetof(struct options, model_url), NULL, 1, 2000, NULL,
     "model: address at which a web server publishes registry/; needs MODEL_PUBLIC_KEY"},
    {NULL, "MODEL_KEY", SETTING_SECRET, offsetof(struct options, model_key), NULL, 1, 500, NULL,
     "model: bearer token to send to MODEL_URL"},
    {"overlap", "SYNC_OVERLAP", SETTING_INTEGER, offsetof(struct options, overlap_s), "3600", 0, 2592000, NULL,
     "seconds before the newest known record from which to fetch again, for records that arrived late"},
    {"timeout", "SYNC_TIMEOUT", SETTING_NUMBER, offsetof(struct options, timeout_s), "60", 0.1, 3600, NULL,
     "seconds after which one request fails"},
    {"max-wait", "SYNC_MAX_WAIT", SETTING_NUMBER, offsetof(struct options, max_wait_s), "120", 0, 86400, NULL,
     "seconds to wait for an API that is busy or down before giving up"},
};

static const struct program program = {
    .name = "leadforest-sync",
    .summary = "fetches new submissions and payments into raw/inbox/, or a signed champion into registry/",
    .usage = "[options] [stripe|formspree|mail|model]",
    .notes = "Without an argument it fetches from every source of records that is configured. model is for\n"
             "servers without the volume: the api of that server serves what was fetched.",
    .examples = "  STRIPE_API_KEY=rk_live_... leadforest-sync stripe\n"
                "  leadforest-sync --mail ~/mail/formspree.mbox mail\n"
                "  leadforest-sync --model-url https://models.example.com/registry model",
    .settings = rows,
    .setting_count = sizeof rows / sizeof *rows,
    .max_args = 1,
};

/* Choose the sources of this run; false and err where none is configured or a chosen one is invalid. */
static bool choose(const struct options *o, const char *arg, bool chosen[SOURCES], struct error *err) {
    bool any = false;
    for (size_t i = 0; i < SOURCES; i++) {
        chosen[i] = arg != NULL ? strcmp(arg, source_table[i].name) == 0 : source_table[i].configured(o);
        any = any || chosen[i];
        if (chosen[i] && !source_table[i].validate(o, err))
            return false;
    }
    if (any)
        return true;
    return arg != NULL ? error_set(err, "unknown source \"%.80s\"", arg)
                       : error_set(err, "nothing to pull from: set STRIPE_API_KEY, FORMSPREE_API_KEY and "
                                        "FORMSPREE_FORMS, or --mail");
}

/* A permanent failure needs a person, so it wins over a temporary one. */
static enum exit_code worse(enum exit_code a, enum exit_code b) {
    static const enum exit_code order[] = {EXIT_DATAERR, EXIT_TEMPFAIL, EXIT_DONE};
    for (size_t i = 0; i < sizeof order / sizeof *order; i++)
        if (a == order[i] || b == order[i])
            return order[i];
    return EXIT_NOTHING_TO_DO;
}

/* Pull one source; the result line has its counts under its name. */
static enum exit_code pull(const struct source *source, const struct http *http, struct worker_run *run) {
    struct error err;
    json_t *counts = NULL;
    bool done = source_pull(source, run->settings, &run->stage.volume, http, &counts, &err);
    json_int_t appended = json_integer_value(json_object_get(counts, "appended"));
    if (!done) {
        log_event(LOG_ERROR, "failed", "%s: %s", source->name, err.text);
        json_object_set_new(run->result, "error", json_string(err.text));
    }
    if (counts != NULL)
        json_object_set_new(run->result, source->name, counts);
    if (!done)
        return err.retryable ? EXIT_TEMPFAIL : EXIT_DATAERR;
    return appended > 0 ? EXIT_DONE : EXIT_NOTHING_TO_DO;
}

static enum exit_code pull_all(struct worker_run *run, struct error *err) {
    const struct options *o = run->settings;
    struct http http = {0};
    bool chosen[SOURCES];
    if (!choose(o, run->args.count > 0 ? run->args.arg[0] : NULL, chosen, err) ||
        !http_open(&http, "leadforest-sync", o->timeout_s, err))
        return EXIT_USAGE;

    enum exit_code code = EXIT_NOTHING_TO_DO;
    run->result = json_object();
    for (size_t i = 0; i < SOURCES; i++)
        if (chosen[i])
            code = worse(code, pull(&source_table[i], &http, run));
    http_close(&http);
    return code;
}

static enum exit_code fetch_model(struct worker_run *run, struct error *err) {
    const struct options *o = run->settings;
    struct model_sync source = {.volume = &run->stage.volume,
                                .url = o->model_url,
                                .key = o->model_key,
                                .public_key = model_signature_required_key(),
                                .max_wait_s = o->max_wait_s};
    struct http http = {0};
    long long version;
    if (!model_sync_validate(&source, err) || !http_open(&http, "leadforest-sync", o->timeout_s, err))
        return EXIT_USAGE;
    enum exit_code code = model_sync_fetch(&source, &http, &version, err);
    http_close(&http);
    if (exit_code_is_success(code))
        run->result = json_pack("{s:I}", "version", (json_int_t)version);
    return code;
}

/* A model is fetched under its own lock, so that it may run at the same time as a pull of records. */
static enum exit_code choose_worker(struct worker_run *run, bool *finished) {
    (void)finished;
    if (run->args.count > 0 && strcmp(run->args.arg[0], "model") == 0)
        run->id = WORKER_SYNC_MODEL;
    return EXIT_DONE;
}

static enum exit_code fetch(struct worker_run *run, struct error *err) {
    return run->id == WORKER_SYNC_MODEL ? fetch_model(run, err) : pull_all(run, err);
}

static const struct worker worker = {
    .program = &program,
    .id = WORKER_SYNC,
    .settings_size = sizeof(struct options),
    .check = choose_worker,
    .run = fetch,
};

int main(int argc, char **argv) {
    return worker_main(&worker, argc, argv);
}
