/* decision_report.h - a decision for a person to read: decisions/<candidate>.md, and decision.md in a version. */
#ifndef REGISTER_DECISION_REPORT_H
#define REGISTER_DECISION_REPORT_H

#include <stddef.h>

#include <jansson.h>

/* Markdown of a decision of the gate, which the caller frees; NULL where memory ran out. */
char *decision_report_write(const json_t *decision, size_t *size);

#endif
