/* dispatch.h - from a request to its reply: admission, route, preflight, handler, and what all replies share. */
#ifndef API_DISPATCH_H
#define API_DISPATCH_H

#include "services/api/app/context.h"

/* The headers have arrived: give the request an id; returns how many bytes of body it may have. */
size_t dispatch_headers(struct thread_context *context, struct request *request);

/* A piece of the body of a request that is streamed; false: it was not taken and is to come again a moment later. */
bool dispatch_body(struct thread_context *context, struct request *request, const char *bytes, size_t size);

/* Answer a whole request.  Where reply->later is set, the request is to sleep until it is woken
 * up, and then to be given here again; where reply->pause is, after a moment. */
void dispatch_request(struct thread_context *context, struct request *request, struct response *response);

/* Answer a request that the gate refused. */
void dispatch_reject(struct thread_context *context, const struct request *request, int status, const char *reason,
                     struct response *response);

/* The reply is on its way, or its reader is gone (status 0 where there was none). */
void dispatch_finished(struct thread_context *context, struct request *request, int status, uint64_t nanoseconds);

#endif
