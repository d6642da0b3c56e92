/* pages.h - the pages for people: one to try predictions, one that shows the contract. */
#ifndef API_PAGES_H
#define API_PAGES_H

#include "services/api/service.h"

void pages_try(struct worker *worker, struct request *request, struct reply *reply);
void pages_docs(struct worker *worker, struct request *request, struct reply *reply);

#endif
