/* promotion.h - evaluates the newest candidate with the gate and carries out the decision. */
#ifndef REGISTER_PROMOTION_H
#define REGISTER_PROMOTION_H

#include "services/register/options.h"

/* false and err where it failed; the champion is then as it was, or as the last decision says. */
MUST_CHECK bool promotion_gate(struct outcome *out, const struct options *options, struct error *err);

#endif
