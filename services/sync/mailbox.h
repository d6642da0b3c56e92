/*
 * mailbox.h - imports submissions from notification e-mails: a folder of .eml files, or one file (.eml or mbox).
 *
 * For when Formspree's API and webhooks are not available.  A submission becomes {"submission":{...}}, with the
 * message's id as "_id".
 */
#ifndef SYNC_MAILBOX_H
#define SYNC_MAILBOX_H

#include "services/sync/record_sink.h"

/* Messages that were read before, also skipped ones, are recognised by the hash of their bytes. */
MUST_CHECK bool mailbox_pull(const char *path, struct record_sink *sink, struct error *err);

#endif
