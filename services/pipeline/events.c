/* events.c - signals as a descriptor, so that one poll waits for everything. */
#include "services/pipeline/events.h"

#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

bool events_open(struct events *events, struct error *err) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGCHLD);
    sigprocmask(SIG_BLOCK, &set, NULL);
    events->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (events->signals < 0)
        error_set_errno(err, "open", "signalfd");
    return events->signals >= 0;
}

void events_close(struct events *events) {
    close(events->signals);
}

bool events_wait(struct events *events, const int *readable, size_t count, double seconds) {
    struct pollfd wanted[1 + EVENTS_MOST] = {{events->signals, POLLIN, 0}};
    for (size_t i = 0; i < count && i < EVENTS_MOST; i++)
        wanted[1 + i] = (struct pollfd){readable[i], POLLIN, 0};
    int milliseconds = seconds < 0 ? -1 : seconds < 1e6 ? (int)(seconds * 1000) + 1 : 1000000000;
    poll(wanted, 1 + count, milliseconds);
    struct signalfd_siginfo signal;
    bool stop = false;
    while (read(events->signals, &signal, sizeof signal) == sizeof signal)
        stop = stop || signal.ssi_signo != SIGCHLD;
    return stop;
}
