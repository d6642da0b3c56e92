/* pages.c - the pages for people; the Makefile turns try.html and docs.html into strings. */
#include "services/api/pages/pages.h"

static const char try_html[] =
#include "try.html.h"
    ;
static const char docs_html[] =
#include "docs.html.h"
    ;

void pages_respond(struct response *response, const char *page, size_t size) {
    response_static(response, 200, "text/html; charset=utf-8", page, size);
    /* A page loads nothing and connects only to this server. */
    response_header_static(response, "Content-Security-Policy",
                           "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; "
                           "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
    response_header_static(response, "X-Content-Type-Options", "nosniff");
    response_header_static(response, "Cache-Control", "no-cache");
}

void pages_try(struct thread_context *context, struct request *request, struct response *response) {
    (void)context;
    (void)request;
    pages_respond(response, try_html, sizeof try_html - 1);
}

void pages_docs(struct thread_context *context, struct request *request, struct response *response) {
    (void)context;
    (void)request;
    pages_respond(response, docs_html, sizeof docs_html - 1);
}
