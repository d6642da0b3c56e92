/*
 * proof.c - compares the drift rule with constant thresholds on simulated traffic; results as JSON on stdout.
 *
 * It drives the very code of services/drift: detector, calibration, states, the cap of bursts, the tests on
 * labels.  The same seed gives the same bytes.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "policies.h"
#include "services/drift/data/reference.h"
#include "services/drift/data/request_log.h"
#include "services/drift/decision.h"
#include "services/drift/detect/threshold_calibration.h"
#include "services/drift/stats/cusum.h"
#include "services/drift/stats/stratified_test.h"
#include "world.h"

enum {
    SEED = 7,
    EXPECTED_DAYS = 365,
    VOLUMES = 3,
    LEVEL_TRIALS = 5000,
    REFERENCES = 10,
    RUNS = 2000,
    SHIFT_RUNS = 500,
    WARM_DAYS = 60,
    SHIFT_DAYS = 300
};
enum { FAR = 12 * EXPECTED_DAYS, STORM_RUNS = 300, STORM_DAYS = 3 * 365, BURST_RUNS = 300, DAY = DECISION_DAY };

static const double volumes[VOLUMES] = {5, 20, 100};
static const struct detector_rule rule = {30};
static const struct reference_rule reference_rule = {4, 500, 30};
static const struct decision_rules decision_rules = {0.01, 10, 7 * DAY, 14 * DAY, 7 * DAY, 2};

/* Ours is found from the one reference that a company has seen, so it differs between companies: run i is of
 * company i modulo REFERENCES. */
struct thresholds {
    double ours[REFERENCES], psi_equal;
};

static struct world world;
static uint32_t usual_rows[POPULATION], other_rows[POPULATION], weekend_rows[POPULATION];
static struct cell_population usual, weekend;

static void must(bool done) {
    if (!done) {
        fprintf(stderr, "drift-proof: out of memory\n");
        exit(70);
    }
}

static int by_size(const void *left, const void *right) {
    double a = *(const double *)left, b = *(const double *)right;
    return a < b ? -1 : a > b;
}

static double quantile(double *sorted, size_t n, double q) {
    return sorted[(size_t)((double)(n - 1) * q + 0.5)];
}

/* What the program's reference would have at this volume. */
static uint32_t reference_rows(double per_day) {
    unsigned weeks = 1;
    while (!reference_enough(&reference_rule, weeks, (uint32_t)(per_day * 7 * weeks)))
        weeks++;
    return (uint32_t)(per_day * 7 * weeks);
}

/* ---- one window without a change ---- */

static void draw(uint32_t *counts, const struct cell_population *p, uint32_t rows, struct rng *rng) {
    memset(counts, 0, feature_layout_size(&world.layout) * sizeof *counts);
    for (uint32_t i = 0; i < rows; i++)
        feature_layout_count(&world.layout, counts, p->cell[rng_below(rng, p->rows)], 1);
}

static json_t *level(uint32_t m, uint32_t n, uint64_t task) {
    uint32_t before[512], now[512];
    struct rng rng = rng_split(SEED, task);
    double count[POLICIES] = {0};
    for (int trial = 0; trial < LEVEL_TRIALS; trial++) {
        bool alarm[POLICIES];
        draw(before, &usual, m, &rng);
        draw(now, &usual, n, &rng);
        struct measures of = policies_measure(before, now, &world.layout, FEATURE_TYPE, FEATURE_TYPE);
        policies_alarm(&of, 1, 0, INFINITY, alarm);
        for (int i = 0; i < POLICIES; i++)
            count[i] += alarm[i];
    }
    json_t *share = json_object();
    for (int i = POLICY_PSI_10; i <= POLICY_ONE_SAMPLE; i++)
        json_object_set_new(share, policy_names[i], json_real(count[i] / LEVEL_TRIALS));
    return json_pack("{s:i, s:i, s:o}", "reference", (int)m, "window", (int)n, "alarms", share);
}

static json_t *levels(void) {
    static const uint32_t sizes[][2] = {{300, 50}, {300, 200}, {1000, 50}, {1000, 200}, {1000, 1000}, {5000, 200}};
    json_t *all = json_array();
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        json_array_append_new(all, level(sizes[i][0], sizes[i][1], 1000 + i));
    return all;
}

/* ---- day by day ---- */

