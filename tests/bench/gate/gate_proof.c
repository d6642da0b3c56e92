/*
 * gate_proof: how often the gate promotes a challenger that is known to be equal, worse or better.
 *
 * Once, and over a year in which every night brings a new challenger.  Markets, purchases and models are simulated; the
 * decisions are made by the program's own code.  A table goes to stdout and with results.json into the folder given.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "services/common/store/atomic_file.h"
#include "services/common/worker/progress.h"
#include "services/register/gate/gate_settings.h"
#include "tests/bench/gate/trial.h"

enum { NIGHTS = 365, A_DAY = 20, MOST_ROWS = 5000, POOL = 40, GRADES = 12, CHAMPIONS = 20 };

/* Grade 0 is two points better than the first champion, grade 1 its equal, each further one two points worse. */
enum { BETTER, EQUAL, WORSE };
static const char *const challenger_name[] = {"2 points better", "equal", "2 points worse"};
static const size_t holdout_rows[] = {200, 1000, MOST_ROWS};
enum { KINDS = 3, HOLDOUTS = 3, GATES = 3 };

struct settings {
    struct gate_settings gate;
    long long seed, attempts, years;
};

static const struct setting rows[] = {
    GATE_SETTINGS(struct settings, gate),
    {"seed", NULL, SETTING_INTEGER, offsetof(struct settings, seed), "1", 0, 1000000, NULL, "of all chance"},
    {"looks", NULL, SETTING_INTEGER, offsetof(struct settings, attempts), "2000", 1, 1000000, NULL,
     "single looks a figure"},
    {"years", NULL, SETTING_INTEGER, offsetof(struct settings, years), "100", 1, 100000, NULL, "years a figure"},
};

static const struct program program = {
    .name = "gate_proof",
    .summary = "simulates the gate with the thresholds given",
    .usage = "[options] FOLDER",
    .settings = rows,
    .setting_count = sizeof rows / sizeof *rows,
    .max_args = 1,
};

/* A market and models of all grades. */
struct ladder {
    struct world world;
    double accuracy[GRADES];
    struct model model[GRADES][POOL];
};

static void build(struct ladder *ladder, struct random *r) {
    world_make(&ladder->world, r, 0.75);
    for (size_t g = 0; g < GRADES; g++) {
        ladder->accuracy[g] = 0.72 - 0.02 * (double)g;
        double log_loss = world_log_loss_at(&ladder->world, r, ladder->accuracy[g]);
        for (size_t i = 0; i < POOL; i++)
            world_model(&ladder->model[g][i], &ladder->world, r, ladder->accuracy[g], log_loss);
    }
}

static const struct model *pick(const struct ladder *ladder, struct random *r, size_t grade) {
    return &ladder->model[grade][random_bits(r) % POOL];
}

/* ---- once ---- */

struct once {
    double promoted, held; /* shares of looks */
};

static struct once attempt_once(const struct ladder *ladder, const struct gate_under_proof *gate, size_t holdout,
                                int kind, const struct settings *s) {
    struct random r = {(uint64_t)s->seed * 1000003 + holdout * 17 + (uint64_t)kind}; /* the same for every gate */
    struct once out = {0};
    for (long long i = 0; i < s->attempts; i++) {
        struct purchases bought = {{0}};
        const struct model *champion = pick(ladder, &r, EQUAL), *challenger = pick(ladder, &r, (size_t)kind);
        for (size_t n = 0; n < holdout; n++)
            bought.count[world_draw(&ladder->world, &r)]++;
        struct attempt attempt = {&ladder->world, &bought, champion, &champion, 1, false, 0};
        enum gate_verdict verdict = trial_decide(gate, &attempt, challenger).verdict;
        out.promoted += verdict == GATE_PROMOTE ? 1 : 0;
        out.held += verdict == GATE_HOLD ? 1 : 0;
    }
    out.promoted /= (double)s->attempts;
    out.held /= (double)s->attempts;
    return out;
}

/* ---- a year of nights ---- */

