/* sort.h - sorting integers by their upper part: few by counting ranks, many by radix. */
#ifndef LF_SORT_H
#define LF_SORT_H

#include <stddef.h>
#include <stdint.h>

/* Stable sort of items, by their upper 32 bits.  spare is [n]. */
void lf_sort_values(uint64_t *item, uint64_t *spare, size_t n);

/* Sort of items by their upper 16 bits, which are below codes; equal ones come in an order that depends on nothing but
 * the order before.  Returns where the sorted items are: item or spare [n]. */
uint64_t *lf_sort_codes(uint64_t *item, uint64_t *spare, size_t n, uint32_t codes);

/* From how many items have each digit to where the first of them goes. */
void lf_sort_places(uint32_t *place /* [digits] */, uint32_t digits);

/* Up to how many items lf_sort_codes counts ranks. */
enum { LF_SORT_SMALL = 32 };

#endif