/* As the program does it: from one reference that was seen, not from the truth. */
static double calibrate(double per_day, uint64_t task) {
    uint32_t rows = reference_rows(per_day), *seen = malloc(rows * sizeof *seen);
    struct rng rng = rng_split(SEED, task);
    double threshold = 0;
    must(seen != NULL);
    for (uint32_t i = 0; i < rows; i++)
        seen[i] = usual.cell[rng_below(&rng, usual.rows)];
    struct cell_population population = {seen, rows};
    struct threshold_target target = {EXPECTED_DAYS, per_day, rows, 0, task};
    must(threshold_calibrate(&threshold, &world.layout, &rule, &population, &target));
    free(seen);
    return threshold;
}

/* PSI's constant for the same mean time between false alarms: the largest PSI of each stretch of a run. */
static double psi_for(double per_day, double days, uint64_t task) {
    enum { TRIES = 400, HORIZON = 4 * EXPECTED_DAYS };
    static float psi[TRIES][HORIZON];
    struct simulation s;
    struct finding finding;
    must(simulation_init(&s, &world.layout, &rule));
    for (int run = 0; run < TRIES; run++) {
        must(simulation_begin(&s, &usual, reference_rows(per_day), rng_split(task, (uint64_t)run)));
        for (int day = 0; day < HORIZON; day++) {
            must(simulation_day(&s, &usual, per_day, &finding));
            psi[run][day] = (float)policies_test(&s).psi;
        }
    }
    simulation_done(&s);
    double low = 0, high = 4;
    for (int i = 0; i < 40; i++) {
        double middle = (low + high) / 2, watched = 0, alarms = 0.5;
        for (int run = 0; run < TRIES; run++) {
            int day = 0;
            while (day < HORIZON && psi[run][day] < middle)
                day++;
            watched += day < HORIZON ? day + 1 : HORIZON;
            alarms += day < HORIZON;
        }
        if (watched / alarms < days)
            low = middle;
        else
            high = middle;
    }
    return high;
}

/*
 * Days until each policy's first alarm, looking from day `from` on; FAR where it had none.  Watched are `all`
 * days, then until both ours and PSI of equal alarms have had theirs.  Returns the days watched.
 */
static int run_to_alarm(struct simulation *s, const struct cell_population *before, const struct cell_population *after,
                        double per_day, int from, int all, double ours, double psi_equal, double first[POLICIES]) {
    struct finding finding;
    int day = 1;
    for (int i = 0; i < POLICIES; i++)
        first[i] = FAR;
    for (; day <= from + FAR && (day <= from + all || first[POLICY_OURS] >= FAR || first[POLICY_PSI_EQUAL] >= FAR);
         day++) {
        bool alarm[POLICIES];
        must(simulation_day(s, day <= from ? before : after, per_day, &finding));
        struct measures m = policies_test(s);
        policies_alarm(&m, finding.p, ours, psi_equal, alarm);
        for (int i = 0; i < POLICIES && day > from; i++)
            if (alarm[i] && first[i] >= FAR)
                first[i] = day - from;
    }
    return day - 1 - from;
}

/* Mean days to the first alarm; of policies that were not always watched until theirs, days watched by alarms. */
static json_t *run_lengths(double per_day, const struct thresholds *t, double by_company[REFERENCES], uint64_t task) {
    struct simulation s;
    double first[POLICIES], days[POLICIES] = {0}, alarms[POLICIES] = {0};
    must(simulation_init(&s, &world.layout, &rule));
    for (int run = 0; run < RUNS; run++) {
        must(simulation_begin(&s, &usual, reference_rows(per_day), rng_split(task, (uint64_t)run)));
        int watched = run_to_alarm(&s, &usual, &usual, per_day, 0, 0, t->ours[run % REFERENCES], t->psi_equal, first);
        for (int i = 0; i < POLICIES; i++) {
            days[i] += first[i] < FAR ? first[i] : watched;
            alarms[i] += first[i] < FAR;
        }
        by_company[run % REFERENCES] += first[POLICY_OURS] / (RUNS / REFERENCES);
    }
    simulation_done(&s);
    json_t *mean = json_object();
    for (int i = 0; i < POLICIES; i++)
        json_object_set_new(mean, policy_names[i], alarms[i] > 0 ? json_real(days[i] / alarms[i]) : json_null());
    return mean;
}

