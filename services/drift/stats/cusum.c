/* cusum.c - the sum, and its run length as the solution of linear equations. */
#include "services/drift/stats/cusum.h"

#include <math.h>
#include <stdlib.h>

enum { GRID = 160, HALVINGS = 24 };

/* Kept inside (0, 1): a model that never erred must not make one error infinitely surprising. */
static double likely(double probability) {
    return fmin(fmax(probability, 0.01), 0.99);
}

double cusum_step(double promised, double worse, bool error) {
    double before = likely(promised), after = likely(likely(promised) + worse);
    return error ? log(after / before) : log((1 - after) / (1 - before));
}

void cusum_add(struct cusum *c, double step) {
    c->sum = fmax(0, c->sum + step);
    c->max = fmax(c->max, c->sum);
}

/* x[i] = 1 + p x[up(i)] + (1 - p) x[down(i)], where x beyond the limit is 0; by elimination, the first row last. */
static double solve(double (*row)[GRID + 1]) {
    for (int pivot = GRID - 1; pivot >= 0; pivot--)
        for (int other = 0; other < pivot; other++) {
            double factor = row[other][pivot] / row[pivot][pivot];
            if (factor == 0)
                continue;
            for (int column = 0; column < pivot; column++)
                row[other][column] -= factor * row[pivot][column];
            row[other][GRID] -= factor * row[pivot][GRID];
        }
    return row[0][GRID] / row[0][0];
}

double cusum_run_length(double promised, double worse, double limit) {
    double(*row)[GRID + 1] = calloc(GRID, sizeof *row);
    if (row == NULL)
        return INFINITY;
    double p = likely(promised), width = limit / (double)GRID;
    double step[2] = {cusum_step(promised, worse, false), cusum_step(promised, worse, true)};
    for (int i = 0; i < GRID; i++) {
        row[i][i] += 1;
        row[i][GRID] = 1;
        for (int error = 0; error < 2; error++) {
            double to = fmax(0, i * width + step[error]);
            if (to >= limit)
                continue;
            /* Between two points of the grid: to each with the share of its nearness. */
            int left = (int)(to / width);
            double right = to / width - left, rng = error ? p : 1 - p;
            row[i][left] -= rng * (1 - right);
            if (left + 1 < GRID)
                row[i][left + 1] -= rng * right;
        }
    }
    double length = solve(row);
    free(row);
    return length;
}

double cusum_limit(double promised, double worse, double run_length) {
    double low = 0, high = 1;
    while (high < 64 && cusum_run_length(promised, worse, high) < run_length)
        high *= 2;
    for (int i = 0; i < HALVINGS; i++) {
        double middle = (low + high) / 2;
        if (cusum_run_length(promised, worse, middle) < run_length)
            low = middle;
        else
            high = middle;
    }
    return high;
}
