/*
 * serving_check.h - lets the server load a version and answer with it before the version is announced.
 *
 * leadforest-api --check runs on a volume of its own whose champion is the version.  If leadforest-api is not
 * in the folder of this program, or the volume has no links, the check is skipped, and the log says so.
 */
#ifndef REGISTER_SERVING_CHECK_H
#define REGISTER_SERVING_CHECK_H

#include "services/register/store/alias.h"

enum serving_check { SERVING_CHECK_PASSED, SERVING_CHECK_REJECTED, SERVING_CHECK_FAILED };

/* REJECTED: it would not be served; the api's log says why. FAILED: the check could not run, and err says why. */
MUST_CHECK enum serving_check serving_check_run(const struct volume *volume, const char *config,
                                                const struct alias *version, struct error *err);

/* Remove what a killed run left of one. */
void serving_check_sweep(const struct volume *volume);

#endif
