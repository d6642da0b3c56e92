/*
 * lineage.h - reports what a stage read and made as OpenLineage run events (specification 2-0-2).
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

struct lineage; /* one run; every function accepts NULL, which means that no events are wanted */

/*
 * Report that a stage begins. Its strings are borrowed until lineage_end; run is a UUID, the stage's own if no
 * orchestrator gave one.
 */
struct lineage *lineage_begin(const char *stage, const char *run);

/* Report a file that was read or made. sha256 is that of its content; NULL: it is computed. A missing file is ignored.
 */
void lineage_input(struct lineage *lineage, const char *path, const char *sha256);
void lineage_output(struct lineage *lineage, const char *path, const char *sha256);

/* Report how the stage ended, with its result line as a facet, and free. */
void lineage_end(struct lineage *lineage, enum exit_code code, const json_t *result);

#endif
