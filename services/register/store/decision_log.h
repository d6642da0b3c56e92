/*
 * decision_log.h - registry/decisions.ndjson: every decision with all its numbers, appended and durable before
 * anything follows from it.  The champion pointer is only ever what the last move in here says.
 *
 * A line: {"time","run","action","status","reason", and where they apply "candidate","forest_sha256","alarm",
 * "holdout":{"sha256","rows"},"data_rows","numbers","compared_with", in a move "version","manifest_sha256","previous",
 * and where approval is waited for "held":{"version","manifest_sha256","champion"}}.
 */
#ifndef REGISTER_DECISION_LOG_H
#define REGISTER_DECISION_LOG_H

#include <jansson.h>

#include "services/common/store/files.h"

/* All decisions, oldest first, as an array that the caller decrefs; an empty one where there is no file.
 * A last line that a power cut tore is skipped; any other line that is not JSON is an error. */
MUST_CHECK json_t *decision_log_read(const struct volume *volume, struct error *err);

/* Append one (borrowed); durable when it returns true. */
MUST_CHECK bool decision_log_append(const struct volume *volume, const json_t *decision, struct error *err);

/* The last decision that moved the champion pointer; NULL where none did. Borrowed. */
const json_t *decision_log_last_move(const json_t *decisions);

/* The last decision that compared a candidate with a champion, asked for by an alarm or by none; NULL where none did.
 * Borrowed. */
const json_t *decision_log_last_comparison(const json_t *decisions, bool alarm);

/* The decision that held a version for approval, under "held"; NULL where none did. Borrowed. */
const json_t *decision_log_pending(const json_t *decisions, long long version);

/* Whether it may be approved: it is held, and was compared with the present champion. */
bool decision_log_awaits_approval(const json_t *decisions, long long version, long long champion);

/* What was decided about a candidate with this forest; NULL where nothing yet. Borrowed. */
const json_t *decision_log_about(const json_t *decisions, const char *candidate, const char *forest_sha256);

#endif
