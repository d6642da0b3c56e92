/* promotion.h - what changes the champion: the gate, and the operator's promote and rollback. */
#ifndef REGISTER_PROMOTION_H
#define REGISTER_PROMOTION_H

#include "services/common/exit_codes.h"
#include "services/register/gate.h"

struct promotion_options {
    const char *data;
    const char *run; /* this run's id */
    moment now;
    struct gate_settings gate;
};

/* How it went: the exit code and what the result line says. */
struct outcome {
    enum exit_code code;
    json_t *result;
};

/* Each: false and err where it failed; the champion is then as it was, or as the last decision says. */
bool promotion_gate(struct outcome *out, const struct promotion_options *options, struct file_error *err);
bool promotion_by_hand(struct outcome *out, const struct promotion_options *options, long long version,
                       struct file_error *err);
bool promotion_rollback(struct outcome *out, const struct promotion_options *options, struct file_error *err);

#endif
