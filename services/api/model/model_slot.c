/* model_slot.c - replaces the served model while requests run. */
#include "services/api/model/model_slot.h"

#include <time.h>

void model_slot_open(struct model_slot *slot, struct model_slot_reader *reader, size_t readers) {
    atomic_init(&slot->model, NULL);
    atomic_init(&slot->epoch, 1);
    slot->reader = reader;
    slot->readers = readers;
    for (size_t i = 0; i < readers; i++)
        atomic_init(&reader[i].seen_epoch, 0);
}

/*
 * All four operations are sequentially consistent: either the swapping thread sees the mark that is set here, or this
 * reader, which loads the model afterwards, sees the new model.
 */
void model_slot_enter(struct model_slot *slot, struct model_slot_reader *reader) {
    atomic_store(&reader->seen_epoch, atomic_load(&slot->epoch));
}

void model_slot_leave(struct model_slot_reader *reader) {
    atomic_store_explicit(&reader->seen_epoch, 0, memory_order_release);
}

struct served_model *model_slot_swap(struct model_slot *slot, struct served_model *model) {
    const struct timespec unix_time = {.tv_nsec = 200000};
    struct served_model *old = atomic_exchange(&slot->model, model);
    uint64_t epoch = atomic_fetch_add(&slot->epoch, 1) + 1;
    for (size_t i = 0; i < slot->readers; i++) {
        uint64_t seen_epoch;
        while ((seen_epoch = atomic_load(&slot->reader[i].seen_epoch)) != 0 && seen_epoch < epoch)
            nanosleep(&unix_time, NULL);
    }
    return old;
}
