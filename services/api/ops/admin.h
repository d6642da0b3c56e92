/* admin.h - POST /-/reload: check for a new champion at once. */
#ifndef API_ADMIN_H
#define API_ADMIN_H

#include "services/api/app/context.h"

void admin_reload(struct thread_context *context, struct request *request, struct response *response);

#endif
