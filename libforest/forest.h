/*
 * forest.h - random forests for multi-class classification on categorical and numeric features.
 *
 * Rows go into a data set, where equal rows become one row with a weight; a data set and parameters
 * make a forest; a forest gives class probabilities, and is one immutable image of bytes that is the
 * same in memory and on disk.  The library knows numbers only: it prints nothing, reads no
 * environment, and keeps no state between calls.
 *
 * Values.  A row is `float x[features]`:
 *   categorical  the number of a level, 0 .. levels-1; NaN is missing; any other value is unseen;
 *   numeric      a number (infinities are the smallest and largest numbers); NaN is missing.
 * A label is the number of a class, 0 .. classes-1.
 *
 * Threads.  A data set may be changed by one thread at a time.  A forest never changes after it is
 * made: any number of threads may predict with it.  forest_train starts threads of its own and joins
 * them before it returns; its result does not depend on their number.
 *
 * Stack.  No function takes more than FOREST_STACK bytes of its caller's.
 *
 * Determinism.  The same rows (in any order), parameters and seed give the same image, byte for byte, whatever
 * the compiler and its options.  How features, levels and classes are numbered changes no probability either:
 * inside, they are in the order of their names.
 *
 * Methods.  Breiman, "Random Forests", Machine Learning 45 (2001).  Trees are grown on multinomial
 * bootstrap counts of weighted cells, which has the same law as drawing rows one by one.
 */
#ifndef FOREST_H
#define FOREST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Of the library and of all programs, which read it here. A changed output of a program raises it: see tests/golden. */
#define FOREST_VERSION "1.2.0"

enum {
    FOREST_MAX_FEATURES = 4095,
    FOREST_MAX_LEVELS = 65533, /* of one categorical feature; two codes more are missing and unseen */
    FOREST_MAX_CLASSES = 256,
    FOREST_MAX_NAME = 255, /* bytes of a feature's, level's or class's name; UTF-8, not empty */
    FOREST_MAX_TREES = 65535,
    FOREST_STACK = 96 << 10
};

/* What a caller may want to treat differently. */
enum forest_status {
    FOREST_OK = 0,
    FOREST_INVALID,   /* an argument, row or parameter breaks a limit given here */
    FOREST_NO_MEMORY, /* memory ran out, or a single tree would pass max_bytes */
    FOREST_IO,        /* the operating system would not read or write a file */
    FOREST_CORRUPT,   /* not a model, or a damaged one */
    FOREST_CANCELLED, /* the progress function asked to stop */
    FOREST_FORMAT     /* a model in an older or newer format than this library's */
};

/* Why a call failed, in one line for a person: no newline, no full stop. */
struct forest_error {
    char text[200];
};

/* ---- schema ---------------------------------------------------------------------------------- */

enum forest_kind { FOREST_CATEGORICAL, FOREST_NUMERIC };

struct forest_feature {
    const char *name;
    enum forest_kind kind;
    size_t levels;            /* 1 .. FOREST_MAX_LEVELS; 0 for a numeric feature */
    const char *const *level; /* [levels], unique names */
};

/* A plain description; who makes one owns what it points to.  Names are unique. */
struct forest_schema {
    size_t features; /* 1 .. FOREST_MAX_FEATURES */
    const struct forest_feature *feature;
    size_t classes; /* 2 .. FOREST_MAX_CLASSES */
    const char *const *class_name;
};

#define FOREST_UNSEEN (-1.0F)

/* The number of a level by its name, or FOREST_UNSEEN. */
float forest_level(const struct forest_feature *feature, const char *name);

/* ---- data set -------------------------------------------------------------------------------- */

struct forest_dataset;

/* An empty data set.  The schema is copied. */
enum forest_status forest_dataset_new(struct forest_dataset **out, const struct forest_schema *schema,
                                      struct forest_error *err);

/*
 * Add n rows.  weights counts how often each row occurred (0 leaves a row out); NULL means once each.
 * Memory grows with the number of distinct rows.  On failure nothing was added.
 */
enum forest_status forest_dataset_add(struct forest_dataset *ds, const float *rows /* [n][features] */,
                                      const uint16_t *labels /* [n] */, const uint32_t *weights /* [n] */, size_t n,
                                      struct forest_error *err);

