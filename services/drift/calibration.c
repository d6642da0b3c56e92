/* calibration.c - simulated runs, remembered by the days on which their smallest p became smaller still. */
#include "services/drift/calibration.h"

#include <math.h>
#include <stdlib.h>

enum { RUNS = 800, HORIZON = 3, HALVINGS = 60 };

/* More calls a day are simulated as this many, or a busy site would wait for hours. */
static const double most_a_day = 1000;

/* Nothing is an alarm that happens once in a hundred looks, nor need it be rarer than this. */
static const double loosest = 0.01, strictest = 1e-7;

struct record {
    uint32_t run, day;
    double p;
};

struct records {
    struct record *at;
    size_t count, room;
};

static bool keep(struct records *records, struct record record) {
    if (records->count == records->room) {
        size_t room = 2 * records->room + 1024;
        struct record *at = realloc(records->at, room * sizeof *at);
        if (at == NULL)
            return false;
        records->at = at;
        records->room = room;
    }
    records->at[records->count++] = record;
    return true;
}

/* A run goes on until no threshold could be passed by, or to the horizon, which is its last record. */
static bool run(struct simulation *s, const struct population *population, const struct calibration_wish *wish,
                uint32_t number, uint32_t horizon, struct records *records) {
    struct finding finding;
    double least = loosest;
    uint32_t day = 0;
    if (!simulation_begin(s, population, wish->reference_rows, chance_split(wish->seed, number)))
        return false;
    while (day < horizon && least > strictest) {
        day++;
        if (!simulation_day(s, population, wish->per_day, &finding))
            return false;
        if (finding.p >= least)
            continue;
        least = finding.p;
        if (!keep(records, (struct record){number, day, least}))
            return false;
    }
    return day < horizon || keep(records, (struct record){number, horizon, 0});
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

/* Days and reference shrink alike, so that they stay as uncertain beside each other.  Of fewer rows chance moves the
 * shares farther and so reaches the effect floor sooner: the threshold is right, or stricter than it need be. */
static struct calibration_wish scale(const struct calibration_wish *wish) {
    struct calibration_wish out = *wish;
    if (wish->per_day > most_a_day) {
        double rows = wish->reference_rows, fewer = rows * (most_a_day / wish->per_day);
        out.per_day = most_a_day;
        out.reference_rows = (uint32_t)fmax(fewer, fmin(rows, most_a_day));
    }
    return out;
}

bool calibration_threshold(double *out, const struct panel *panel, const struct detector_rule *rule,
                           const struct population *population, const struct calibration_wish *wish) {
    struct calibration_wish scaled = scale(wish);
    struct simulation s;
    struct records records = {0};
    uint32_t runs = scaled.runs > 0 ? scaled.runs : RUNS, horizon = (uint32_t)(HORIZON * scaled.days) + 1;
    bool done = simulation_init(&s, panel, rule);
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
