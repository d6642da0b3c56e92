/* worker.c - what all batch programs do alike, from the command line to the exit code. */
#include "services/common/worker/worker.h"

#include <stdlib.h>

#include "services/common/worker/configuration.h"

enum exit_code worker_code(bool done, const struct error *err) {
    if (done)
        return EXIT_DONE;
    return err->retryable ? EXIT_TEMPFAIL : EXIT_DATAERR;
}

/* ---- inputs ---- */

static void add_settings(struct worker_run *run) {
    const struct program *program = run->worker->program;
    for (size_t i = 0; i < program->setting_count; i++) {
        const struct setting *row = &program->settings[i];
        char name[SETTINGS_NAME], text[SETTINGS_NUMBER];
        if (!row->not_an_input && row->kind != SETTING_SECRET)
            stage_input_text(&run->stage, settings_name(row, name), settings_text(row, run->settings, text));
    }
}

static enum exit_code read_configuration(struct worker_run *run, struct error *err) {
    const struct settings_common *common = run->settings;
    char *text = NULL;
    run->config = configuration_read(common->config, &text, err);
    if (run->config == NULL)
        return EXIT_USAGE;
    stage_input_text(&run->stage, "configuration", text);
    free(text);
    return EXIT_DONE;
}

static enum exit_code add_files(struct worker_run *run, struct error *err) {
    bool done = true;
    for (const char *const *name = run->worker->inputs; done && *name != NULL; name++)
        done = stage_input_file(&run->stage, *name, err);
    return worker_code(done, err);
}

static enum exit_code read_inputs(struct worker_run *run, struct error *err) {
    const struct worker *worker = run->worker;
    enum exit_code code = EXIT_DONE;
    add_settings(run);
    if (worker->configured)
        code = read_configuration(run, err);
    if (code == EXIT_DONE)
        code = add_files(run, err);
    if (code == EXIT_DONE && worker->prepare != NULL)
        code = worker->prepare(run, err);
    return code;
}

/* ---- outputs ---- */

static enum exit_code make_outputs(struct worker_run *run, struct error *err) {
    stage_sweep(&run->stage);
    enum exit_code code = run->worker->run(run, err);
    if (exit_code_is_success(code) && !stage_stamp(&run->stage, err))
        code = worker_code(false, err);
    return code;
}

static enum exit_code run_steps(struct worker_run *run, struct error *err) {
    const struct worker *worker = run->worker;
    for (const char *const *name = worker->outputs; *name != NULL; name++)
        stage_output(&run->stage, *name);
    enum exit_code code = read_inputs(run, err);
    if (code == EXIT_DONE)
        code = stage_up_to_date(&run->stage) ? EXIT_NOTHING_TO_DO : make_outputs(run, err);
    return exit_code_is_success(code) && worker->finish != NULL ? worker->finish(run, code) : code;
}

/* ---- one run ---- */

static enum exit_code run_stage(struct worker_run *run) {
    const struct settings_common *common = run->settings;
    struct error err = {.text = ""};
    enum exit_code code;
    if (!stage_begin(&run->stage, run->id, common->data, &code))
        return code;
    code = run_steps(run, &err);
    if (exit_code_is_success(code) || err.text[0] == '\0')
        return stage_end(&run->stage, code, run->result);
    json_decref(run->result);
    return stage_fail(&run->stage, code, err.text);
}

static enum exit_code run_worker(struct worker_run *run, void *settings, int argc, char **argv) {
    const struct worker *worker = run->worker;
    bool finished;
    enum exit_code code = settings_read(worker->program, settings, &run->args, argc, argv, &finished);
    if (code == EXIT_DONE && !finished && worker->check != NULL)
        code = worker->check(run, &finished);
    if (code == EXIT_DONE && !finished)
        code = run_stage(run);
    return code;
}

int worker_main(const struct worker *worker, int argc, char **argv) {
    void *settings = calloc(1, worker->settings_size), *work = calloc(1, worker->work_size + 1);
    struct worker_run run = {.worker = worker, .id = worker->id, .settings = settings, .work = work};
    enum exit_code code = EXIT_TEMPFAIL;
    if (settings != NULL && work != NULL)
        code = run_worker(&run, settings, argc, argv);
    if (work != NULL && worker->done != NULL)
        worker->done(work); /* which may still look at the configuration */
    etl_config_free(run.config);
    free(work);
    free(settings);
    return (int)code;
}
