/* admin.h - POST /-/reload: look for a newly promoted model at once. */
#ifndef API_ADMIN_H
#define API_ADMIN_H

#include "services/api/service.h"

void admin_reload(struct worker *worker, struct request *request, struct reply *reply);

#endif
