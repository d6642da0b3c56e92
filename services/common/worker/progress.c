/* progress.c - draws a bar on stderr where that is a terminal. */
#include "services/common/worker/progress.h"

#include <stdio.h>
#include <unistd.h>

#include "services/common/util/unix_time.h"

enum { BAR = 24 };

void progress_begin(struct progress *p, const char *what, const char *unit, uint64_t total) {
    *p = (struct progress){what, unit, total, monotonic_seconds(), 0, isatty(STDERR_FILENO)};
}

static void draw(const struct progress *p, uint64_t done, double seconds) {
    char bar[BAR + 1];
    double share = p->total > 0 && done < p->total ? (double)done / (double)p->total : 1;
    for (int i = 0; i < BAR; i++)
        bar[i] = i < share * (double)BAR ? '#' : '.';
    bar[BAR] = '\0';
    double rate = (double)done / seconds;
    double left = rate > 0 && p->total > done ? (double)(p->total - done) / rate : 0;
    fprintf(stderr, "\r%-12s [%s] %3.0f%%  %.0f %s/s  %.0f s left \033[K", p->what, bar, share * 100, rate, p->unit,
            left);
}

void progress_update(struct progress *p, uint64_t done) {
    if (!p->terminal)
        return;
    double now = monotonic_seconds();
    if (now - p->started < 1 || now - p->drawn < 0.1)
        return;
    p->drawn = now;
    draw(p, done, now - p->started);
}

void progress_end(struct progress *p) {
    if (p->terminal && p->drawn > 0)
        fputs("\r\033[K", stderr);
}
