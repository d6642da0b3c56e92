/*
 * stage.h - one run of a worker: its lock, its run id, its up-to-date check, its result line.
 *
 *     struct stage stage;
 *     if (!stage_begin(&stage, WORKER_ETL, data, &code)) return code;  lock, SIGTERM, log, run id
 *     stage_output(&stage, ...); ...                                   the files it will make
 *     stage_input_...(&stage, ...); ...                                what they depend on
 *     if (stage_up_to_date(&stage)) return stage_end(&stage, EXIT_NOTHING_TO_DO, NULL);
 *     stage_sweep(&stage);                                             what a killed run left
 *     ... publish outputs ...
 *     stage_stamp(&stage, &err);                                       last of all
 *     return stage_end(&stage, EXIT_DONE, json_pack(...));
 *
 * worker.h does this for all workers.
 *
 * The stamp, which workers.h names, is in the folder of the outputs and has the digest of the inputs and the hash of
 * each output. A stage is up to date if both are still the same. The version of the program is the first input of
 * every stage: an upgraded program makes its outputs again.
 */
#ifndef COMMON_STAGE_H
#define COMMON_STAGE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>
#include <openssl/types.h>

#include "services/common/store/files.h"
#include "services/common/worker/exit_codes.h"
#include "services/common/worker/lineage.h"
#include "services/common/worker/workers.h"

enum {
    RUN_ID = 37, /* a UUID as text */
    STAGE_MAX_OUTPUTS = 8,
    STAGE_OUTPUT = 64 /* bytes of an output's name */
};

struct stage {
    const struct worker_entry *worker;
    struct volume volume;                         /* the data folder, open until the stage ends */
    char run[RUN_ID];                             /* LEADFOREST_RUN where that is a UUID, otherwise a new one */
    int lock;                                     /* a descriptor with the lock */
    EVP_MD_CTX *inputs;                           /* digest of the inputs so far */
    char digest[SHA256_HEX];                      /* of the inputs, once it was computed */
    char output[STAGE_MAX_OUTPUTS][STAGE_OUTPUT]; /* in the stamp's folder */
    size_t output_count;
    unsigned threads;        /* that hash outputs; 0, as stage_begin leaves it, is one */
    struct lineage *lineage; /* receives inputs and stamped outputs; NULL: no lineage is wanted */
};

/* Opens the log, installs SIGTERM (exit 143), makes and opens the data folder, whose path is borrowed, and takes
 * .locks/<worker> in it; false and *code where it cannot. */
bool stage_begin(struct stage *stage, enum worker_id worker, const char *data, enum exit_code *code);

/*
 * Add an input on which the outputs depend: a text (settings), a small file (by content), or a large raw file (by
 * name, inode, size and times). A missing file is an input too.
 */
void stage_input_text(struct stage *stage, const char *what, const char *value);
MUST_CHECK bool stage_input_file(struct stage *stage, const char *name, struct error *err);
void stage_input_raw(struct stage *stage, const char *name);
void stage_input_hash(struct stage *stage, const char *name, const char *sha256); /* a file whose hash is known */

/*
 * Add a file that this run makes, in the stamp's folder; at most STAGE_MAX_OUTPUTS. A stage without outputs writes no
 * stamp and is never up to date.
 */
void stage_output(struct stage *stage, const char *name);

/* Whether the stamp has these inputs and the outputs are unchanged. */
bool stage_up_to_date(struct stage *stage);

/* Remove what a killed run left in the folder of the outputs. */
void stage_sweep(const struct stage *stage);

/* Write the stamp: the outputs now belong to these inputs. */
MUST_CHECK bool stage_stamp(struct stage *stage, struct error *err);

/* Print the result line {"stage","status","run",...extra} (steals extra, which may be NULL), unlock, free. Returns
 * code. */
enum exit_code stage_end(struct stage *stage, enum exit_code code, json_t *extra);

/* The same for a failure: logs "<event>: text" once, then ends with the code that the error asks for. */
enum exit_code stage_fail(struct stage *stage, enum exit_code code, const char *text);
MUST_CHECK enum exit_code stage_fail_error(struct stage *stage, const struct error *err);

#endif
