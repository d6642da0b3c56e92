/* sort.c - sorting integers by their upper part: few by counting ranks, many by radix. */
#include "libforest/base/sort.h"

#include <string.h>

void lf_sort_places(uint32_t *place, uint32_t digits) {
    uint32_t sum = 0;
    for (uint32_t digit = 0; digit < digits; digit++) {
        uint32_t count = place[digit];
        place[digit] = sum;
        sum += count;
    }
}

/* An item's place is how many are smaller.  n^2 comparisons without a branch, four to an instruction, beat
 * sorting by exchange, which mispredicts half of its branches. */
static uint64_t *rank_sort(const uint64_t *item, uint64_t *sorted, uint32_t n) {
    uint32_t key[LF_SORT_SMALL], padded = (n + 3) / 4 * 4;
    for (uint32_t i = 0; i < n; i++)
        key[i] = (uint32_t)(item[i] >> 48) << 8 | i;
    for (uint32_t i = n; i < padded; i++)
        key[i] = UINT32_MAX;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t smaller = 0;
        for (uint32_t j = 0; j < padded; j++)
            smaller += key[j] < key[i];
        sorted[smaller] = item[i];
    }
    return sorted;
}

/* Stable, by `bits` bits, at most 8, from bit `shift` on. */
static void radix_sort(const uint64_t *item, uint64_t *spare, size_t n, unsigned shift, unsigned bits) {
    uint32_t place[256], digits = 1U << bits;
    memset(place, 0, digits * sizeof *place);
    for (size_t i = 0; i < n; i++)
        place[(item[i] >> shift) & (digits - 1)]++;
    lf_sort_places(place, digits);
    for (size_t i = 0; i < n; i++)
        spare[place[(item[i] >> shift) & (digits - 1)]++] = item[i];
}

void lf_sort_values(uint64_t *item, uint64_t *spare, size_t n) {
    for (unsigned shift = 32; shift < 64; shift += 16) { /* there and back */
        radix_sort(item, spare, n, shift, 8);
        radix_sort(spare, item, n, shift + 8, 8);
    }
}

uint64_t *lf_sort_codes(uint64_t *item, uint64_t *spare, size_t n, uint32_t codes) {
    unsigned bits = 1;
    if (n <= LF_SORT_SMALL)
        return rank_sort(item, spare, (uint32_t)n);
    while ((codes - 1) >> bits != 0)
        bits++;
    radix_sort(item, spare, n, 48, (bits + 1) / 2);
    radix_sort(spare, item, n, 48 + (bits + 1) / 2, bits / 2);
    return item;
}
