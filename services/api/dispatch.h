/* dispatch.h - from a request to its reply: admission, route, preflight, handler, and what all replies share. */
#ifndef API_DISPATCH_H
#define API_DISPATCH_H

#include "services/api/service.h"

/* The headers have arrived: give the request an id; returns how many bytes of body it may have. */
size_t service_admit(struct worker *worker, struct request *request);

/* A piece of the body of a request that is streamed; false: it was not taken and is to come again a moment later. */
bool service_take(struct worker *worker, struct request *request, const char *bytes, size_t size);

/* Answer a whole request.  Where reply->later is set, the request is to sleep until it is woken
 * up, and then to be given here again; where reply->pause is, after a moment. */
void service_answer(struct worker *worker, struct request *request, struct reply *reply);

/* Answer a request that the gate refused. */
void service_refuse(struct worker *worker, const struct request *request, int status, const char *why,
                    struct reply *reply);

/* The reply is on its way, or its reader is gone (status 0 where there was none). */
void service_finish(struct worker *worker, struct request *request, int status, uint64_t nanoseconds);

#endif
