/* run_id.c - random UUIDs, by libuuid. */
#include "services/common/worker/run_id.h"

#include <stddef.h>
#include <uuid/uuid.h>

void run_id_new(char out[37]) {
    uuid_t id;
    uuid_generate_random(id);
    uuid_unparse_lower(id, out);
}

bool run_id_valid(const char *text) {
    uuid_t id;
    return text != NULL && uuid_parse(text, id) == 0;
}
