/* run.h - one run of the line: the stages in order, each a child process, and the record runs/<run>.json. */
#ifndef PIPELINE_RUN_H
#define PIPELINE_RUN_H

#include "services/common/stage.h"
#include "services/pipeline/child.h"

struct run {
    bool going;
    enum exit_code code; /* EXIT_NONE until it has ended */
    const char *data;    /* borrowed */
    const char *reason;  /* why it was started; borrowed */
    struct stage stage;  /* the pipeline's own lock and run id */
    size_t at;           /* the stage that runs */
    size_t fresh;        /* stages that did something */
    bool stopping;
    double began, stage_began;
    struct child child;
    json_t *record;
};

/* Take the lock and start the first stage. false where it could not begin: run->code says why, and it was said. */
bool run_begin(struct run *run, const char *data, const char *reason);

/* Go on after an event; call it until run->going is false. */
void run_continue(struct run *run);

/* Stop after the running stage, which is asked to stop at once. */
void run_terminate(struct run *run);

#endif
