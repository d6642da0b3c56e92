/*
 * threshold_calibration.h - how small a day's p must be to be an alarm, for false alarms to come as rarely as asked.
 *
 * Traffic like the reference's is simulated, always from the same distribution, with a reference drawn
 * anew in each run, and watched day by day by the very detector; the threshold is the one whose mean time
 * to the first (false) alarm is the one asked for.  Overlapping windows, correlated streams, daily looks,
 * the effect floor and the error of the reference itself are so all accounted for.
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
