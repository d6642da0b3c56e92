/*
 * log.h - a program's log: one event a line on stderr, readable on a terminal, JSON otherwise.
 *
 * LOG_FORMAT=text|json overrides, LOG_LEVEL=debug|info|warn|error sets what is written (default info).
 * Never log a secret, an e-mail address or a name.  Any thread may log.
 */
#ifndef COMMON_LOG_H
#define COMMON_LOG_H

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

/* Name the program and, where there is one, the run (borrowed).  Reads LOG_FORMAT and LOG_LEVEL. */
void log_open(const char *program, const char *run);

/* event is a short word or two ("model loaded"); the rest says what and where. */
void log_event(enum log_level level, const char *event, const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
