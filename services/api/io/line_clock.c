/* line_clock.c - the time at the beginning of a JSON log line, formatted once a second. */
#include "services/api/io/line_clock.h"

#include <time.h>

#include "services/common/util/unix_time.h"

void line_clock_begin(struct strbuf *out, struct line_clock *clock) {
    struct timespec now;
    strbuf_clear(out);
    strbuf_puts(out, "{\"time\":\"");
    clock_gettime(CLOCK_REALTIME, &now);
    if (now.tv_sec != clock->second) {
        clock->second = now.tv_sec;
        unix_time_format(now.tv_sec, clock->text);
    }
    long ms = now.tv_nsec / 1000000;
    char fraction[] = {'.', (char)('0' + ms / 100), (char)('0' + ms / 10 % 10), (char)('0' + ms % 10), 'Z', '"'};
    strbuf_append(out, clock->text, 19);
    strbuf_append(out, fraction, sizeof fraction);
}
