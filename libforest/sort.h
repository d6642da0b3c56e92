/* sort.h - sorting integers by their upper part: few by counting ranks, many by radix. */
#ifndef LF_SORT_H
#define LF_SORT_H

#include <stddef.h>
#include <stdint.h>

/* Stable sort of items, by their upper 32 bits.  Returns where the sorted items are: item or spare [n]. */
uint64_t *lf_sort_values(uint64_t *item, uint64_t *spare, size_t n);

/*
 * Stable sort of items whose upper 16 bits are a code and whose lower 16 bits are their place, below 65536.
 * codes is a number that all codes are below.  Both arrays have room for LF_SORT_SLACK items more.
 */
enum { LF_SORT_SLACK = 8 };
uint32_t *lf_sort_codes(uint32_t *item, uint32_t *spare, uint32_t n, uint32_t codes);

#endif
