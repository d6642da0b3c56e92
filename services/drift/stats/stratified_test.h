/*
 * stratified_test.h - whether P(package | cell) has changed, independent of changes in how frequent each cell is.
 *
 * Each cell is a 2 x classes table of its own (before, after); the statistic is the sum of their
 * chi-squares.  Its p-value comes from permutations of the rows within each cell: the margins of every
 * cell stay the same, so a change in the mix of cells alone has no effect.
 */
#ifndef DRIFT_STRATIFIED_TEST_H
#define DRIFT_STRATIFIED_TEST_H

#include <stddef.h>
#include <stdint.h>

enum { STRATIFIED_TEST_MAX_CLASSES = 64, STRATIFIED_TEST_RESAMPLES = 20000 };

struct stratified_test {
    double statistic;
    size_t strata;          /* cells with rows on both sides */
    uint64_t before, after; /* rows in them */
    double p;               /* 1 where there is nothing to compare */
    size_t top_contributor; /* the cell with the largest part */
};

/*
 * before and after are [cells][classes]; classes at most STRATIFIED_TEST_MAX_CLASSES.  The caller's buffer has
 * room for the rows of the largest cell.
 */
struct stratified_test stratified_test(const uint32_t *before, const uint32_t *after, size_t cells, size_t classes,
                                       uint64_t seed, uint8_t *permutation);

#endif
