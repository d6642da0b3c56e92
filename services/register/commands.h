/* commands.h - what a person may do: promote, approve, roll back. */
#ifndef REGISTER_COMMANDS_H
#define REGISTER_COMMANDS_H

#include "services/register/options.h"

/* Each: false and err where it failed; the champion is then as it was, or as the last decision says. */
MUST_CHECK bool command_promote(struct outcome *out, const struct options *options, long long version,
                                struct error *err);
MUST_CHECK bool command_rollback(struct outcome *out, const struct options *options, struct error *err);

/* Let a version that the gate held become the champion. It must still be the champion that it was held against. */
MUST_CHECK bool command_approve(struct outcome *out, const struct options *options, long long version,
                                struct error *err);

#endif
