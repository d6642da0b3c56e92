/* run.c - runs the stages in order; a stage that is up to date is skipped, and one that fails ends the run. */
#include "services/pipeline/run.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "services/common/store/atomic_file.h"
#include "services/common/store/paths.h"
#include "services/common/util/unix_time.h"
#include "services/common/worker/log.h"
#include "services/pipeline/child_result.h"
#include "services/pipeline/run_retention.h"

static const enum worker_id stages[] = {WORKER_ETL, WORKER_FEATURES, WORKER_TRAIN, WORKER_REGISTER, WORKER_SCORE};
enum { STAGES = sizeof stages / sizeof *stages, RECORDS = 1000 /* kept; the newest */ };

/* Of the stage that runs now. */
static const char *stage_name(const struct run *run) {
    return worker_table[stages[run->at]].name;
}

static json_t *present(void) {
    char text[UNIX_TIME_TEXT];
    unix_time_format(unix_time_now(), text);
    return json_string(text);
}

/* A record that cannot be written is logged and stops nothing. */
static void publish_record(const struct run *run) {
    char name[VOLUME_NAME];
    struct error err;
    snprintf(name, sizeof name, VOLUME_RUNS "/%s.json", run->stage.run);
    if (!atomic_file_write_json_at(&run->stage.volume, name, run->record, &err))
        log_event(LOG_WARN, "run not recorded", "%s", err.text);
}

static void end(struct run *run, enum exit_code code) {
    double seconds = monotonic_seconds() - run->began;
    const char *word = exit_code_name(code);
    json_object_set_new(run->record, "status", json_string(word));
    json_object_set_new(run->record, "exit", json_integer(code));
    json_object_set_new(run->record, "ended", present());
    json_object_set_new(run->record, "seconds", json_real(seconds));
    publish_record(run);
    json_t *extra = json_pack("{s:s, s:f}", "reason", run->reason, "seconds", seconds);
    if (run->at < STAGES) {
        snprintf(run->stopped_at, sizeof run->stopped_at, "%s", stage_name(run));
        json_object_set_new(extra, "stopped_at", json_string(run->stopped_at));
    }
    json_decref(run->record);
    run->record = NULL;
    run->going = false;
    run->code = stage_end(&run->stage, code, extra);
}

static void start_stage(struct run *run) {
    struct error err;
    run->stage_began = monotonic_seconds();
    if (subprocess_start(&run->child, stage_name(run), NULL, true, &err))
        return;
    log_event(LOG_ERROR, "stage not started", "%s", err.text);
    snprintf(run->error, sizeof run->error, "%.*s", (int)sizeof run->error - 1, err.text);
    end(run, err.retryable ? EXIT_TEMPFAIL : EXIT_SOFTWARE);
}

bool run_begin(struct run *run, const char *data, const char *reason, double limit) {
    *run = (struct run){.reason = reason, .limit = limit, .began = monotonic_seconds(), .code = EXIT_NONE};
    if (!stage_begin(&run->stage, WORKER_PIPELINE, data, &run->code)) {
        snprintf(run->error, sizeof run->error, "the run could not begin: the volume is away, full or in use");
        return false;
    }
    atomic_file_sweep_folder_at(&run->stage.volume, VOLUME_RUNS);
    run_retention_prune(&run->stage.volume, VOLUME_RUNS, RECORDS);
    setenv("LEADFOREST_RUN", run->stage.run, 1);
    run->going = true;
    run->record = json_pack("{s:s, s:s, s:o, s:s, s:[]}", "run", run->stage.run, "reason", reason, "started", present(),
                            "status", "running", "stages");
    log_event(LOG_INFO, "run started", "%s", reason);
    start_stage(run);
    return true;
}

/* The parts of a stage's result that notifications use. */
static void read_result(struct run *run, const json_t *result) {
    const char *status = json_string_value(json_object_get(result, "status"));
    if (json_object_get(result, "error") != NULL)
        child_result_text(run->error, sizeof run->error, result, "error", "");
    if (stages[run->at] == WORKER_REGISTER && status != NULL && strcmp(status, "promoted") == 0)
        run->promoted = json_integer_value(json_object_get(result, "version"));
}

static void record_stage(struct run *run, int code) {
    json_t *result = json_loads(run->child.line, 0, NULL);
    json_t *entry =
        json_pack("{s:s, s:f, s:i, s:o}", "stage", stage_name(run), "seconds", monotonic_seconds() - run->stage_began,
                  "exit", code, "result", result != NULL ? result : json_null());
    json_array_append_new(json_object_get(run->record, "stages"), entry);
    if (run->overdue)
        json_object_set_new(entry, "overdue", json_true());
    read_result(run, result);
    log_event(code == EXIT_DONE || code == EXIT_NOTHING_TO_DO ? LOG_INFO : LOG_ERROR, "stage ended", "%s: exit %d (%s)",
              stage_name(run), code, exit_code_name((enum exit_code)code));
}

/* A stage that hangs is stopped, and tried again later. */
static void stop_overdue_stage(struct run *run) {
    if (run->limit > 0 && !run->overdue && monotonic_seconds() - run->stage_began >= run->limit) {
        run->overdue = true;
        snprintf(run->error, sizeof run->error, "%s takes longer than %.0f s", stage_name(run), run->limit);
        log_event(LOG_ERROR, "stage overdue", "%s; stopping it", run->error);
        subprocess_terminate(&run->child);
    }
    subprocess_kill_if_overdue(&run->child);
}

void run_continue(struct run *run) {
    int code;
    subprocess_read(&run->child);
    if (!run->going)
        return;
    if (!subprocess_ended(&run->child, &code)) {
        stop_overdue_stage(run);
        return;
    }
    bool killed = code == 128 + SIGKILL && !run->stopping;
    if (killed)
        snprintf(run->error, sizeof run->error, "%s was killed; memory may have run out", stage_name(run));
    if (run->overdue || killed)
        code = EXIT_TEMPFAIL;
    else if (code > 128 && code != EXIT_TERMINATED)
        code = EXIT_SOFTWARE; /* it crashed */
    record_stage(run, code);
    run->fresh += code == EXIT_DONE;
    if (code != EXIT_DONE && code != EXIT_NOTHING_TO_DO) {
        end(run, run->stopping ? EXIT_TERMINATED : (enum exit_code)code);
        return;
    }
    run->at++;
    if (run->at == STAGES)
        end(run, run->fresh > 0 ? EXIT_DONE : EXIT_NOTHING_TO_DO);
    else if (run->stopping)
        end(run, EXIT_TERMINATED);
    else {
        publish_record(run);
        start_stage(run);
    }
}

void run_terminate(struct run *run) {
    run->stopping = true;
    if (run->going)
        subprocess_terminate(&run->child);
}
