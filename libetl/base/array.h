/* array.h - growing arrays. They grow by a quarter at a time, because the peak memory is limited. */
#ifndef LIBETL_ARRAY_H
#define LIBETL_ARRAY_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

/* Make room for `needed` items of `each` bytes at *items. False without any change if memory runs out. */
static inline bool etl_array_reserve(void *items, size_t *capacity, size_t needed, size_t each) {
    void **at = items;
    assert(each > 0 && (*at != NULL || *capacity == 0));
    if (needed <= *capacity)
        return true;
    size_t larger = *capacity + *capacity / 4 + 16;
    if (larger < needed)
        larger = needed;
    void *moved = larger <= (size_t)-1 / each ? realloc(*at, larger * each) : NULL;
    if (moved == NULL)
        return false;
    *at = moved;
    *capacity = larger;
    return true;
}

#endif
