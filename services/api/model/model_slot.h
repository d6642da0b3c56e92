/*
 * model_slot.h - the served model, and how it is replaced while requests run.
 *
 * Every loop is a reader.  Between model_slot_enter and model_slot_leave it may use the model that model_slot_get
 * returns.  A swap stores the new model and then waits until every reader has left or entered again, so that no reader
 * can still use the old model (quiescent-state-based reclamation).  Readers never wait.
 */
#ifndef API_MODEL_SLOT_H
#define API_MODEL_SLOT_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

struct served_model;

/* A reader's mark, on its own cache line; written only by its loop. */
struct model_slot_reader {
    _Alignas(64) _Atomic uint64_t seen_epoch; /* the epoch in which it entered; 0: it uses no model */
};

struct model_slot {
    _Atomic(struct served_model *) model; /* NULL: none yet */
    _Atomic uint64_t epoch;               /* from 1 */
    struct model_slot_reader *reader;     /* [readers] */
    size_t readers;
};

void model_slot_open(struct model_slot *slot, struct model_slot_reader *reader, size_t readers);

void model_slot_enter(struct model_slot *slot, struct model_slot_reader *reader);
void model_slot_leave(struct model_slot_reader *reader);
static inline const struct served_model *model_slot_get(const struct model_slot *slot) {
    return atomic_load(&slot->model);
}

/* Serve `model` from now on.  Returns the old model (or NULL), which no reader uses any more; the caller frees it. */
struct served_model *model_slot_swap(struct model_slot *slot, struct served_model *model);

#endif
