/* pages.c - the pages for people; the Makefile makes strings of try.html and docs.html. */
#include "services/api/pages.h"

static const char try_html[] =
#include "try.html.h"
    ;
static const char docs_html[] =
#include "docs.html.h"
    ;

void pages_show(struct reply *reply, const char *page, size_t size) {
    reply_static(reply, 200, "text/html; charset=utf-8", page, size);
    /* A page needs nothing but itself and this server. */
    reply_header_static(reply, "Content-Security-Policy",
                        "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; "
                        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
    reply_header_static(reply, "X-Content-Type-Options", "nosniff");
    reply_header_static(reply, "Cache-Control", "no-cache");
}

void pages_try(struct worker *worker, struct request *request, struct reply *reply) {
    (void)worker;
    (void)request;
    pages_show(reply, try_html, sizeof try_html - 1);
}

void pages_docs(struct worker *worker, struct request *request, struct reply *reply) {
    (void)worker;
    (void)request;
    pages_show(reply, docs_html, sizeof docs_html - 1);
}
