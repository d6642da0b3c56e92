/* line_clock.h - the time at the beginning of a JSON log line, formatted once a second. */
#ifndef API_LINE_CLOCK_H
#define API_LINE_CLOCK_H

#include "services/common/util/strbuf.h"

/* Each loop has its own. */
struct line_clock {
    long long second;
    char text[32];
};

/* Empty out and begin a line with the time: {"time":"..." */
void line_clock_begin(struct strbuf *out, struct line_clock *clock);

#endif
