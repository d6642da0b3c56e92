/* sort.h - sorting 64-bit items by part of their bits: few by insertion, many by radix. */
#ifndef LF_SORT_H
#define LF_SORT_H

#include <stddef.h>
#include <stdint.h>

/*
 * Stable sort by the `bytes` bytes above the low 32 bits.  Returns where the sorted items are: in item
 * or in spare, which has room for as many.
 */
uint64_t *lf_sort(uint64_t *item, uint64_t *spare, size_t n, unsigned bytes);

#endif