/* A quantile of days, null where it was never reached. */
static json_t *days_at(double *sorted, double q) {
    double days = quantile(sorted, SHIFT_RUNS, q);
    return days < FAR ? json_real(days) : json_null();
}

static json_t *delays(const struct mix *mix, double per_day, const struct thresholds *t, uint64_t task) {
    static double first[POLICIES][SHIFT_RUNS];
    struct simulation s;
    struct cell_population changed;
    world_population(&changed, other_rows, mix);
    must(simulation_init(&s, &world.layout, &rule));
    for (int run = 0; run < SHIFT_RUNS; run++) {
        double of[POLICIES];
        must(simulation_begin(&s, &usual, reference_rows(per_day), rng_split(task, (uint64_t)run)));
        run_to_alarm(&s, &usual, &changed, per_day, WARM_DAYS, SHIFT_DAYS, t->ours[run % REFERENCES], t->psi_equal, of);
        for (int i = 0; i < POLICIES; i++)
            first[i][run] = of[i];
    }
    simulation_done(&s);
    json_t *out = json_object();
    for (int i = 0; i < POLICIES; i++) {
        qsort(first[i], SHIFT_RUNS, sizeof **first, by_size);
        json_object_set_new(out, policy_names[i],
                            json_pack("{s:o, s:o}", "median", days_at(first[i], 0.5), "p90", days_at(first[i], 0.9)));
    }
    return out;
}

/* ---- three years of the complete loop, without a change but for the days of the week ---- */

struct storm {
    struct simulation s;
    double per_day, threshold;
    struct decision_state state;
    unsigned alarms, requests;
    int reference_days; /* -1: it is complete */
    uint32_t reference_rows;
    size_t feature; /* that raised the alarm */
};

static const struct cell_population *storm_day(int day, double per_day, double *mean) {
    bool free_day = day % 7 >= 5;
    *mean = per_day * (free_day ? 0.5 : 1.2); /* 5 x 1.2 + 2 x 0.5 = 7 */
    return free_day ? &weekend : &usual;
}

static void begin_reference(struct storm *w) {
    w->reference_days = 0;
    w->reference_rows = 0;
    memset(w->s.reference, 0, feature_layout_size(&world.layout) * sizeof *w->s.reference);
    windows_clear(&w->s.windows);
}

static void fill_reference(struct storm *w, const struct cell_population *p, double mean) {
    for (uint32_t rows = rng_poisson(&w->s.rng, mean); rows > 0; rows--, w->reference_rows++)
        feature_layout_count(&world.layout, w->s.reference, p->cell[rng_below(&w->s.rng, p->rows)], 1);
    w->reference_days++;
    if (w->reference_days % 7 != 0 ||
        !reference_enough(&reference_rule, (unsigned)w->reference_days / 7, w->reference_rows))
        return;
    w->reference_days = -1;
    must(detector_set_reference(&w->s.detector, w->s.reference, w->reference_rows));
}

static void storm_test(struct storm *w, const struct cell_population *p, double mean, unix_time at) {
    struct finding finding;
    must(simulation_day(&w->s, p, mean, &finding));
    struct decision_findings f = {
        .at = at, .enough = finding.enough, .p = finding.p, .threshold = w->threshold, .confirming = 1};
    if (w->state.drift_since != 0)
        f.confirming = detector_recent(&finding, w->feature, (unsigned long)((at - w->state.drift_since) / DAY));
    bool quiet = w->state.drift_since == 0;
    decision_day(&w->state, &f, &decision_rules);
    if (quiet && w->state.drift_since != 0) {
        w->alarms++;
        w->feature = finding.feature;
    }
    if (w->state.level != LEVEL_RETRAIN)
        return;
    w->requests++;
    if (decision_gate(&w->state, at + 3600, true)) /* the worst case: each is promoted and makes a new reference */
        begin_reference(w);
}

