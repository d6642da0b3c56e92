/* run.h - one run of the line: the stages in order, each a child process, and the record runs/<run>.json. */
#ifndef PIPELINE_RUN_H
#define PIPELINE_RUN_H

#include "services/common/util/subprocess.h"
#include "services/common/worker/stage.h"

struct run {
    bool going;
    enum exit_code code;    /* EXIT_NONE until it has ended */
    const char *data;       /* borrowed */
    const char *reason;     /* why it was started; borrowed */
    struct stage stage;     /* the pipeline's own lock and run id */
    size_t at;              /* the stage that runs */
    size_t fresh;           /* stages that did something */
    bool stopping, overdue; /* told to stop by a person; by the time it took */
    double limit;           /* seconds that a stage may take; 0: as long as it likes */
    double began, stage_began;
    struct subprocess child;
    json_t *record;
    /* For those who tell of it: */
    char stopped_at[16]; /* the stage that ended it; "" where none did */
    char error[400];     /* what that stage said */
    long long promoted;  /* version; 0: none */
};

/* Take the lock and start the first stage. false where it could not begin: run->code says why, and it was said. */
bool run_begin(struct run *run, const char *data, const char *reason, double limit);

/* Go on after an event, and at least once a second or so; call it until run->going is false. */
void run_continue(struct run *run);

/* Stop after the running stage, which is asked to stop at once. */
void run_terminate(struct run *run);

#endif