/* The newest purchases, of which a day's are replaced every night. */
struct window {
    struct purchases bought;
    uint16_t row[MOST_ROWS];
    size_t rows, oldest;
};

static void day_passes(struct window *w, const struct world *world, struct random *r, size_t purchases) {
    for (size_t i = 0; i < purchases; i++) {
        size_t row = world_draw(world, r);
        w->bought.count[w->row[w->oldest]]--;
        w->bought.count[row]++;
        w->row[w->oldest] = (uint16_t)row;
        w->oldest = (w->oldest + 1) % w->rows;
    }
}

static void window_fill(struct window *w, const struct world *world, struct random *r, size_t holdout) {
    *w = (struct window){.rows = holdout};
    w->bought.count[0] = (uint32_t)holdout; /* to be taken out again */
    day_passes(w, world, r, holdout);
}

struct year {
    double promotions, accuracy, worst; /* at the year's end; worst: the lowest accuracy of any night */
};

/* Who serves, and who did: the newest champions. */
struct reign {
    const struct model *champion[CHAMPIONS];
    size_t count, grade;
};

static void crown(struct reign *reign, const struct model *model, size_t grade) {
    for (size_t i = CHAMPIONS - 1; i > 0; i--)
        reign->champion[i] = reign->champion[i - 1];
    reign->champion[0] = model;
    reign->count += reign->count < CHAMPIONS;
    reign->grade = grade;
}

/* The quality of tonight's challenger: better than the first champion, or equal to or worse than the one that serves.
 */
static size_t grade_of(int kind, size_t champion) {
    size_t grade = kind == BETTER ? BETTER : kind == EQUAL ? champion : champion + 1;
    return grade < GRADES ? grade : GRADES - 1;
}

static struct year live_through(const struct ladder *ladder, const struct gate_under_proof *gate, size_t holdout,
                                int kind, struct random r) {
    struct window w;
    struct reign reign = {0};
    struct year year = {.worst = 1};
    uint64_t since = 0;
    bool before = false;
    window_fill(&w, &ladder->world, &r, holdout);
    crown(&reign, pick(ladder, &r, EQUAL), EQUAL);
    for (int night = 0; night < NIGHTS; night++) {
        day_passes(&w, &ladder->world, &r, A_DAY);
        size_t grade = grade_of(kind, reign.grade);
        const struct model *challenger = pick(ladder, &r, grade);
        since += A_DAY;
        struct attempt attempt = {&ladder->world, &w.bought, reign.champion[0], reign.champion, reign.count,
                                  before,         since};
        enum gate_verdict verdict = trial_decide(gate, &attempt, challenger).verdict;
        if (verdict != GATE_DEFER) {
            before = true;
            since = 0;
        }
        if (verdict == GATE_PROMOTE) {
            crown(&reign, challenger, grade);
            year.promotions++;
        }
        year.worst = fmin(year.worst, reign.champion[0]->accuracy);
    }
    year.accuracy = reign.champion[0]->accuracy;
    return year;
}

static struct year live_years(const struct ladder *ladder, const struct gate_under_proof *gate, size_t holdout,
                              int kind, const struct settings *s) {
    struct random r = {(uint64_t)s->seed * 7919 + holdout * 31 + (uint64_t)kind};
    struct year mean = {.worst = 1};
    for (long long i = 0; i < s->years; i++) {
        struct year year = live_through(ladder, gate, holdout, kind, (struct random){random_bits(&r)});
        mean.promotions += year.promotions / (double)s->years;
        mean.accuracy += year.accuracy / (double)s->years;
        mean.worst = fmin(mean.worst, year.worst);
    }
    return mean;
}

/* ---- report ---- */

struct figures {
    struct once once;
    struct year year;
};

static void prove(struct figures f[GATES][HOLDOUTS][KINDS], const struct gate_under_proof *gate,
                  const struct ladder *ladder, const struct settings *s) {
    struct progress progress;
    uint64_t done = 0;
    progress_begin(&progress, "simulating", "figures", (uint64_t)GATES * HOLDOUTS * KINDS);
    for (size_t g = 0; g < GATES; g++)
        for (size_t h = 0; h < HOLDOUTS; h++)
            for (int k = 0; k < KINDS; k++) {
                f[g][h][k].once = attempt_once(ladder, &gate[g], holdout_rows[h], k, s);
                f[g][h][k].year = live_years(ladder, &gate[g], holdout_rows[h], k, s);
                progress_update(&progress, ++done);
            }
    progress_end(&progress);
}

