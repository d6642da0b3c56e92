/* listener.c - the listening sockets. */
#include "services/api/http/listener.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BACKLOG = 4096 };

/* A bound socket, or -1.  Without `shared` it fails if another process listens on the address. */
static int bind_one(const struct addrinfo *at, bool shared) {
    int on = 1, fd = socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -1;
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
        (!shared || setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) == 0) &&
        bind(fd, at->ai_addr, at->ai_addrlen) == 0)
        return fd;
    int problem = errno;
    close(fd);
    errno = problem;
    return -1;
}

/* Two servers of one user could share a port by mistake: fail instead. */
static bool is_free(const struct addrinfo *at) {
    int fd = bind_one(at, false);
    bool good = fd >= 0 && listen(fd, 1) == 0;
    int problem = errno;
    if (fd >= 0)
        close(fd);
    errno = problem;
    return good;
}

static unsigned short port_of(int fd) {
    struct sockaddr_in6 address = {0};
    socklen_t size = sizeof address;
    getsockname(fd, (struct sockaddr *)&address, &size);
    return ntohs(address.sin6_port); /* at the same offset for both address families */
}

static void set_port(struct addrinfo *at, unsigned short port) {
    if (at->ai_family == AF_INET6)
        ((struct sockaddr_in6 *)(void *)at->ai_addr)->sin6_port = htons(port);
    else
        ((struct sockaddr_in *)(void *)at->ai_addr)->sin_port = htons(port);
}

/* All are bound before any listens, so that no connection waits at a socket that is then closed. */
static bool open_all(struct addrinfo *at, int *fd, size_t n) {
    size_t done = 0;
    bool good = is_free(at);
    while (good && done < n) {
        fd[done] = bind_one(at, true);
        good = fd[done] >= 0;
        if (good)
            set_port(at, port_of(fd[done++]));
    }
    for (size_t i = 0; good && i < n; i++)
        good = listen(fd[i], BACKLOG) == 0;
    int problem = errno;
    while (!good && done > 0)
        close(fd[--done]);
    errno = problem;
    return good;
}

bool listener_open(const char *host, long long *port, int *fd, size_t n, char reason[200]) {
    struct addrinfo hints = {.ai_flags = AI_PASSIVE, .ai_socktype = SOCK_STREAM}, *found;
    char app[8];
    snprintf(app, sizeof app, "%lld", *port);
    int problem = getaddrinfo(host, app, &hints, &found);
    if (problem != 0) {
        snprintf(reason, 200, "listen on %.80s port %lld: %s", host, *port, gai_strerror(problem));
        return false;
    }
    bool good = open_all(found, fd, n);
    if (good)
        *port = port_of(fd[0]);
    else
        snprintf(reason, 200, "listen on %.80s port %lld: %s", host, *port, strerror(errno));
    freeaddrinfo(found);
    return good;
}
