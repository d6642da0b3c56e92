/* events.h - the events layout: every journey as the full Event envelopes that a webhook endpoint receives. */
#ifndef SAMPLE_EVENTS_H
#define SAMPLE_EVENTS_H

#include "services/sample/stripe_ids.h"

void events_write(struct shuffle_buffer *out, struct stripe_ids *ids, const struct person *person,
                  const struct journey *journey);

#endif