static json_t *storm(double per_day, const struct thresholds *t, uint64_t task) {
    double alarms = 0, sum = 0, max = 0, over = 0;
    struct storm w = {.per_day = per_day};
    must(simulation_init(&w.s, &world.layout, &rule));
    for (int run = 0; run < STORM_RUNS; run++) {
        w.s.rng = rng_split(task, (uint64_t)run);
        w.state = (struct decision_state){0};
        w.threshold = t->ours[run % REFERENCES];
        w.alarms = w.requests = 0;
        begin_reference(&w);
        for (int day = 0; day < STORM_DAYS; day++) {
            double mean;
            const struct cell_population *p = storm_day(day, per_day, &mean);
            if (w.reference_days >= 0)
                fill_reference(&w, p, mean);
            else
                storm_test(&w, p, mean, (unix_time)(day + 1) * DAY);
        }
        alarms += w.alarms;
        sum += w.requests;
        max = fmax(max, w.requests);
        over += w.requests > 3;
    }
    simulation_done(&w.s);
    return json_pack("{s:f, s:f, s:f, s:f}", "alarms", alarms / STORM_RUNS, "retrains", sum / STORM_RUNS, "most", max,
                     "over_three", over / STORM_RUNS);
}

/* ---- a burst of 500 equal rows within an hour ---- */

enum { BURST = 500, BURST_DAYS = 56 };

/* Two months of calls, the burst in the middle of the last day but 6; as the program reads and caps them. */
static size_t make_calls(struct logged_request *request, double per_day, bool burst, struct rng *rng) {
    size_t count = 0;
    for (int day = 0; day < BURST_DAYS; day++) {
        uint32_t rows = rng_poisson(rng, per_day);
        for (uint32_t i = 0; i < rows; i++)
            request[count++] = (struct logged_request){.at = (unix_time)day * DAY + (unix_time)i * DAY / rows,
                                                       .cell = usual.cell[rng_below(rng, usual.rows)],
                                                       .counts = true};
        for (int i = 0; burst && day == BURST_DAYS - 7 && i < BURST; i++)
            request[count++] = (struct logged_request){
                .at = (unix_time)(day + 1) * DAY - 3600 + i * 7, .cell = CELLS / 2, .counts = true};
    }
    return count;
}

/* Whether an alarm is raised on any of the seven days from the burst on. */
static bool burst_alarms(struct simulation *s, const struct logged_request *request, size_t count, double threshold) {
    size_t at = 0;
    struct finding finding;
    bool alarm = false;
    windows_clear(&s->windows);
    for (int day = 0; day < BURST_DAYS; day++) {
        windows_next_day(&s->windows);
        for (; at < count && request[at].at < (unix_time)(day + 1) * DAY; at++)
            if (request[at].counts)
                windows_add(&s->windows, request[at].cell);
        if (day < BURST_DAYS - 7)
            continue;
        must(detector_test(&s->detector, &s->windows, 1, &finding));
        alarm = alarm || finding.p <= threshold;
    }
    return alarm;
}

static json_t *bursts(double per_day, const struct thresholds *t, uint64_t task) {
    static struct logged_request request[BURST_DAYS * 200 + BURST];
    struct cell_set cell_set = {.cells = {.count = CELLS}};
    struct simulation s;
    double alarms[3] = {0};
    must(simulation_init(&s, &world.layout, &rule));
    for (int run = 0; run < BURST_RUNS; run++)
        for (int way = 0; way < 3; way++) { /* no burst; a burst, capped; a burst, not capped */
            must(simulation_begin(&s, &usual, reference_rows(per_day), rng_split(task, (uint64_t)run)));
            size_t count = make_calls(request, per_day, way > 0, &s.rng);
            struct request_log requests = {.cell_set = &cell_set, .count = count, .request = request};
            must(way == 2 || request_log_filter(&requests, 2));
            alarms[way] += burst_alarms(&s, request, count, t->ours[run % REFERENCES]);
        }
    simulation_done(&s);
    return json_pack("{s:f, s:f, s:f}", "without", alarms[0] / BURST_RUNS, "capped", alarms[1] / BURST_RUNS, "uncapped",
                     alarms[2] / BURST_RUNS);
}

/* ---- labels ---- */

static json_t *errors_run_length(double promised, double worse, double wanted, double now, uint64_t task) {
    double limit = cusum_limit(promised, worse, wanted), sum = 0;
    for (int run = 0; run < RUNS; run++) {
        struct rng rng = rng_split(task, (uint64_t)run);
        struct cusum c = {0};
        while (c.sum < limit) {
            cusum_add(&c, cusum_step(promised, worse, rng_uniform(&rng) < now));
            sum++;
        }
    }
    return json_real(sum / RUNS);
}

