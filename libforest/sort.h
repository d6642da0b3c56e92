/* sort.h - sorting integers by their upper part: few by counting ranks, many by radix. */
#ifndef LF_SORT_H
#define LF_SORT_H

#include <stddef.h>
#include <stdint.h>

/* Stable sort of items, by their upper 32 bits.  spare is [n]. */
void lf_sort_values(uint64_t *item, uint64_t *spare, size_t n);

/* Sort of items, by their upper 16 bits, a code below `codes`; equal codes come in an order that depends on
 * nothing but the items' order before.  Returns where the sorted items are: item or spare [n]. */
uint64_t *lf_sort_codes(uint64_t *item, uint64_t *spare, size_t n, uint32_t codes);

#endif
