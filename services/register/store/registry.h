/* registry.h - the registry that a run works on, and what the run ends with. */
#ifndef REGISTER_REGISTRY_H
#define REGISTER_REGISTRY_H

#include <jansson.h>

#include "services/common/store/volume.h"
#include "services/common/util/unix_time.h"
#include "services/common/worker/exit_codes.h"

/* Texts borrowed. */
struct registry {
    const struct volume *volume; /* the data folder */
    const char *run;             /* this run's id */
    unix_time now;
};

struct outcome {
    enum exit_code code;
    json_t *result; /* of the result line */
};

#endif
