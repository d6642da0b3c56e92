/*
 * mailbox.h - takes submissions out of notification e-mails: a folder of .eml files, or one file (.eml or mbox).
 *
 * The last resort, where Formspree's API and webhooks are not at hand.  A submission becomes {"submission":{...}},
 * with the message's id as "_id".
 */
#ifndef SYNC_MAILBOX_H
#define SYNC_MAILBOX_H

#include "services/sync/record_sink.h"

/* Messages read before are known by the hash of their bytes, the refused ones too. */
MUST_CHECK bool mailbox_pull(const char *path, struct record_sink *sink, struct error *err);

#endif
