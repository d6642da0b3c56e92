/* registry.h - the registry that a run works on, and what the run ends with. */
#ifndef REGISTER_REGISTRY_H
#define REGISTER_REGISTRY_H

#include <jansson.h>

#include "services/common/util/unix_time.h"
#include "services/common/worker/exit_codes.h"

/* Texts borrowed. */
struct registry {
    const char *data; /* the shared volume */
    const char *run;  /* this run's id */
    unix_time now;
};

struct outcome {
    enum exit_code code;
    json_t *result; /* of the result line */
};

#endif
