/*
 * threshold_calibration.h - finds the p-value below which a day raises an alarm, for a given mean time between false
 * alarms.
 *
 * Each run simulates traffic from the distribution of the reference, with a newly drawn reference, and applies the same
 * detector day by day.  The threshold is the one whose mean time to the first (false) alarm is the requested one.  So
 * overlapping windows, correlated streams, daily tests, the effect floor and the error of the reference are all
 * accounted for.
 */
#ifndef DRIFT_THRESHOLD_CALIBRATION_H
#define DRIFT_THRESHOLD_CALIBRATION_H

#include "services/drift/detect/simulation.h"

struct threshold_target {
    double days;    /* mean time to a false alarm */
    double per_day; /* mean rows a day; more than a thousand are simulated as a thousand, with as much less reference */
    uint32_t reference_rows;
    uint32_t runs; /* 0: as many as give the time within some percent */
    uint64_t seed;
};

/* false: out of memory. */
bool threshold_calibrate(double *out, const struct feature_layout *layout, const struct detector_rule *rule,
                         const struct cell_population *population, const struct threshold_target *target);

#endif
