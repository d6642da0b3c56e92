/* inspect.h - what a person asks the registry: list, show, verify. Lines for people go to stdout. */
#ifndef REGISTER_INSPECT_H
#define REGISTER_INSPECT_H

#include "services/register/options.h"

/* Each version in a line, the champion marked. */
MUST_CHECK bool inspect_list(struct outcome *out, const struct options *options, struct error *err);

/* The manifest and the card of one version. */
MUST_CHECK bool inspect_show(struct outcome *out, const struct options *options, long long version, struct error *err);

/* Hash and load every version and both pointers again; EXIT_DATAERR if one fails. */
MUST_CHECK bool inspect_verify(struct outcome *out, const struct options *options, struct error *err);

/* Train a version again from the features that were kept with it, and compare the bytes. */
MUST_CHECK bool report_reproduce(struct outcome *out, const struct options *options, long long version,
                                 struct error *err);

#endif
