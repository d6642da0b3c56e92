/*
 * detector.h - the rule that decides whether traffic has changed.
 *
 * Every stream of every window is tested against the reference (two_sample_test.h); categories too rare for
 * chi-square are merged, the most frequent stay separate.  Holm's correction over the streams of a
 * window makes them one test.  A stream counts only where its effect, the total variation, reaches its
 * floor: with enough rows anything is significant.  The day's p-value is the smallest p that counts; its threshold
 * comes from threshold_calibration.h.
 */
#ifndef DRIFT_DETECTOR_H
#define DRIFT_DETECTOR_H

#include "services/drift/detect/windows.h"
#include "services/drift/stats/two_sample_test.h"

struct detector_rule {
    uint32_t min_rows; /* a window with fewer rows is not tested */
};

struct detector {
    const struct feature_layout *layout; /* borrowed */
    struct detector_rule rule;
    uint32_t *reference;    /* [cells] */
    uint32_t *by_frequency; /* [cells] each stream's categories, the most frequent of the reference first */
    uint32_t rows;          /* of the reference */
    uint16_t *permutation;  /* for permutations */
    size_t permutation_capacity;
};

struct feature_finding {
    double p;        /* of the stream alone */
    double adjusted; /* by Holm over the streams of its window */
    double effect;   /* total variation of the categories as put together */
    enum two_sample_test_method method;
};

struct window_finding {
    bool enough; /* complete, and with enough rows; otherwise the other members are not set */
    uint32_t rows;
    double p;       /* the smallest adjusted p that counts, 1 where none does */
    size_t feature; /* whose it is */
    struct feature_finding found[FEATURE_LAYOUT_MAX];
};

struct finding {
    bool enough; /* in at least one window */
    double p;
    size_t window, feature;
    struct window_finding of[WINDOWS];
};

bool detector_init(struct detector *d, const struct feature_layout *layout, const struct detector_rule *rule);
void detector_done(struct detector *d); /* fine on zeroes */

/* Take reference[cells] of so many rows; false: out of memory. */
bool detector_set_reference(struct detector *d, const uint32_t *reference, uint32_t rows);

/* Test the windows; false: out of memory. */
bool detector_test(struct detector *d, const struct windows *windows, uint64_t seed, struct finding *out);

/* p of a stream in the longest window that fits into the last so many days; 1: there is none. */
double detector_recent(const struct finding *finding, size_t feature, unsigned long days);

#endif
