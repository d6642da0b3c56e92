/* pages.h - the pages for people: one to try predictions, one that shows the contract. */
#ifndef API_PAGES_H
#define API_PAGES_H

#include "services/api/app/context.h"

void pages_try(struct thread_context *context, struct request *request, struct response *response);
void pages_docs(struct thread_context *context, struct request *request, struct response *response);

/* Reply with a page, which is static and told to need nothing but itself and this server. */
void pages_respond(struct response *response, const char *page, size_t size);

#endif
