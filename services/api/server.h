/* server.h - the running server: loops that serve, and the main thread that watches over them. */
#ifndef API_SERVER_H
#define API_SERVER_H

#include "services/api/app/options.h"
#include "services/common/worker/configuration.h"

/* Serve until SIGTERM; returns what main() is to return. */
enum exit_code server_run(const struct options *options, const struct etl_config *config);

#endif
