/* subprocess.h - runs another leadforest program that stands beside this one, on a data folder of its own. */
#ifndef REGISTER_SUBPROCESS_H
#define REGISTER_SUBPROCESS_H

#include "services/common/util/error.h"

enum { SUBPROCESS_MAX_ARGUMENTS = 12 };

/* Whether leadforest-<name> is there. */
bool subprocess_exists(const char *name);

/* Run it with arguments (ended by NULL, fewer than SUBPROCESS_MAX_ARGUMENTS) and wait. Its result line is not shown,
 * its log is; it does not outlive us. *code is its exit code; false where it did not run to its end. */
MUST_CHECK bool subprocess_run(const char *name, const char *const *arguments, int *code, struct error *err);

/* Remove a data folder that was made for it, whatever is in there; links are not followed. Fine where there is none. */
void subprocess_remove_folder(const char *folder);

#endif
