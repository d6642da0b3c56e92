/* intern.h - interning: equal records of one width get one number, counted from 0 as they first come. */
#ifndef LF_INTERN_H
#define LF_INTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct lf_intern {
    size_t width; /* bytes of a record, a multiple of 4 */
    uint32_t count, capacity;
    uint32_t *record; /* [capacity][width / 4] */
    uint64_t *slot;   /* [slots], a power of two: upper half of the hash | number + 1; 0 is free */
    size_t slots;
};

void lf_intern_init(struct lf_intern *intern, size_t width);

/* The number of the record, which becomes part of the pool if it was not.  False when memory ran
 * out; the pool is then as it was. */
bool lf_intern_add(struct lf_intern *intern, const uint32_t *record, uint32_t *number);

static inline const uint32_t *lf_intern_at(const struct lf_intern *intern, uint32_t number) {
    return intern->record + number * (intern->width / 4);
}

void lf_intern_done(struct lf_intern *intern);

#endif
