/* workers.h - every worker: its name, and the file by which others see when it last succeeded. */
#ifndef COMMON_WORKERS_H
#define COMMON_WORKERS_H

enum worker_id {
    WORKER_SAMPLE,
    WORKER_SYNC, /* one run over the sources that follow */
    WORKER_SYNC_STRIPE,
    WORKER_SYNC_FORMSPREE,
    WORKER_SYNC_MAIL,
    WORKER_SYNC_MODEL,
    WORKER_ETL,
    WORKER_FEATURES,
    WORKER_TRAIN,
    WORKER_REGISTER,
    WORKER_SCORE,
    WORKER_DRIFT,
    WORKER_PIPELINE,
    WORKERS
};

struct worker_entry {
    const char *name;     /* in logs, locks, result lines and metrics */
    const char *success;  /* file of the volume, written after new outputs, in their folder; NULL: none */
    const char *old_name; /* older name in metrics, which show both; NULL: none */
};
extern const struct worker_entry worker_table[WORKERS];

#endif
