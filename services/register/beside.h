/* beside.h - runs another leadforest program that stands beside this one, on a data folder of its own. */
#ifndef REGISTER_BESIDE_H
#define REGISTER_BESIDE_H

#include "services/common/publish.h"

enum { BESIDE_ARGUMENTS = 12 };

/* Whether leadforest-<name> is there. */
bool beside_is_there(const char *name);

/* Run it with arguments (ended by NULL, fewer than BESIDE_ARGUMENTS) and wait. Its result line is not shown, its log
 * is; it does not outlive us. *code is its exit code; false where it did not run to its end. */
bool beside_run(const char *name, const char *const *arguments, int *code, struct file_error *err);

/* Remove a data folder that was made for it, whatever is in there; links are not followed. Fine where there is none. */
void beside_clear(const char *folder);

#endif
