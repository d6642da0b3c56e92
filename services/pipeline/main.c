/* leadforest-pipeline: runs the stages in order, once or whenever data arrive and at night. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "services/common/worker/log.h"
#include "services/common/worker/settings.h"
#include "services/pipeline/alert_webhook.h"
#include "services/pipeline/run.h"
#include "services/pipeline/scheduler.h"

enum { ALERT_SECONDS = 10 };

struct settings {
    struct settings_common common;
    long long threads;
    double quiet, poll, retry, max_retry, limit;
    const char *nightly, *drift;
    const char *alert_url, *alert_secret, *message;
    bool serve;
};

static const struct setting rows[] = {
    SETTINGS_COMMON(struct settings, common),
    {"threads", "THREADS", SETTING_INTEGER, offsetof(struct settings, threads), "0", 0, 1024, NULL,
     "threads of every program; 0: one for each processor that the machine or its quota allows"},
    {"quiet", "WATCH_QUIET", SETTING_NUMBER, offsetof(struct settings, quiet), "30", 0, 86400, NULL,
     "watch: seconds that raw/ must stay unchanged before new data are processed"},
    {"poll", "WATCH_POLL", SETTING_NUMBER, offsetof(struct settings, poll), "5", 0.05, 3600, NULL,
     "watch: seconds between two checks of raw/"},
    {"run-cron|nightly", "WATCH_RUN_CRON|NIGHTLY", SETTING_TEXT, offsetof(struct settings, nightly), "0 2 * * *", 5,
     200, NULL, "watch: when to run the pipeline even without new data, as in a crontab (UTC), or never"},
    {"drift-cron|drift-at", "WATCH_DRIFT_CRON|DRIFT_AT", SETTING_TEXT, offsetof(struct settings, drift), "0 1 * * *", 5,
     200, NULL, "watch: when to check for drift, as in a crontab (UTC), or never; also checked at the start"},
    {"stage-seconds", "STAGE_SECONDS", SETTING_NUMBER, offsetof(struct settings, limit), "3600", 0, 604800, NULL,
     "seconds after which a stage is stopped, to be tried again later; 0: no limit"},
    {"retry", "WATCH_RETRY", SETTING_NUMBER, offsetof(struct settings, retry), "10", 0.1, 86400, NULL,
     "watch: seconds before a run that ended with code 75 is tried again; doubled each time"},
    {"retry-max", "WATCH_RETRY_MAX", SETTING_NUMBER, offsetof(struct settings, max_retry), "900", 0.1, 86400, NULL,
     "watch: most seconds before it is tried again"},
    {"serve", "WATCH_SERVE", SETTING_FLAG, offsetof(struct settings, serve), "0", 0, 0, NULL,
     "watch: also run leadforest-api, and start it again when it ends"},
    {"alert-url", "ALERT_URL", SETTING_TEXT, offsetof(struct settings, alert_url), NULL, 8, 2000, NULL,
     "watch, alert: address to which alarms, failed runs and new champions are posted"},
    {NULL, "ALERT_SECRET", SETTING_SECRET, offsetof(struct settings, alert_secret), NULL, 0, 0, NULL,
     "key that signs those messages (header Leadforest-Signature); unset: they are not signed"},
    {"message", NULL, SETTING_TEXT, offsetof(struct settings, message), NULL, 2, ALERT_WEBHOOK_MAX_BYTES, NULL,
     "alert: message to send, as JSON; default: a test message"},
};

static const struct program program = {
    .name = "leadforest-pipeline",
    .summary = "runs etl, features, train, register and score, once or whenever data arrive",
    .usage = "[options] run-all|watch|alert",
    .notes = "run-all  run all stages once; ends with the exit code of the first one that failed, with 99 if\n"
             "         everything was up to date, otherwise with 0\n"
             "watch    run them when raw/ has changed and at set times, until SIGTERM; a run that ended with 75 is\n"
             "         tried again, one that ended with 65 (bad data) waits for new data\n"
             "alert    send one message to ALERT_URL; exit code 0 if it was accepted\n"
             "\n"
             "The stages read their own settings from the environment. runs/<run>.json says what each run did.",
    .examples = "  leadforest-pipeline run-all                            run all stages once\n"
                "  leadforest-pipeline --serve watch                      worker and server in one container\n"
                "  leadforest-pipeline --run-cron \"30 3 * * 1-5\" watch    run at 3:30 on working days",
    .settings = rows,
    .setting_count = sizeof rows / sizeof *rows,
    .max_args = 1,
};

/* Stages, and the child that sends an alert, read their settings from the environment: what was given here as options
 * goes there. */
