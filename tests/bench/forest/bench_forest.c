/*
 * bench_forest.c - libforest, driven as peer.py drives the others: jobs from stdin, a line of JSON each.
 *
 * A job is `train test probabilities trees mtry seed full`.  What is timed as training starts from rows in
 * memory: it includes collapsing them into a data set.  The only argument is the way: `plain` for
 * forest_params_init's parameters but for tuning, `tuned` with it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "libforest/forest.h"

enum { TRAIN_THREADS = 2, MAX_REPEATS = 15, MAX_PATH = 1024 };
static const double budget_s = 1.0; /* repeat what is short until so much time was spent */

/* A file of rows, as rows.py describes it. */
struct rows {
    uint32_t n, features, classes;
    uint32_t *levels; /* [features], 0: numeric */
    float *x;         /* [n][features] */
    uint16_t *label;  /* [n] */
};

struct job {
    char train[MAX_PATH], test[MAX_PATH], prob[MAX_PATH];
    unsigned trees, mtry, seed, full;
};

static void fail(const char *what, const char *name) {
    fprintf(stderr, "bench_forest: %s: %s\n", name, what);
    exit(EXIT_FAILURE);
}

static double now_s(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* ---- memory, as the kernel counts it ----------------------------------------------------------- */

static double resident_bytes(const char *key) {
    FILE *f = fopen("/proc/self/status", "r");
    char line[256];
    double kib = 0;
    while (f && fgets(line, sizeof line, f))
        if (strncmp(line, key, strlen(key)) == 0)
            kib = strtod(line + strlen(key) + 1, NULL);
    if (f)
        fclose(f);
    return kib * 1024;
}

/* Make VmHWM start again from what is resident now. */
static void forget_peak(void) {
    FILE *f = fopen("/proc/self/clear_refs", "w");
    if (!f || fputs("5", f) == EOF || fclose(f) != 0)
        fail("cannot reset the peak of memory", "/proc/self/clear_refs");
}

/* ---- rows -------------------------------------------------------------------------------------- */

static void *read_array(FILE *f, size_t n, size_t size, const char *path) {
    void *a = calloc(n ? n : 1, size);
    if (!a || fread(a, size, n, f) != n)
        fail("cannot be read", path);
    return a;
}

static struct rows rows_read(const char *path) {
    struct rows r = {0};
    char magic[4];
    FILE *f = fopen(path, "rb");
    if (!f || fread(magic, sizeof magic, 1, f) != 1 || memcmp(magic, "ROWS", sizeof magic) != 0)
        fail("not a file of rows", path);
    uint32_t *head = read_array(f, 3, sizeof *head, path);
    r.n = head[0], r.features = head[1], r.classes = head[2];
    free(head);
    r.levels = read_array(f, r.features, sizeof *r.levels, path);
    r.x = read_array(f, (size_t)r.n * r.features, sizeof *r.x, path);
    r.label = read_array(f, r.n, sizeof *r.label, path);
    fclose(f);
    return r;
}

static void rows_done(struct rows *r) {
    free(r->levels);
    free(r->x);
    free(r->label);
}

/* Names that are numbers, for levels, classes and features alike. */
static const char *const *number_names(void) {
    enum { COUNT = 4096, WIDTH = 8 };
    static char text[COUNT][WIDTH];
    static const char *name[COUNT];
    for (int i = 0; i < COUNT && !name[i]; i++) {
        snprintf(text[i], WIDTH, "%d", i);
        name[i] = text[i];
    }
    return name;
}

/* ---- what is measured -------------------------------------------------------------------------- */

static struct forest *fit(const struct rows *r, const struct forest_feature *feature,
                          const struct forest_params *params) {
    struct forest_schema schema = {r->features, feature, r->classes, number_names()};
    struct forest_dataset *ds = NULL;
    struct forest *f = NULL;
    struct forest_error err;
    if (forest_dataset_new(&ds, &schema, &err) != FOREST_OK ||
        forest_dataset_add(ds, r->x, r->label, NULL, r->n, &err) != FOREST_OK ||
        forest_train(&f, ds, params, &err) != FOREST_OK)
        fail(err.text, "training");
    forest_dataset_free(ds);
    return f;
}

static int compare(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *v, size_t n) {
    qsort(v, n, sizeof *v, compare);
    return n % 2 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
}

/* Seconds of a training in this process, which has trained before. */
static double training_s(const struct rows *r, const struct forest_feature *feature,
                         const struct forest_params *params) {
    double times[MAX_REPEATS], spent = 0;
    size_t n = 0;
    while (n < MAX_REPEATS && (n == 0 || spent < budget_s)) {
        const double start = now_s();
        struct forest *f = fit(r, feature, params);
        spent += times[n++] = now_s() - start;
        forest_free(f);
    }
    return median(times, n);
}

/* Seconds a row, asked one by one: the median over chunks of 20 rows of a chunk's mean. */
static double single_row_s(const struct forest *f, const struct rows *test) {
    enum { CHUNK = 20, CHUNKS = 4001 };
    static double means[CHUNKS];
    float prob[FOREST_MAX_CLASSES];
    volatile float seen = 0;
    const size_t rows = test->n < 1000 ? test->n : 1000;
    size_t at = 0;
    for (size_t c = 0; c < CHUNKS; c++) {
        const double start = now_s();
        for (int i = 0; i < CHUNK; i++, at = (at + 1) % rows) {
            forest_predict(f, test->x + at * test->features, prob);
            seen = prob[0];
        }
        means[c] = (now_s() - start) / CHUNK;
    }
    (void)seen;
    return median(means, CHUNKS);
}

static double batch_s(const struct forest *f, const struct rows *test, float *prob) {
    double times[MAX_REPEATS], spent = 0;
    size_t n = 0;
    while (n < MAX_REPEATS && (n == 0 || spent < budget_s)) {
        const double start = now_s();
        forest_predict_batch(f, test->x, test->n, prob);
        spent += times[n++] = now_s() - start;
    }
    return median(times, n);
}

static void write_probabilities(const char *path, const float *prob, size_t n) {
    FILE *f = fopen(path, "wb");
    if (!f || fwrite(prob, sizeof *prob, n, f) != n || fclose(f) != 0)
        fail("cannot be written", path);
}

/* Five trees on 500 rows, as the peers do before they are measured. */
static double warm_up_s(const struct rows *train, const struct forest_feature *feature) {
    struct rows small = *train;
    struct forest_params params;
    forest_params_init(&params);
    params.trees = 5;
    params.threads = TRAIN_THREADS;
    params.tune = false;
    if (small.n > 500)
        small.n = 500;
    return training_s(&small, feature, &params);
}

static struct forest_params parameters(const struct job *job, const char *way) {
    struct forest_params params;
    forest_params_init(&params);
    params.trees = job->trees;
    params.mtry = job->mtry;
    params.seed = job->seed;
    params.threads = TRAIN_THREADS;
    params.tune = strcmp(way, "tuned") == 0;
    return params;
}

static void measure(const struct job *job, const char *way) {
    struct rows train = rows_read(job->train), test = rows_read(job->test);
    struct forest_feature *feature = calloc(train.features, sizeof *feature);
    float *prob = malloc((size_t)test.n * train.classes * sizeof *prob);
    if (!feature || !prob)
        fail("no memory", job->test);
    for (uint32_t j = 0; j < train.features; j++)
        feature[j] = (struct forest_feature){number_names()[j], train.levels[j] ? FOREST_CATEGORICAL : FOREST_NUMERIC,
                                             train.levels[j], train.levels[j] ? number_names() : NULL};
    const struct forest_params params = parameters(job, way);

    putchar('{');
    if (job->full)
        printf("\"warm_up_s\": %.9g, ", warm_up_s(&train, feature));
    forget_peak();
    const double before = resident_bytes("VmRSS");
    const double start = now_s();
    struct forest *f = fit(&train, feature, &params);
    const double first = now_s() - start;
    const double peak = resident_bytes("VmHWM");
    printf("\"train_s\": %.9g", job->full ? training_s(&train, feature, &params) : first);
    if (job->full)
        printf(", \"first_train_s\": %.9g, \"memory\": %.0f, \"one_row_s\": %.9g, \"batch_row_s\": %.9g", first,
               peak - before, single_row_s(f, &test), batch_s(f, &test, prob) / test.n);
    struct forest_info info;
    forest_describe(f, &info);
    printf(", \"bytes\": %llu, \"oob_log_loss\": %.6f}\n", (unsigned long long)info.bytes, info.oob.log_loss);
    fflush(stdout);
    forest_predict_batch(f, test.x, test.n, prob);
    write_probabilities(job->prob, prob, (size_t)test.n * train.classes);

    forest_free(f);
    free(prob);
    free(feature);
    rows_done(&train);
    rows_done(&test);
}

int main(int argc, char **argv) {
    struct job job;
    if (argc != 2)
        fail("plain or tuned?", "way");
    while (scanf("%1023s %1023s %1023s %u %u %u %u", job.train, job.test, job.prob, &job.trees, &job.mtry, &job.seed,
                 &job.full) == 7)
        measure(&job, argv[1]);
    return EXIT_SUCCESS;
}