/* Add all rows of `from`, which has an equal schema and is only read. */
enum forest_status forest_dataset_merge(struct forest_dataset *into, const struct forest_dataset *from,
                                        struct forest_error *err);

uint64_t forest_dataset_rows(const struct forest_dataset *ds);                      /* sum of weights */
size_t forest_dataset_cells(const struct forest_dataset *ds);                       /* distinct (row, label) pairs */
const struct forest_schema *forest_dataset_schema(const struct forest_dataset *ds); /* borrowed */
void forest_dataset_free(struct forest_dataset *ds);                                /* NULL is fine */

/* ---- training -------------------------------------------------------------------------------- */

enum forest_bootstrap {
    FOREST_WITH_REPLACEMENT,    /* each tree draws sample_fraction x rows, a row as often as chance has it */
    FOREST_WITHOUT_REPLACEMENT, /* the same number, each row at most as often as it occurred */
    FOREST_ALL_ROWS             /* every tree sees every row; there is no out-of-bag row and no tuning */
};

/* Called between trees by one thread at a time, those grown for tuning included; return false to stop the
 * training, which then gives FOREST_CANCELLED. */
typedef bool forest_progress(void *user, uint32_t done, uint32_t total);

/*
 * A tree draws at most 2^31 - 1 rows, however many there are.  Class weights are sampling weights - a row is
 * drawn in proportion to its class's - and so need FOREST_WITH_REPLACEMENT.
 */
struct forest_params {
    uint64_t seed;
    uint32_t trees;     /* 1 .. FOREST_MAX_TREES */
    uint32_t mtry;      /* features tried at a split; 0: the square root of their number, rounded up */
    uint32_t min_leaf;  /* rows that a leaf must have, at least 1 */
    uint32_t max_depth; /* 0: no limit */
    uint32_t max_nodes; /* of one tree, which then grows level by level; 0: no limit */
    double smoothing;   /* rows of the class shares of all data added to each leaf, 0 or more */
    enum forest_bootstrap bootstrap;
    double sample_fraction;      /* draws per row, above 0; at most 1 without replacement */
    const double *class_weights; /* [classes], 1e-6 .. 1e6; NULL: 1 each */
    bool balanced;               /* class_weights, times the inverse of class shares */
    bool tune;                   /* choose min_leaf, smoothing and mtry by out-of-bag log-loss; leaves
                                    them as given where cells x settings pass FOREST_TUNE_BOUND */
    double stop_gain;            /* stop adding trees (at 32, 64, 128, ...) once the out-of-bag log-loss
                                    falls by less than this many standard errors; 0: never */
    bool calibrate;              /* fit one temperature on out-of-bag probabilities; tune then compares with it */
    uint64_t max_bytes;          /* of the image, which keeps as many trees as fit; 0: no limit */
    unsigned threads;            /* at least 1 */
    forest_progress *progress;   /* or NULL */
    void *progress_user;
};

#define FOREST_TUNE_BOUND 4000000u /* cells x settings */

/* 100 trees, mtry 0, min_leaf 1, smoothing 0.2, all three tuned, calibrated, with replacement, one thread, seed 1. */
void forest_params_init(struct forest_params *params);

struct forest;

/*
 * Train on ds, which is only read and only during the call.  On success *out is a new forest that the
 * caller frees; on failure *out is left alone and err (which may be NULL) says why.
 */
enum forest_status forest_train(struct forest **out, const struct forest_dataset *ds,
                                const struct forest_params *params, struct forest_error *err);

void forest_free(struct forest *f); /* NULL is fine */

/* ---- prediction: no allocation, no lock, no thread -------------------------------------------- */

/* Class probabilities of one row.  They are sums of integers divided by one number, so that every
 * way of predicting (row, batch, table, any machine) gives the same bits.  A batch uses prob as working memory until it
 * returns: rows must not overlap it. */
void forest_predict(const struct forest *f, const float *row /* [features] */, float *prob /* [classes] */);
void forest_predict_batch(const struct forest *f, const float *rows /* [n][features] */, size_t n,
                          float *prob /* [n][classes] */);

/* The most probable class; of equals, the first.  forest_predict_batch has more working memory, and is faster
 * where trees are large. */
