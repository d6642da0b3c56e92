/*
 * rehearsal.h - the server loads and asks a version before anyone is told of it.
 *
 * leadforest-api --check runs on a volume of its own whose champion is the version.  Where no leadforest-api stands
 * beside this program, or the volume has no links, there is no rehearsal, and the log says so.
 */
#ifndef REGISTER_REHEARSAL_H
#define REGISTER_REHEARSAL_H

#include "services/register/pointer.h"

enum rehearsal { REHEARSAL_GOOD, REHEARSAL_REFUSED, REHEARSAL_FAILED };

/* REFUSED: it would not be served; the api's log says why. FAILED: it could not be asked, and err says why. */
enum rehearsal rehearsal_run(const char *data, const char *config, const struct pointer *version,
                             struct file_error *err);

/* Remove what a killed run left of one. */
void rehearsal_sweep(const char *data);

#endif
