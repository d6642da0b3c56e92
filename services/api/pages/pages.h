/* pages.h - the pages for people: one to try predictions, one that documents the API. */
#ifndef API_PAGES_H
#define API_PAGES_H

#include "services/api/app/context.h"

void pages_try(struct thread_context *context, struct request *request, struct response *response);
void pages_docs(struct thread_context *context, struct request *request, struct response *response);

/* Reply with a static page, with a Content-Security-Policy that allows only the page and this server. */
void pages_respond(struct response *response, const char *page, size_t size);

#endif
