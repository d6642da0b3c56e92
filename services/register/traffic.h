/*
 * traffic.h - what has been asked lately: the newest calls of predictions/, or the leads where none was logged.
 *
 * Calls with a source of demo or batch are nobody's visit and are left out.
 */
#ifndef REGISTER_TRAFFIC_H
#define REGISTER_TRAFFIC_H

#include "libforest/forest.h"
#include "services/common/files.h"

enum { TRAFFIC_MOST = 20000 }; /* calls, enough for a share to half a point */

struct traffic {
    const char *source; /* "predictions" or "leads" */
    size_t rows;
    float *x; /* [rows][features], coded by the schema given */
};

/* Lines and leads that cannot be read are passed by: they are no reason to keep a model from being judged. */
bool traffic_read(struct traffic *out, const char *data, const struct forest_schema *schema, struct file_error *err);
void traffic_done(struct traffic *traffic); /* fine on zeroes */

#endif
