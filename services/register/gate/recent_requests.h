/*
 * recent_requests.h - the newest requests in predictions/, or the leads if none was logged.
 *
 * Calls with a source of demo or batch are nobody's visit and are left out.
 */
#ifndef REGISTER_RECENT_REQUESTS_H
#define REGISTER_RECENT_REQUESTS_H

#include "libforest/forest.h"
#include "services/common/store/files.h"

enum { RECENT_REQUESTS_MAX = 20000 }; /* calls, enough for a share to half a point */

struct recent_requests {
    const char *source; /* "predictions" or "leads" */
    size_t rows;
    float *x;           /* [rows][features], coded by the schema given */
    json_t *unreadable; /* how many values of each feature were, by name; NULL: none */
};

/* Lines and leads that cannot be read are skipped: they must not keep a model from being evaluated. */
MUST_CHECK bool recent_requests_read(struct recent_requests *out, const struct volume *volume,
                                     const struct forest_schema *schema, struct error *err);
void recent_requests_done(struct recent_requests *requests); /* fine on zeroes */

#endif
