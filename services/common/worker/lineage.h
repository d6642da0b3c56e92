/*
 * lineage.h - what a stage read and made, told to others as OpenLineage run events (specification 2-0-2).
 *
 * A run is a START and a COMPLETE or FAIL event, one line of JSON each.  LINEAGE_FILE has them appended to a file,
 * OPENLINEAGE_URL posted to a collector such as Marquez; where neither is set nothing is done.  Datasets are named
 * as the specification names local files (namespace "file", the absolute path), and the version facet is the SHA-256
 * of the content: an output of one run is an input of another where both agree, from raw files to scores.
 * What goes wrong here is logged and never fails a stage.  A killed run leaves a START alone.
 */
#ifndef COMMON_LINEAGE_H
#define COMMON_LINEAGE_H

#include <jansson.h>

#include "services/common/worker/exit_codes.h"

struct lineage; /* one run; every function takes NULL, which is one that nobody asked to hear of */

/* Tell that a stage begins. Its strings are borrowed until lineage_end; run is a UUID, the stage's own where no
 * orchestrator gave it one. */
struct lineage *lineage_begin(const char *stage, const char *run);

/* A file that was read or made. sha256 is that of its content; NULL: to be found out. A missing file is none. */
void lineage_input(struct lineage *lineage, const char *path, const char *sha256);
void lineage_output(struct lineage *lineage, const char *path, const char *sha256);

/* Tell how the stage ended, with its result line as a facet, and free. */
void lineage_end(struct lineage *lineage, enum exit_code code, const json_t *result);

#endif