/* Purchases of 60 cells; the mix of cells always changes between before and after. flipped cells buy otherwise. */
static json_t *concept(size_t flipped, uint64_t task) {
    enum { KNOWN_CELLS = TYPES * SIZES, PACKAGES = 4, TRIALS = 400, BEFORE = 2000, AFTER = 300 };
    static uint32_t before[KNOWN_CELLS * PACKAGES], after[KNOWN_CELLS * PACKAGES];
    static uint8_t permutation[BEFORE + AFTER];
    double found = 0;
    for (int trial = 0; trial < TRIALS; trial++) {
        struct rng rng = rng_split(task, (uint64_t)trial);
        memset(before, 0, sizeof before);
        memset(after, 0, sizeof after);
        for (uint32_t i = 0; i < BEFORE + AFTER; i++) {
            const struct cell_population *p = i < BEFORE ? &usual : &weekend;
            uint32_t cell = p->cell[rng_below(&rng, p->rows)], package = cell % PACKAGES;
            if (rng_uniform(&rng) > 0.6)
                package = rng_below(&rng, PACKAGES);
            if (i >= BEFORE && cell < flipped)
                package = PACKAGES - 1 - package;
            (i < BEFORE ? before : after)[cell * PACKAGES + package]++;
        }
        found += stratified_test(before, after, KNOWN_CELLS, PACKAGES, (uint64_t)trial, permutation).p <= 0.05;
    }
    return json_real(found / TRIALS);
}

static json_t *labels(void) {
    return json_pack("{s:f, s:o, s:o, s:o, s:o}", "errors_expected", 2000.0, "errors_run_length",
                     errors_run_length(0.35, 0.1, 2000, 0.35, 71), "errors_delay",
                     errors_run_length(0.35, 0.1, 2000, 0.5, 72), "concept_level_under_other_mix", concept(0, 73),
                     "concept_power_12_cells", concept(12, 74));
}

static json_t *volume(size_t number) {
    static const struct {
        const char *name;
        struct mix mix;
    } changes[] = {{"TV 0.1", {.moved = 0.1}},
                   {"TV 0.2", {.moved = 0.2}},
                   {"TV 0.3", {.moved = 0.3}},
                   {"new category 10 %", {.unseen = 0.1}}};
    double per_day = volumes[number];
    struct thresholds t = {.psi_equal = psi_for(per_day, EXPECTED_DAYS, 20 + number)};
    double by_company[REFERENCES] = {0};
    for (size_t i = 0; i < REFERENCES; i++)
        t.ours[i] = calibrate(per_day, 1000 * (number + 1) + i);
    json_t *delay = json_object(), *thresholds = json_array(), *companies = json_array();
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++)
        json_object_set_new(delay, changes[i].name, delays(&changes[i].mix, per_day, &t, 100 + 10 * number + i));
    json_t *lengths = run_lengths(per_day, &t, by_company, 30 + number);
    for (size_t i = 0; i < REFERENCES; i++) {
        json_array_append_new(thresholds, json_real(t.ours[i]));
        json_array_append_new(companies, json_real(by_company[i]));
    }
    return json_pack("{s:f, s:i, s:o, s:o, s:f, s:o, s:o, s:o, s:o}", "per_day", per_day, "reference",
                     (int)reference_rows(per_day), "thresholds", thresholds, "false_alarm_by_reference", companies,
                     "psi_equal", t.psi_equal, "days_to_false_alarm", lengths, "delay", delay, "storm",
                     storm(per_day, &t, 40 + number), "burst", bursts(per_day, &t, 50 + number));
}

/* proof 0|1|2: one volume; proof 3: what does not depend on volume. `run` puts the parts together. */
int main(int argc, char **argv) {
    static const struct mix same = {0}, free_days = {.weekend = 0.12};
    size_t part = argc == 2 ? (size_t)strtoul(argv[1], NULL, 10) : VOLUMES + 1;
    if (part > VOLUMES) {
        fprintf(stderr, "usage: proof 0..%d\n", VOLUMES);
        return 64;
    }
    world_make(&world);
    world_population(&usual, usual_rows, &same);
    world_population(&weekend, weekend_rows, &free_days);
    json_t *out = part < VOLUMES ? volume(part)
                                 : json_pack("{s:i, s:i, s:o, s:o}", "seed", SEED, "expected_days", EXPECTED_DAYS,
                                             "levels", levels(), "labels", labels());
    must(json_dumpf(out, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(6)) == 0 && putchar('\n') != EOF);
    json_decref(out);
    return 0;
}
