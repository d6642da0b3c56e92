/* sort.c - sorting integers by their upper part: few by counting ranks, many by radix. */
#include "libforest/sort.h"

enum { FEW = 32 };

/* From counts by digit to where the first of each digit goes. */
static void to_places(uint32_t place[256]) {
    uint32_t sum = 0;
    for (unsigned digit = 0; digit < 256; digit++) {
        uint32_t count = place[digit];
        place[digit] = sum;
        sum += count;
    }
}

uint64_t *lf_sort_values(uint64_t *item, uint64_t *spare, size_t n) {
    for (unsigned shift = 32; shift < 64; shift += 8) {
        uint32_t place[256] = {0};
        for (size_t i = 0; i < n; i++)
            place[(item[i] >> shift) & 255]++;
        to_places(place);
        for (size_t i = 0; i < n; i++)
            spare[place[(item[i] >> shift) & 255]++] = item[i];
        uint64_t *sorted = spare;
        spare = item;
        item = sorted;
    }
    return item;
}

/* An item's place is how many are smaller.  n^2 comparisons without a branch, four to an instruction, beat
 * sorting by exchange, which mispredicts half of its branches. */
static uint32_t *rank_sort(uint32_t *item, uint32_t *sorted, uint32_t n) {
    uint32_t padded = (n + 3) / 4 * 4;
    for (uint32_t i = n; i < padded; i++)
        item[i] = UINT32_MAX;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t smaller = 0, mine = item[i];
        for (uint32_t j = 0; j < padded; j++)
            smaller += item[j] < mine;
        sorted[smaller] = mine;
    }
    return sorted;
}

static uint32_t *radix_sort(uint32_t *item, uint32_t *spare, uint32_t n, unsigned shift) {
    uint32_t place[256] = {0};
    for (uint32_t i = 0; i < n; i++)
        place[(item[i] >> shift) & 255]++;
    to_places(place);
    for (uint32_t i = 0; i < n; i++)
        spare[place[(item[i] >> shift) & 255]++] = item[i];
    return spare;
}

uint32_t *lf_sort_codes(uint32_t *item, uint32_t *spare, uint32_t n, uint32_t codes) {
    if (n <= FEW)
        return rank_sort(item, spare, n);
    uint32_t *sorted = radix_sort(item, spare, n, 16);
    return codes <= 256 ? sorted : radix_sort(sorted, item, n, 24);
}