static void export_env(const struct settings *s) {
    char threads[24];
    snprintf(threads, sizeof threads, "%lld", s->threads);
    setenv("THREADS", threads, 1);
    setenv("DATA_DIR", s->common.data, 1);
    if (s->common.config != NULL)
        setenv("LEADFOREST_CONFIG", s->common.config, 1);
    if (s->alert_url != NULL)
        setenv("ALERT_URL", s->alert_url, 1);
}

static enum exit_code run_all(const struct settings *s, struct events *events) {
    struct run *run = calloc(1, sizeof *run);
    if (run == NULL)
        return EXIT_TEMPFAIL;
    run_begin(run, s->common.data, "run-all", s->limit);
    while (run->going) {
        if (events_wait(events, &run->child.output, 1, 1))
            run_terminate(run);
        run_continue(run);
    }
    enum exit_code code = run->code;
    free(run);
    return code;
}

static enum exit_code watch(const struct settings *s, struct events *events) {
    struct scheduler_options options = {.data = s->common.data,
                                        .poll = s->poll,
                                        .times = {.quiet = s->quiet, .retry = s->retry, .max_retry = s->max_retry},
                                        .limit = s->limit,
                                        .serve = s->serve,
                                        .alert = s->alert_url != NULL};
    bool nightly = cron_parse(&options.times.nightly, s->nightly), drift = cron_parse(&options.drift, s->drift);
    if (!nightly || !drift) {
        fprintf(stderr, "%s: %s \"%s\" is neither a crontab time (minute hour day month weekday) nor never\n",
                program.name, nightly ? "WATCH_DRIFT_CRON" : "WATCH_RUN_CRON", nightly ? s->drift : s->nightly);
        return EXIT_USAGE;
    }
    scheduler_run(&options, events);
    return EXIT_DONE;
}

/* One message, in a process of its own, so that watch does not wait for the receiver. */
static enum exit_code alert(const struct settings *s) {
    struct http http = {0};
    struct error err;
    char problem[200] = "ALERT_URL is not set", *test_message = NULL;
    enum exit_code code = EXIT_USAGE;
    if (s->message == NULL)
        test_message =
            alert_webhook_message("test", "leadforest: a message to try the address with", NULL, unix_time_now());
    const char *message = s->message != NULL ? s->message : test_message;
    if (s->alert_url != NULL && !http_open(&http, program.name, ALERT_SECONDS, &err))
        snprintf(problem, sizeof problem, "%.199s", err.text);
    else if (s->alert_url != NULL && message != NULL)
        code = alert_webhook_send(&http, s->alert_url, s->alert_secret, message, problem);
    if (code == EXIT_DONE)
        log_event(LOG_INFO, "alert sent", "%.200s", message);
    else
        log_event(LOG_ERROR, "alert not sent", "%s", problem);
    http_close(&http);
    free(test_message);
    return code;
}

int main(int argc, char **argv) {
    struct settings s;
    struct args args;
    bool finished;
    enum exit_code code = settings_read(&program, &s, &args, argc, argv, &finished);
    if (code != EXIT_DONE || finished)
        return code;
    const char *arg = args.count == 1 ? args.arg[0] : "";
    bool all = strcmp(arg, "run-all") == 0;
    log_open("pipeline", NULL);
    if (strcmp(arg, "alert") == 0)
        return alert(&s);
    if (args.count == 0)
        return settings_reject(&program, "run-all, watch or alert is needed");
    if (!all && strcmp(arg, "watch") != 0)
        return settings_reject(&program, "unknown command \"%.80s\"", arg);
    struct events events;
    struct error err;
    if (!events_open(&events, &err)) {
        log_event(LOG_ERROR, "failed", "%s", err.text);
        return EXIT_TEMPFAIL;
    }
    export_env(&s);
    code = all ? run_all(&s, &events) : watch(&s, &events);
    events_close(&events);
    return code;
}
