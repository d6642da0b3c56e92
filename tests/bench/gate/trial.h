/* trial.h - one decision of a gate on one hold-out, by the same code that decides on candidates. */
#ifndef GATE_TRIAL_H
#define GATE_TRIAL_H

#include "services/register/gate/gate.h"
#include "tests/bench/gate/world.h"

/* Purchases counted by (cell, package). */
struct purchases {
    uint32_t count[ROWS];
};

/* What the gates under proof have in common. */
struct gate_under_proof {
    const char *name;
    const struct gate_settings *settings; /* NULL: the usual "not worse in accuracy", to compare with */
};

/* The inputs of a decision, besides the models. */
struct attempt {
    const struct world *world;
    const struct purchases *holdout;
    const struct model *champion;      /* that is serving */
    const struct model *const *former; /* [formers] champions, among them the one that is serving */
    size_t formers;
    bool before; /* there was an earlier comparison, and since then: */
    uint64_t new_rows;
};

struct gate_decision trial_decide(const struct gate_under_proof *gate, const struct attempt *attempt,
                                  const struct model *challenger);

#endif
