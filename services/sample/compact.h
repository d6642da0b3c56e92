/*
 * compact.h - the compact layout: an export of checkout sessions with line_items expanded, which is the smallest
 * genuine shape that tells plan, payer, amount, moment and success in one object of about 500 bytes.
 *
 * A purchase is one session.  Other objects come only where they change what a session says or alone are the
 * evidence: charges (refunded, disputed, declined, beside a subscription), disputes, invoices (after a trial,
 * after a change of plan), customers (where the session tells no address).  Charges are of API versions before
 * 2025-03-31.basil, which name their invoice.  Renewals change nothing and are left out.
 */
#ifndef SAMPLE_COMPACT_H
#define SAMPLE_COMPACT_H

#include "services/sample/stripe_ids.h"

void compact_write(struct shuffle_buffer *out, struct stripe_ids *ids, const struct person *person,
                   const struct journey *journey);

#endif
