/* configuration.h - the configuration a program runs with: the file that was named, or the built-in one. */
#ifndef COMMON_CONFIGURATION_H
#define COMMON_CONFIGURATION_H

#include "libetl/config.h"
#include "services/common/store/files.h"

/* path NULL: the built-in one. NULL and err (a line naming the file) where it is wrong: EXIT_USAGE.
 * text, where not NULL, is given the JSON text, which the caller frees. */
MUST_CHECK struct etl_config *configuration_read(const char *path, char **text, struct error *err);

#endif
