/*
 * served.h - the model that is being served, and how it is replaced under running requests.
 *
 * Every loop is a reader.  Between served_enter and served_leave it may use what served_model gives;
 * a swap puts the new model in place and then waits until every reader has left or entered anew since,
 * so that nobody can still hold the old one (quiescent-state reclamation).  Readers never wait.
 */
#ifndef API_SERVED_H
#define API_SERVED_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

struct model;

/* A reader's mark, on a cache line of its own; written by its loop alone. */
struct served_reader {
    _Alignas(64) _Atomic uint64_t seen; /* the epoch it entered in; 0: it holds nothing */
};

struct served {
    _Atomic(struct model *) model; /* NULL: none yet */
    _Atomic uint64_t epoch;        /* from 1 */
    struct served_reader *reader;  /* [readers] */
    size_t readers;
};

void served_open(struct served *served, struct served_reader *reader, size_t readers);

void served_enter(struct served *served, struct served_reader *reader);
void served_leave(struct served_reader *reader);
static inline const struct model *served_model(const struct served *served) {
    return atomic_load(&served->model);
}

/* Serve `model` from now on.  Returns the old one (or NULL), which nobody uses any more: the caller frees it. */
struct model *served_swap(struct served *served, struct model *model);

#endif
