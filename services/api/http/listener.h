/* listener.h - the listening sockets: one for each loop, all on the same address. */
#ifndef API_LISTENER_H
#define API_LISTENER_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Open n sockets on host and port (0: any free one; *port then says which).  On failure none is left
 * open and why says what could not be had.
 */
bool listener_open(const char *host, long long *port, int *fd /* [n] */, size_t n, char reason[200]);

#endif
