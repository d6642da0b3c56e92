/* log.c - one event a line on stderr, as text on a terminal and as JSON elsewhere. */
#include "services/common/worker/log.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char *const format_names[] = {"text", "json"};
static const char *const level_names[] = {"debug", "info", "warn", "error"};

static struct {
    const char *program, *run;
    bool json;
    enum log_level least;
} log_state = {"leadforest", NULL, true, LOG_INFO};

/* The index of a variable's value in a list of n words; `otherwise` if it is unset, empty, or not in the list. */
static size_t choose(const char *variable, const char *value, const char *const *words, size_t n, size_t otherwise) {
    if (value == NULL || *value == '\0')
        return otherwise;
    for (size_t i = 0; i < n; i++)
        if (strcmp(value, words[i]) == 0)
            return i;
    log_event(LOG_WARN, "setting ignored", "%s: unknown value %.40s", variable, value);
    return otherwise;
}

void log_open(const char *program, const char *run) {
    log_state.program = program;
    log_state.run = run;
    log_state.json = isatty(STDERR_FILENO) == 0;
    log_state.json = choose("LOG_FORMAT", getenv("LOG_FORMAT"), format_names, 2, log_state.json) == 1;
    log_state.least = (enum log_level)choose("LOG_LEVEL", getenv("LOG_LEVEL"), level_names, 4, log_state.least);
}

static size_t append(char *out, size_t at, size_t size, const char *text) {
    while (*text != '\0' && at + 1 < size)
        out[at++] = *text++;
    out[at] = '\0';
    return at;
}

/* A JSON string. Control characters are escaped; other bytes that are not ASCII stay if they can be UTF-8. */
static size_t append_quoted(char *out, size_t at, size_t size, const char *text) {
    at = append(out, at, size, "\"");
    for (; *text != '\0' && at + 8 < size; text++) {
        unsigned char c = (unsigned char)*text;
        char escaped[8] = {(char)c, '\0'};
        if (c == '"' || c == '\\')
            snprintf(escaped, sizeof escaped, "\\%c", c);
        else if (c < 0x20 || c == 0x7f)
            snprintf(escaped, sizeof escaped, "\\u%04x", (unsigned)c);
        at = append(out, at, size, escaped);
    }
    return append(out, at, size, "\"");
}

static size_t format_json(char *line, size_t size, const char *stamp, enum log_level level, const char *event,
                          const char *text) {
    size_t at = append(line, 0, size, "{\"time\":");
    at = append_quoted(line, at, size, stamp);
    at = append(line, at, size, ",\"level\":");
    at = append_quoted(line, at, size, level_names[level]);
    at = append(line, at, size, ",\"program\":");
    at = append_quoted(line, at, size, log_state.program);
    if (log_state.run != NULL) {
        at = append(line, at, size, ",\"run\":");
        at = append_quoted(line, at, size, log_state.run);
    }
    at = append(line, at, size, ",\"event\":");
    at = append_quoted(line, at, size, event);
    at = append(line, at, size, ",\"message\":");
    at = append_quoted(line, at, size - 3, text);
    return append(line, at, size, "}\n");
}

static size_t format_text(char *line, size_t size, const char *stamp, enum log_level level, const char *event,
                          const char *text) {
    int n = snprintf(line, size - 1, "%s %-5s %s: %s: %s", stamp, level_names[level], log_state.program, event, text);
    size_t at = n < 0 ? 0 : (size_t)n < size - 1 ? (size_t)n : size - 2;
    for (size_t i = 0; i < at; i++)
        if ((unsigned char)line[i] < 0x20)
            line[i] = ' '; /* one event stays one line */
    line[at++] = '\n';
    return at;
}

void log_event(enum log_level level, const char *event, const char *format, ...) {
    if (level < log_state.least)
        return;
    char text[4800], line[6000], stamp[40];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);

    struct timespec now;
    struct tm utc;
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    strftime(stamp, sizeof stamp, "%Y-%m-%dT%H:%M:%S", &utc);
    snprintf(stamp + 19, sizeof stamp - 19, ".%03ldZ", now.tv_nsec / 1000000);

    size_t size = log_state.json ? format_json(line, sizeof line, stamp, level, event, text)
                                 : format_text(line, sizeof line, stamp, level, event, text);
    /* One write, so that lines of threads and programs do not mix. */
    ssize_t written = write(STDERR_FILENO, line, size);
    (void)written;
}
