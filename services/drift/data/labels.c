/* labels.c - joins calls with purchases and measures. */
#include "services/drift/data/labels.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { NO_PURCHASE = UINT32_MAX };

/* The place of each lead's purchase, or NO_PURCHASE; train.csv has one a lead. */
static uint32_t *by_lead(const struct purchase_log *purchases, size_t leads) {
    uint32_t *of = malloc((leads + 1) * sizeof *of);
    for (size_t i = 0; of != NULL && i < leads; i++)
        of[i] = NO_PURCHASE;
    for (size_t i = 0; of != NULL && i < purchases->count; i++)
        of[purchases->purchase[i].lead] = (uint32_t)i;
    return of;
}

bool labels_join(struct labels *out, const struct request_log *requests, const struct purchase_log *purchases,
                 size_t leads, unix_time now, unix_time maturity) {
    uint32_t *of = by_lead(purchases, leads);
    *out = (struct labels){.label = malloc((requests->count + 1) * sizeof *out->label)};
    bool done = of != NULL && out->label != NULL;
    size_t end = requests->count, at = end; /* from the newest to the oldest, filled from the end */
    for (size_t i = requests->count; i > 0 && done; i--) {
        const struct logged_request *request = &requests->request[i - 1];
        if (request->lead == 0)
            continue;
        if (request->at > now - maturity)
            out->waiting++;
        uint32_t place = of[request->lead - 1];
        if (place == NO_PURCHASE || purchases->purchase[place].at < request->at)
            continue;
        const struct purchase *bought = &purchases->purchase[place];
        of[request->lead - 1] = NO_PURCHASE; /* earlier calls of this lead do not count */
        if (request->at <= now - maturity && bought->at - request->at <= maturity)
            out->label[--at] = (struct label){i - 1, (uint16_t)bought->package};
    }
    out->count = end - at;
    if (done)
        memmove(out->label, out->label + at, out->count * sizeof *out->label);
    else
        labels_done(out);
    free(of);
    return done;
}

void labels_done(struct labels *labels) {
    free(labels->label);
    *labels = (struct labels){0};
}

static size_t packages_of(const struct request_log *requests) {
    return requests->cell_set->config->package_count;
}

static const float *answer(const struct request_log *requests, size_t request) {
    return requests->probability + request * packages_of(requests);
}

/* Of equals the first, as the api answers. */
static size_t predicted(const float *probability, size_t packages) {
    size_t best = 0;
    for (size_t i = 1; i < packages; i++)
        if (probability[i] > probability[best])
            best = i;
    return best;
}

static bool is_counted(const struct logged_request *request, unix_time since, int64_t version) {
    return request->at >= since && (version == LABELS_ANY_VERSION || request->version == version);
}

/* probability and label have room for all. */
static void measure(struct labels_score *out, const struct labels *labels, const struct request_log *requests,
                    unix_time since, int64_t version, float *probability, uint16_t *label) {
    size_t packages = packages_of(requests), n = 0;
    double variance = 0;
    for (size_t i = 0; i < labels->count; i++) {
        if (!is_counted(&requests->request[labels->label[i].request], since, version))
            continue;
        const float *p = answer(requests, labels->label[i].request);
        double confidence = p[predicted(p, packages)];
        memcpy(probability + n * packages, p, packages * sizeof *p);
        label[n++] = labels->label[i].package;
        out->promised += confidence;
        variance += confidence * (1 - confidence);
    }
    if (n > 0) {
        forest_score(probability, label, NULL, n, packages, &out->metrics, NULL);
        out->promised /= (double)n;
        out->promised_error = sqrt(variance) / (double)n;
    }
}

bool labels_measure(struct labels_score *out, const struct labels *labels, const struct request_log *requests,
                    unix_time since, int64_t version) {
    float *probability = malloc((labels->count + 1) * packages_of(requests) * sizeof *probability);
    uint16_t *label = malloc((labels->count + 1) * sizeof *label);
    bool done = probability != NULL && label != NULL;
    *out = (struct labels_score){0};
    if (done)
        measure(out, labels, requests, since, version, probability, label);
    free(probability);
    free(label);
    return done;
}

size_t labels_versions(const struct labels *labels, const struct request_log *requests, int64_t *out, size_t max) {
    size_t count = 0;
    for (size_t i = 0; i < labels->count; i++) {
        int64_t version = requests->request[labels->label[i].request].version;
        size_t at = count;
        while (at > 0 && out[at - 1] > version)
            at--;
        if ((at > 0 && out[at - 1] == version) || count == max)
            continue;
        memmove(out + at + 1, out + at, (count - at) * sizeof *out);
        out[at] = version;
        count++;
    }
    return count;
}

struct cusum labels_error_cusum(const struct labels *labels, const struct request_log *requests, unix_time since,
                                int64_t version, double promised, double worse) {
    struct cusum sum = {0};
    double right = cusum_step(promised, worse, false), wrong = cusum_step(promised, worse, true);
    for (size_t i = 0; i < labels->count; i++) {
        const struct label *label = &labels->label[i];
        if (requests->request[label->request].at < since || requests->request[label->request].version != version)
            continue;
        bool error = predicted(answer(requests, label->request), packages_of(requests)) != label->package;
        cusum_add(&sum, error ? wrong : right);
    }
    return sum;
}

struct labels_promise labels_promised(const struct request_log *requests, unix_time since) {
    struct labels_promise out = {0};
    double variance = 0;
    for (size_t i = 0; i < requests->count; i++) {
        if (!requests->request[i].counts || requests->request[i].at < since)
            continue;
        double confidence = answer(requests, i)[predicted(answer(requests, i), packages_of(requests))];
        out.rows++;
        out.accuracy += confidence;
        variance += confidence * (1 - confidence);
    }
    if (out.rows > 0) {
        out.accuracy /= (double)out.rows;
        out.error = sqrt(variance) / (double)out.rows;
    }
    return out;
}
