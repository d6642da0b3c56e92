/* leadforest-pipeline: runs the stages in order, once or whenever data arrive and at night. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "services/common/log.h"
#include "services/common/settings.h"
#include "services/pipeline/run.h"
#include "services/pipeline/watch.h"

struct settings {
    struct settings_common common;
    long long threads;
    double quiet, poll, retry, retry_most;
    long long night_hour, drift_hour;
    bool serve;
};

static const struct setting rows[] = {
    SETTINGS_COMMON(struct settings, common),
    SETTINGS_THREADS(struct settings, threads),
    {"quiet", "WATCH_QUIET", SETTING_NUMBER, offsetof(struct settings, quiet), "30", 0, 86400, NULL,
     "watch: seconds without a change in raw/ before new data are taken in"},
    {"poll", "WATCH_POLL", SETTING_NUMBER, offsetof(struct settings, poll), "5", 0.05, 3600, NULL,
     "watch: seconds between two looks at raw/"},
    {"nightly-hour", "NIGHTLY_HOUR", SETTING_WHOLE, offsetof(struct settings, night_hour), "2", -1, 23, NULL,
     "watch: hour (UTC) of the nightly run; -1: none"},
    {"drift-hour", "DRIFT_HOUR", SETTING_WHOLE, offsetof(struct settings, drift_hour), "1", -1, 23, NULL,
     "watch: hour (UTC) at which drift is asked whether to train; -1: never"},
    {"retry", "WATCH_RETRY", SETTING_NUMBER, offsetof(struct settings, retry), "10", 0.1, 86400, NULL,
     "watch: seconds before a run that ended with 75 is tried again, doubled each time"},
    {"retry-max", "WATCH_RETRY_MAX", SETTING_NUMBER, offsetof(struct settings, retry_most), "900", 0.1, 86400, NULL,
     "watch: the longest such wait"},
    {"serve", "WATCH_SERVE", SETTING_FLAG, offsetof(struct settings, serve), "0", 0, 0, NULL,
     "watch: keep leadforest-api alive beside it"},
};

static const struct program program = {
    .name = "leadforest-pipeline",
    .does = "runs etl, features, train, register and score, as programs beside it",
    .usage = "[options] run-all|watch",
    .notes = "run-all ends with the first failure's exit code, with 0, or with 99 where all was up to date.\n"
             "watch runs the line when raw/ has changed and at night, until SIGTERM; what ended with 75 is retried,\n"
             "bad data (65) wait for new data. Stages read their own settings from the environment.\n"
             "What each run did is in runs/<run>.json.",
    .settings = rows,
    .setting_count = sizeof rows / sizeof *rows,
    .max_words = 1,
};

/* Stages read their settings from the environment: what was given here as options goes there. */
static void hand_down(const struct settings *s) {
    char threads[24];
    snprintf(threads, sizeof threads, "%lld", s->threads);
    setenv("THREADS", threads, 1);
    setenv("DATA_DIR", s->common.data, 1);
    if (s->common.config != NULL)
        setenv("LEADFOREST_CONFIG", s->common.config, 1);
}

static enum exit_code run_all(const struct settings *s, struct events *events) {
    struct run *run = calloc(1, sizeof *run);
    if (run == NULL)
        return EXIT_TRY_LATER;
    run_begin(run, s->common.data, "run-all");
    while (run->going) {
        if (events_wait(events, run->child.output, -1))
            run_terminate(run);
        run_continue(run);
    }
    enum exit_code code = run->code;
    free(run);
    return code;
}

static enum exit_code watch(const struct settings *s, struct events *events) {
    struct watch_options options = {.data = s->common.data,
                                    .poll = s->poll,
                                    .times = {s->quiet, s->retry, s->retry_most, (int)s->night_hour},
                                    .drift_hour = (int)s->drift_hour,
                                    .serve = s->serve};
    watch_until_told(&options, events);
    return EXIT_DONE;
}

int main(int argc, char **argv) {
    struct settings s;
    struct words words;
    bool finished;
    enum exit_code code = settings_read(&program, &s, &words, argc, argv, &finished);
    if (code != EXIT_DONE || finished)
        return code;
    bool all = words.count == 1 && strcmp(words.word[0], "run-all") == 0;
    if (!all && (words.count != 1 || strcmp(words.word[0], "watch") != 0)) {
        fprintf(stderr, "%s: run-all or watch is needed (see --help)\n", program.name);
        return EXIT_USAGE_ERROR;
    }
    struct events events;
    struct file_error err;
    log_open("pipeline", NULL);
    if (!events_open(&events, &err)) {
        log_event(LOG_ERROR, "failed", "%s", err.text);
        return EXIT_TRY_LATER;
    }
    hand_down(&s);
    code = all ? run_all(&s, &events) : watch(&s, &events);
    events_close(&events);
    return code;
}
