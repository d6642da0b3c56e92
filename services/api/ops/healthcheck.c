/* healthcheck.c - checks whether a running server is alive. */
#include "services/api/ops/healthcheck.h"

#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

/* A server that listens on all addresses is checked on the loopback address. */
static const char *local_name(const char *host) {
    return strcmp(host, "0.0.0.0") == 0 ? "127.0.0.1" : strcmp(host, "::") == 0 ? "::1" : host;
}

static bool get_livez(int fd) {
    static const char question[] = "GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    static const char good[] = "HTTP/1.1 200 ";
    char answer[sizeof good - 1];
    return send(fd, question, sizeof question - 1, MSG_NOSIGNAL) == (ssize_t)sizeof question - 1 &&
           recv(fd, answer, sizeof answer, MSG_WAITALL) == (ssize_t)sizeof answer &&
           memcmp(answer, good, sizeof answer) == 0;
}

bool healthcheck_is_alive(const char *host, long long port) {
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *at;
    const struct timeval timeout = {.tv_sec = 2};
    char app[8];
    snprintf(app, sizeof app, "%lld", port);
    if (getaddrinfo(local_name(host), app, &hints, &at) != 0)
        return false;
    int fd = socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool alive = fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout) == 0 &&
                 setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout) == 0 &&
                 connect(fd, at->ai_addr, at->ai_addrlen) == 0 && get_livez(fd);
    if (fd >= 0)
        close(fd);
    freeaddrinfo(at);
    return alive;
}
