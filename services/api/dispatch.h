/* dispatch.h - from a request to its reply: access, route, preflight, handler, and the headers that all replies share.
 */
#ifndef API_DISPATCH_H
#define API_DISPATCH_H

#include "services/api/app/context.h"

/* The headers have arrived: gives the request an id and returns how many bytes of body it may have. */
size_t dispatch_headers(struct thread_context *context, struct request *request);

/* A piece of the body of a streamed request. False if it was not accepted and must be offered again a moment later. */
bool dispatch_body(struct thread_context *context, struct request *request, const char *bytes, size_t size);

/*
 * Answer a complete request.  If response->later is set, the request must sleep until it is woken up, and then be
 * passed to this function again; if response->pause is set, after a moment.
 */
void dispatch_request(struct thread_context *context, struct request *request, struct response *response);

/* Answer a request that the header check rejected. */
void dispatch_reject(struct thread_context *context, const struct request *request, int status, const char *reason,
                     struct response *response);

/* The reply was sent, or the client is gone (status 0 if there was no reply). */
void dispatch_finished(struct thread_context *context, struct request *request, int status, uint64_t nanoseconds);

#endif
