/* options.h - what leadforest-sync was told: its settings, read once and then only read. */
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

    const char *formspree_key; /* one for all forms, or one a form, between commas */
    const char *formspree_url;
    const char *forms; /* ids between commas */

    const char *mail; /* folder or file */

    const char *model_url; /* NULL: not configured */
    const char *model_key;

    long long overlap_s;
    double timeout_s, max_wait_s;
};

#endif