static void write_table(FILE *out, const struct gate_under_proof *gate, struct figures f[GATES][HOLDOUTS][KINDS]) {
    fputs("| gate | hold-out | challenger | promoted, one look | promotions, a year of nights | champion's accuracy "
          "after it, mean | lowest of any night |\n|---|---|---|---|---|---|---|\n",
          out);
    for (size_t g = 0; g < GATES; g++)
        for (size_t h = 0; h < HOLDOUTS; h++)
            for (size_t k = 0; k < KINDS; k++) {
                const struct figures *at = &f[g][h][k];
                fprintf(out, "| %s | %zu | %s | %.1f %% | %.1f | %.3f | %.3f |\n", gate[g].name, holdout_rows[h],
                        challenger_name[k], 100 * at->once.promoted, at->year.promotions, at->year.accuracy,
                        at->year.worst);
            }
}

static json_t *describe(const struct gate_under_proof *gate, struct figures f[GATES][HOLDOUTS][KINDS],
                        const struct settings *s) {
    json_t *figures = json_array();
    for (size_t i = 0; i < (size_t)GATES * HOLDOUTS * KINDS; i++) {
        size_t g = i / (HOLDOUTS * KINDS), h = i / KINDS % HOLDOUTS, k = i % KINDS;
        const struct figures *at = &f[g][h][k];
        json_array_append_new(figures, json_pack("{s:s, s:I, s:s, s:{s:f, s:f}, s:{s:f, s:f, s:f}}", "gate",
                                                 gate[g].name, "holdout", (json_int_t)holdout_rows[h], "challenger",
                                                 challenger_name[k], "once", "promoted", at->once.promoted, "held",
                                                 at->once.held, "year", "promotions", at->year.promotions, "accuracy",
                                                 at->year.accuracy, "lowest", at->year.worst));
    }
    return json_pack("{s:I, s:I, s:I, s:o}", "seed", (json_int_t)s->seed, "looks", (json_int_t)s->attempts, "years",
                     (json_int_t)s->years, "figures", figures);
}

static bool publish(const char *folder, const struct gate_under_proof *gate, struct figures f[GATES][HOLDOUTS][KINDS],
                    const struct settings *s, struct error *err) {
    char path[PATH_MAX];
    struct atomic_file table;
    json_t *results = describe(gate, f, s);
    bool done = path_format(path, err, "%s/results.json", folder) && atomic_file_write_json(path, results, err) &&
                path_format(path, err, "%s/table.md", folder) && atomic_file_open_at(&table, &volume_none, path, err);
    json_decref(results);
    if (!done)
        return false;
    write_table(table.file, gate, f);
    return atomic_file_commit(&table, err);
}

int main(int argc, char **argv) {
    static struct ladder ladder;
    static struct figures figures[GATES][HOLDOUTS][KINDS];
    struct settings s;
    struct args args = {0};
    struct error err;
    bool finished;
    enum exit_code code = settings_read(&program, &s, &args, argc, argv, &finished);
    if (code != EXIT_DONE || finished)
        return code;
    struct gate_settings routine = s.gate, alarm = s.gate;
    routine.alarm = false;
    alarm.alarm = true;
    const struct gate_under_proof gate[GATES] = {
        {"new >= old in accuracy, every night", NULL}, {"routine", &routine}, {"alarm every night", &alarm}};

    build(&ladder, &(struct random){(uint64_t)s.seed});
    prove(figures, gate, &ladder, &s);
    write_table(stdout, gate, figures);
    if (args.count == 0 || publish(args.arg[0], gate, figures, &s, &err))
        return EXIT_DONE;
    fprintf(stderr, "gate_proof: %s\n", err.text);
    return EXIT_TEMPFAIL;
}