uint16_t forest_classify(const struct forest *f, const float *row);
void forest_classify_batch(const struct forest *f, const float *rows, size_t n, uint16_t *label /* [n] */);

/*
 * What each feature added to each class's probability: path-dependent TreeSHAP (Lundberg, Erion, Lee
 * 2018).  base + the sum over features is forest_predict's answer before calibration, within 1e-4.
 * Allocates.
 */
enum forest_status forest_explain(const struct forest *f, const float *row,
                                  float *contribution /* [features][classes] */, float *base /* [classes] */,
                                  struct forest_error *err);

/* ---- what a forest is ------------------------------------------------------------------------ */

/* How good probabilities are on weighted rows. */
struct forest_metrics {
    uint64_t rows;   /* sum of weights */
    double accuracy; /* 0 .. 1 */
    double log_loss; /* nats a row; probabilities are floored at 1e-15 */
    double brier;    /* sum over classes of squared error, mean over rows, 0 .. 2 */
    double ece;      /* expected calibration error of the top class, 15 bins of equal width */
};

/*
 * Out-of-bag figures are exact up to 20,000 rows.  Beyond that rows of one cell are treated together: a tree counts
 * with the probability that it did not see one of them, which is exact for each tree and an estimate for the forest;
 * with more than 32,768 cells an even sample of them is used.
 *
 * Permutation importance is computed exactly, over all values of a feature in the data, where there are at most 32;
 * otherwise one value is drawn for each row.
 */
struct forest_info {
    uint32_t trees, depth, mtry, min_leaf; /* as trained, after tuning and early stop */
    uint64_t nodes, bytes, rows, cells, seed;
    double smoothing, temperature;
    bool table;                           /* answers come from a table of the complete domain */
    struct forest_metrics oob;            /* out-of-bag, see below; rows is 0 where there is none */
    const double *impurity_importance;    /* [features], shares that sum to 1 (or all 0); borrowed */
    const double *permutation_importance; /* [features], rise of out-of-bag log-loss; borrowed */
};

void forest_describe(const struct forest *f, struct forest_info *info);
const struct forest_schema *forest_schema_of(const struct forest *f); /* borrowed */

/* ---- metrics --------------------------------------------------------------------------------- */

/* The forest on a data set with an equal schema.  confusion[actual][predicted] may be NULL. */
enum forest_status forest_evaluate(const struct forest *f, const struct forest_dataset *ds, struct forest_metrics *out,
                                   uint64_t *confusion /* [classes][classes] */, struct forest_error *err);

/* Any probabilities against labels, which are below classes (at most FOREST_MAX_CLASSES).  weights NULL: 1 each. */
void forest_score(const float *prob /* [n][classes] */, const uint16_t *labels, const uint32_t *weights, size_t n,
                  size_t classes, struct forest_metrics *out, uint64_t *confusion);

/* ---- model files ----------------------------------------------------------------------------- */

/* The image: little-endian, self-checking, equal for equal forests.  Borrowed; lives as long as f. */
const void *forest_image(const struct forest *f, size_t *size);

/* Write the image to path (not atomically: publish by rename yourself) and fsync it. */
enum forest_status forest_save(const struct forest *f, const char *path, struct forest_error *err);

/*
 * A forest from a file (mapped; do not change the file in place while it is in use) or from bytes
 * (borrowed; aligned to 64; must outlive the forest).  Everything is checked before anything is
 * trusted: structure in one linear pass, checksums, and the answers to golden rows kept inside.
 */
enum forest_status forest_load(struct forest **out, const char *path, struct forest_error *err);
enum forest_status forest_open(struct forest **out, const void *image, size_t size, struct forest_error *err);

/* Trees as text for a person.  write gets pieces of text; returns false to stop. */
typedef bool forest_write(void *user, const char *text, size_t size);
enum forest_status forest_dump(const struct forest *f, forest_write *write, void *user, struct forest_error *err);

/* The same model as an ONNX file (opset 17, ai.onnx.ml 3): strings and float32 numbers in, label and
 * probabilities out.  A finite domain becomes a lookup table, other forests a TreeEnsembleClassifier. */
enum forest_status forest_export_onnx(const struct forest *f, forest_write *write, void *user,
                                      struct forest_error *err);

#ifdef __cplusplus
}
#endif
#endif
