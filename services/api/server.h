/* server.h - the running server: event loops that answer requests, and the main thread that controls them. */
#ifndef API_SERVER_H
#define API_SERVER_H

#include "services/api/app/options.h"
#include "services/common/worker/configuration.h"

/* Serve until SIGTERM. Returns the exit code of main(). */
enum exit_code server_run(const struct options *options, const struct etl_config *config);

#endif
