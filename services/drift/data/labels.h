/*
 * labels.h - compares predictions with purchases: the accuracy of mature predictions, and a running sum of errors.
 *
 * Leads that buy early differ from leads that buy late, so every request gets the same time: a request is labelled by a
 * purchase of its lead within `maturity` after it, and counts only once that time is over.  Of a lead's requests before
 * the purchase the last one counts.
 */
#ifndef DRIFT_LABELS_H
#define DRIFT_LABELS_H

#include "libforest/forest.h"
#include "services/drift/data/purchase_log.h"
#include "services/drift/data/request_log.h"
#include "services/drift/stats/cusum.h"

struct label {
    size_t request; /* its place among the calls */
    uint16_t package;
};

struct labels {
    size_t count;
    struct label *label; /* [count] in order of the calls' times */
    size_t waiting;      /* calls with a lead that are not mature */
};

/* false: out of memory. */
bool labels_join(struct labels *out, const struct request_log *requests, const struct purchase_log *purchases,
                 size_t leads, unix_time now, unix_time maturity);
void labels_done(struct labels *labels); /* fine on zeroes */

/* The quality of the answers to some labelled requests. */
struct labels_score {
    struct forest_metrics metrics;
    double promised;       /* accuracy that the answers' own probabilities promised */
    double promised_error; /* standard error of accuracy less promised, were the promise kept */
};

#define LABELS_ANY_VERSION INT64_MIN

/* Labelled calls from `since` on, of one version of the model or any. false: out of memory. */
bool labels_measure(struct labels_score *out, const struct labels *labels, const struct request_log *requests,
                    unix_time since, int64_t version);

/* The versions that labelled calls have, in order; at most `most` of them. */
size_t labels_versions(const struct labels *labels, const struct request_log *requests, int64_t *out, size_t max);

/* Errors of one version in the order of the calls, against the share of errors promised. */
struct cusum labels_error_cusum(const struct labels *labels, const struct request_log *requests, unix_time since,
                                int64_t version, double promised, double worse);

/* The accuracy that answers from `since` on promise before anyone has bought, with its standard error. */
struct labels_promise {
    uint64_t rows;
    double accuracy, error;
};
struct labels_promise labels_promised(const struct request_log *requests, unix_time since);

#endif
