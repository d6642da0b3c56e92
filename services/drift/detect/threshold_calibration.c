/* threshold_calibration.c - simulated runs, remembered by the days on which their smallest p became smaller still. */
#include "services/drift/detect/threshold_calibration.h"

#include <math.h>
#include <stdlib.h>

#include "libetl/base/array.h"

enum { RUNS = 800, HORIZON = 3, HALVINGS = 60 };

/* More calls a day are simulated as this many, or a busy site would wait for hours. */
static const double max_per_day = 1000;

/* The threshold is never above 0.01, which chance reaches once in a hundred tests, nor below this. */
static const double loosest = 0.01, strictest = 1e-7;

struct record {
    uint32_t run, day;
    double p;
};

struct records {
    struct record *at;
    size_t count, capacity;
};

static bool add_record(struct records *records, struct record record) {
    if (!etl_array_reserve(&records->at, &records->capacity, records->count + 1, sizeof *records->at))
        return false;
    records->at[records->count++] = record;
    return true;
}

/* A run ends when p is below every possible threshold, or at the horizon, which is its last record. */
static bool run(struct simulation *s, const struct cell_population *population, const struct threshold_target *target,
                uint32_t number, uint32_t horizon, struct records *records) {
    struct finding finding;
    double lowest = loosest;
    uint32_t day = 0;
    if (!simulation_begin(s, population, target->reference_rows, rng_split(target->seed, number)))
        return false;
    while (day < horizon && lowest > strictest) {
        day++;
        if (!simulation_day(s, population, target->per_day, &finding))
            return false;
        if (finding.p >= lowest)
            continue;
        lowest = finding.p;
        if (!add_record(records, (struct record){number, day, lowest}))
            return false;
    }
    return day < horizon || add_record(records, (struct record){number, horizon, 0});
}

/* Days watched per alarm: runs without one count with all their days, as exponential times would. */
static double mean_time(const struct records *records, uint32_t horizon, double threshold) {
    double days = 0, alarms = 0;
    for (size_t i = 0; i < records->count; i++) {
        const struct record *r = &records->at[i];
        if (r->p > threshold)
            continue;
        days += r->day;
        alarms += r->day < horizon || r->p > 0;
        while (i + 1 < records->count && records->at[i + 1].run == r->run)
            i++; /* only the first alarm of a run */
    }
    return days / fmax(alarms, 0.5);
}

static double search(const struct records *records, uint32_t horizon, double wanted) {
    double low = log(strictest), high = log(loosest);
    for (int i = 0; i < HALVINGS; i++) {
        double middle = (low + high) / 2;
        if (mean_time(records, horizon, exp(middle)) > wanted)
            low = middle;
        else
            high = middle;
    }
    return exp(low);
}

/* Days and reference shrink by the same factor, so that their uncertainties keep their ratio.  With fewer rows chance
 * moves the shares farther and reaches the effect floor sooner: the threshold is right, or stricter than necessary. */
static struct threshold_target scale(const struct threshold_target *target) {
    struct threshold_target out = *target;
    if (target->per_day > max_per_day) {
        double rows = target->reference_rows, fewer = rows * (max_per_day / target->per_day);
        out.per_day = max_per_day;
        out.reference_rows = (uint32_t)fmax(fewer, fmin(rows, max_per_day));
    }
    return out;
}

bool threshold_calibrate(double *out, const struct feature_layout *layout, const struct detector_rule *rule,
                         const struct cell_population *population, const struct threshold_target *target) {
    struct threshold_target scaled = scale(target);
    struct simulation s;
    struct records records = {0};
    uint32_t runs = scaled.runs > 0 ? scaled.runs : RUNS, horizon = (uint32_t)((double)HORIZON * scaled.days) + 1;
    bool done = simulation_init(&s, layout, rule);
    if (!done)
        return false;
    for (uint32_t i = 0; i < runs && done; i++)
        done = run(&s, population, &scaled, i, horizon, &records);
    if (done)
        *out = search(&records, horizon, scaled.days);
    simulation_done(&s);
    free(records.at);
    return done;
}
