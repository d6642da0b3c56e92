/*
 * streams.h - the streams of this company's traffic: each declared feature, their joint cell, and what the
 * champion makes of them: package, confidence, whether it knows the categories.
 *
 * The champion of today is asked about the reference's kinds as about the window's, so that a new model is
 * no drift; without a champion its three streams are left out.
 */
#ifndef DRIFT_STREAMS_H
#define DRIFT_STREAMS_H

#include "libforest/forest.h"
#include "services/drift/inputs.h"
#include "services/drift/panel.h"
#include "services/drift/quantiles.h"
#include "services/drift/reference.h"

struct streams {
    struct panel panel;
    const struct inputs *inputs;                /* borrowed */
    const struct forest *forest;                /* borrowed; NULL: none */
    size_t joint, package, confidence, unknown; /* places of streams; STREAMS_NONE: left out */
    struct dictionary cells;                    /* the joint cells, by the numbers of their categories */
    struct quantiles *bins;                     /* [features], of the numeric ones */
    struct quantiles confidence_bins;
    float *number; /* [kinds][features]; NaN where missing or a category */
};
#define STREAMS_NONE ((size_t)-1)

/* For all kinds known by now; floor as in panel.h, a fifth of it for the unknown share, since what the champion
 * does not know it answers blindly. false: out of memory. */
bool streams_make(struct streams *out, const struct inputs *inputs, const struct reference *reference,
                  const struct forest *forest, double floor);
void streams_done(struct streams *s); /* fine on zeroes */

/* "business_type", "joint cell", ... */
const char *streams_name(const struct streams *s, size_t stream);

/* A category in words, in out, cut after `most` bytes, never within a character. */
void streams_category(const struct streams *s, size_t stream, size_t category, char out[CONFIG_MAX_NAME + 1],
                      size_t most);

/* Whether a stream is a numeric feature. */
bool streams_is_numeric(const struct streams *s, size_t stream);

#endif
