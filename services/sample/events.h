/* events.h - the events layout: every story as the whole Event envelopes that a webhook endpoint is sent. */
#ifndef SAMPLE_EVENTS_H
#define SAMPLE_EVENTS_H

#include "services/sample/billing.h"

void events_write(struct delivery *out, struct billing *billing, const struct person *person,
                  const struct story *story);

#endif
