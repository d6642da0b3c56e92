/* promotion.h - the gate at work: judges the newest candidate and carries out what it said. */
#ifndef REGISTER_PROMOTION_H
#define REGISTER_PROMOTION_H

#include "services/register/options.h"

/* false and err where it failed; the champion is then as it was, or as the last decision says. */
MUST_CHECK bool promotion_gate(struct outcome *out, const struct options *options, struct error *err);

#endif
