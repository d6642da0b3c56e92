/*
 * compact.h - the compact layout: an export of checkout sessions with expanded line_items. It is the smallest genuine
 * form that contains plan, payer, amount, time and success in one object of about 500 bytes.
 *
 * A purchase is one session.  Other objects are written only if they change what a session says, or if there is no
 * session: charges (refunded, disputed, declined, besides a subscription), disputes, invoices (after a trial, after a
 * change of plan), customers (if the session contains no address).  Charges are of API versions before
 * 2025-03-31.basil, which name their invoice.  Renewals change nothing and are left out.
 */
#ifndef SAMPLE_COMPACT_H
#define SAMPLE_COMPACT_H

#include "services/sample/stripe_ids.h"

void compact_write(struct shuffle_buffer *out, struct stripe_ids *ids, const struct person *person,
                   const struct journey *journey);

#endif
