/* listener.h - the listening sockets: one for each loop, all on the same address. */
#ifndef API_LISTENER_H
#define API_LISTENER_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Open n sockets on host and port (0: any free port, returned in *port).  On failure none stays open, and reason names
 * the address and the error.
 */
bool listener_open(const char *host, long long *port, int *fd /* [n] */, size_t n, char reason[200]);

#endif
