/* options.h - the settings of leadforest-sync, read once at the start. */
#ifndef SYNC_OPTIONS_H
#define SYNC_OPTIONS_H

#include "services/common/worker/settings.h"

struct options {
    struct settings_common common;
    unix_time now;

    const char *stripe_key; /* NULL: not configured */
    const char *stripe_url;
    const char *stripe_version;
    bool backfill;

    const char *formspree_key; /* one for all forms, or one for each form, separated by commas */
    const char *formspree_url;
    const char *forms; /* ids, separated by commas */

    const char *mail; /* folder or file */

    const char *model_url; /* NULL: not configured */
    const char *model_key;

    long long overlap_s;
    double timeout_s, max_wait_s;
};

#endif
