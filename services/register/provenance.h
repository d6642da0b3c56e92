/* provenance.h - what a decision rests on and what it made, for the lineage: no stamp names them, for it is made once.
 */
#ifndef REGISTER_PROVENANCE_H
#define REGISTER_PROVENANCE_H

#include "services/common/store/volume.h"
#include "services/common/worker/lineage.h"

/* result is that of the result line: candidate, version, status. */
void provenance_report(struct lineage *lineage, const struct volume *volume, const json_t *result);

#endif
