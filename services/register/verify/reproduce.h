/* reproduce.h - trains a version again from what was kept with it, and compares the bytes. */
#ifndef REGISTER_REPRODUCE_H
#define REGISTER_REPRODUCE_H

#include <stdbool.h>

#include "services/common/util/error.h"
#include "services/register/store/registry.h"

/* EXIT_DONE where the forest is the same byte for byte, EXIT_DATAERR where it is not. */
MUST_CHECK bool reproduce_version(struct outcome *out, const struct volume *volume, long long version,
                                  struct error *err);

#endif
