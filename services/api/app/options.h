/* options.h - the server's settings; main() sets them, then they are constant. */
#ifndef API_OPTIONS_H
#define API_OPTIONS_H

#include <stdbool.h>

#include "libetl/sources/source.h"
#include "services/common/worker/settings.h"

struct options {
    struct settings_common common;
    const char *host;
    long long port;
    long long threads; /* loops; 0: as many as the machine allows */
    long long connections;
    long long request_seconds; /* a request must be complete after this */
    long long idle_seconds;    /* a connection without a request is closed after this */
    long long drain_seconds;   /* after SIGTERM: how long to serve while /readyz reports 503 */
    long long max_body;        /* bytes */
    long long max_batch;       /* leads */
    long long poll_ms;         /* between checks for a new champion */
    const char *unknown_category;
    const char *cors_origins;
    const char *instance; /* NULL: the host name */
    const char *api_keys, *admin_key;
    const char *webhook_secrets[ETL_SOURCE_COUNT]; /* of each source; NULL: none */
    const char *trusted_proxies;
    long long rate_limit; /* requests a minute; 0: no limit */
    bool prediction_log, access_log;
    bool check, health;
};

#endif
