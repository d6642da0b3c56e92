/* served.c - replaces the served model under running requests. */
#include "services/api/served.h"

#include <time.h>

void served_open(struct served *served, struct served_reader *reader, size_t readers) {
    atomic_init(&served->model, NULL);
    atomic_init(&served->epoch, 1);
    served->reader = reader;
    served->readers = readers;
    for (size_t i = 0; i < readers; i++)
        atomic_init(&reader[i].seen, 0);
}

/*
 * All four operations are sequentially consistent: either the swapper sees the mark set here, or this
 * reader, loading the model after it, sees the new one.
 */
void served_enter(struct served *served, struct served_reader *reader) {
    atomic_store(&reader->seen, atomic_load(&served->epoch));
}

void served_leave(struct served_reader *reader) {
    atomic_store_explicit(&reader->seen, 0, memory_order_release);
}

struct model *served_swap(struct served *served, struct model *model) {
    const struct timespec moment = {.tv_nsec = 200000};
    struct model *old = atomic_exchange(&served->model, model);
    uint64_t epoch = atomic_fetch_add(&served->epoch, 1) + 1;
    for (size_t i = 0; i < served->readers; i++) {
        uint64_t seen;
        while ((seen = atomic_load(&served->reader[i].seen)) != 0 && seen < epoch)
            nanosleep(&moment, NULL);
    }
    return old;
}
