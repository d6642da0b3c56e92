/*
 * worker.h - a batch program from its command line to its exit code.
 *
 * A worker names its settings, its inputs, its outputs and the functions that make the outputs from the inputs.
 * worker_main does what all workers do alike, in this order:
 *
 *     settings      read, then check()
 *     lock          one run of a worker at a time on a volume; log, run id, lineage, SIGTERM (stage.h)
 *     inputs        the program's version, settings, configuration, the files of `inputs`, then prepare()
 *     up to date?   EXIT_NOTHING_TO_DO if the stamp has these inputs and the outputs are unchanged
 *     run()         after removing what a killed run left in the folder of the outputs
 *     stamp         in the folder of the outputs
 *     result line   on stdout, after finish()
 *
 * Of the settings, the inputs are the rows that do not say not_an_input. A secret is never one: prepare() adds its
 * fingerprint where outputs depend on it.
 *
 * A function that fails returns an exit code above and writes one line to err; where it leaves err empty, it has logged
 * its errors itself and the result line is what it put into run->result.
 */
#ifndef COMMON_WORKER_H
#define COMMON_WORKER_H

#include "services/common/worker/settings.h"
#include "services/common/worker/stage.h"

struct worker;

/* One run as the worker's functions see it. */
struct worker_run {
    const struct worker *worker;
    enum worker_id id;         /* the worker's; check() may choose another one, with a lock of its own */
    const void *settings;      /* of the worker's own type */
    void *work;                /* of the worker's own type, zeroed at the start */
    struct args args;          /* of the command line */
    struct stage stage;        /* from prepare() on */
    struct etl_config *config; /* where the worker is configured, from prepare() on */
    json_t *result;            /* members of the result line; owned */
};

typedef enum exit_code worker_step(struct worker_run *run, struct error *err);

struct worker {
    const struct program *program;
    enum worker_id id;
    size_t settings_size;   /* of the struct that the settings fill, which begins with a struct settings_common */
    size_t work_size;       /* of what a run makes */
    bool configured;        /* reads the configuration */
    const char *inputs[4];  /* files of the volume */
    const char *outputs[6]; /* files in the stamp's folder; prepare() may add others (stage_output) */

    /* Each may be NULL except run. */
    enum exit_code (*check)(struct worker_run *run, bool *finished); /* arguments; prints its error; *finished: stop */
    worker_step *prepare;                                            /* whatever else the outputs depend on */
    worker_step *run;
    enum exit_code (*finish)(struct worker_run *run, enum exit_code code); /* after success; the code to exit with */
    void (*done)(void *work);                                              /* frees, whatever happened */
};

/* What main() returns. */
int worker_main(const struct worker *worker, int argc, char **argv);

/* EXIT_DONE, or the code that a failure asks for. */
enum exit_code worker_code(bool done, const struct error *err);

#endif
