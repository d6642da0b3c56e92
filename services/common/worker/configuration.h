/* configuration.h - the configuration of a program: the named file or the built-in one. */
#ifndef COMMON_CONFIGURATION_H
#define COMMON_CONFIGURATION_H

#include "libetl/config.h"
#include "services/common/store/files.h"

/*
 * path NULL: the built-in one. NULL and err (a line with the file's name) if it is invalid: EXIT_USAGE. *text, if text
 * is not NULL, becomes the JSON text, which the caller frees.
 */
MUST_CHECK struct etl_config *configuration_read(const char *path, char **text, struct error *err);

#endif
