/*
 * formspree_pull.h - pulls submissions from Formspree's API, form by form.
 *
 * The oldest come first, so the cursor of a form is the date of the last submission stored, and a pull that was
 * interrupted continues from there.  A submission becomes {"form":<id>,"submission":{...}}, as its webhook would
 * have delivered it.
 */
#ifndef SYNC_FORMSPREE_PULL_H
#define SYNC_FORMSPREE_PULL_H

#include "services/sync/json_client.h"
#include "services/sync/record_sink.h"

struct formspree_pull {
    const char *form;    /* its id, as in the form's URL */
    long long overlap_s; /* fetch again submissions up to this much older than the last one */
};

/* False and err where it failed; what was committed until then stays. */
MUST_CHECK bool formspree_pull(const struct formspree_pull *pull, const struct json_client *client,
                               struct record_sink *sink, struct error *err);

/* Only letters and digits, because it becomes part of a URL. */
bool formspree_form_valid(const char *form);

#endif
