/* workers.c - the table. */
#include "services/common/worker/workers.h"

#include <stddef.h>

#include "services/common/store/paths.h"

const struct worker_entry worker_table[WORKERS] = {
    [WORKER_SAMPLE] = {"sample", VOLUME_RAW "/.stamp-sample.json", NULL},
    [WORKER_SYNC] = {"sync", NULL, NULL},
    [WORKER_SYNC_STRIPE] = {"sync-stripe", VOLUME_RAW "/.sync-stripe.json", "sync stripe"},
    [WORKER_SYNC_FORMSPREE] = {"sync-formspree", VOLUME_RAW "/.sync-formspree.json", "sync formspree"},
    [WORKER_SYNC_MAIL] = {"sync-mail", VOLUME_RAW "/.sync-mail.json", NULL},
    [WORKER_SYNC_MODEL] = {"sync-model", VOLUME_REGISTRY "/.sync-model.json", NULL},
    [WORKER_ETL] = {"etl", VOLUME_PROCESSED "/.stamp-etl.json", NULL},
    [WORKER_FEATURES] = {"features", VOLUME_FEATURES_FOLDER "/.stamp-features.json", NULL},
    [WORKER_TRAIN] = {"train", VOLUME_CANDIDATES "/.stamp-train.json", NULL},
    [WORKER_REGISTER] = {"register", VOLUME_DECISIONS, NULL},
    [WORKER_SCORE] = {"score", VOLUME_SCORES_FOLDER "/.stamp-score.json", NULL},
    [WORKER_DRIFT] = {"drift", VOLUME_MONITORING "/.stamp-drift.json", NULL},
    [WORKER_PIPELINE] = {"pipeline", NULL, NULL},
};
