/* run.h - one run of the pipeline: the stages in order, each a child process, and the record runs/<run>.json. */
#ifndef PIPELINE_RUN_H
#define PIPELINE_RUN_H

#include "services/common/util/subprocess.h"
#include "services/common/worker/stage.h"

struct run {
    bool going;
    enum exit_code code;    /* EXIT_NONE until it has ended */
    const char *reason;     /* why it was started; borrowed */
    struct stage stage;     /* the pipeline's own lock and run id */
    size_t at;              /* the stage that runs */
    size_t fresh;           /* stages that did something */
    bool stopping, overdue; /* it is being stopped: by a signal; for its duration */
    double limit;           /* seconds that a stage may take; 0: no limit */
    double began, stage_began;
    struct subprocess child;
    json_t *record;
    /* For notifications: */
    char stopped_at[16]; /* the stage that ended it; "" if none did */
    char error[400];     /* that stage's message */
    long long promoted;  /* version; 0: none */
};

/* Take the lock and start the first stage; data, the path of the data folder, is borrowed. False if it could not begin:
 * run->code says why, and it was logged. */
bool run_begin(struct run *run, const char *data, const char *reason, double limit);

/* Continue after an event, and at least once a second; call it until run->going is false. */
void run_continue(struct run *run);

/* Stop after the running stage, which gets SIGTERM at once. */
void run_terminate(struct run *run);

#endif
