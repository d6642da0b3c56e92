/*
 * formspree_pull.h - pulls submissions from Formspree's API, form by form.
 *
 * Asked for the oldest first, so the cursor of a form is simply the date of the last submission taken, and a pull
 * that was interrupted goes on from there.  A submission becomes {"form":<id>,"submission":{...}}, as its webhook
 * would have brought it.
 */
#ifndef SYNC_FORMSPREE_PULL_H
#define SYNC_FORMSPREE_PULL_H

#include "services/sync/json_client.h"
#include "services/sync/record_sink.h"

struct formspree_pull {
    const char *form;    /* its id, as in the form's address */
    long long overlap_s; /* look again at submissions this much older than the last one */
};

/* False and err where it stopped; what was committed until then stays. */
MUST_CHECK bool formspree_pull(const struct formspree_pull *pull, const struct json_client *client,
                               struct record_sink *sink, struct error *err);

/* Letters and digits alone: it becomes a part of an address. */
bool formspree_form_valid(const char *form);

#endif
