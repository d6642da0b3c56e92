/* sort.c - sorting 64-bit items by part of their bits: few by insertion, many by radix. */
#include "libforest/sort.h"

#define FEW 48

/* Items differ in their low bits, so that comparing whole items is stable. */
static void insertion_sort(uint64_t *item, size_t n) {
    for (size_t i = 1; i < n; i++) {
        uint64_t moving = item[i];
        size_t j = i;
        for (; j > 0 && item[j - 1] > moving; j--)
            item[j] = item[j - 1];
        item[j] = moving;
    }
}

uint64_t *lf_sort(uint64_t *item, uint64_t *spare, size_t n, unsigned bytes) {
    if (n <= FEW) {
        insertion_sort(item, n);
        return item;
    }
    for (unsigned shift = 32; shift < 32 + 8 * bytes; shift += 8) {
        size_t place[256] = {0};
        for (size_t i = 0; i < n; i++)
            place[(item[i] >> shift) & 255]++;
        size_t sum = 0;
        for (unsigned digit = 0; digit < 256; digit++) {
            size_t count = place[digit];
            place[digit] = sum;
            sum += count;
        }
        for (size_t i = 0; i < n; i++)
            spare[place[(item[i] >> shift) & 255]++] = item[i];
        uint64_t *sorted = spare;
        spare = item;
        item = sorted;
    }
    return item;
}
