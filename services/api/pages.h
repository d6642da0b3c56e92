/* pages.h - the pages for people: one to try predictions, one that shows the contract. */
#ifndef API_PAGES_H
#define API_PAGES_H

#include "services/api/service.h"

void pages_try(struct worker *worker, struct request *request, struct reply *reply);
void pages_docs(struct worker *worker, struct request *request, struct reply *reply);

/* Reply with a page, which is static and told to need nothing but itself and this server. */
void pages_show(struct reply *reply, const char *page, size_t size);

#endif
