/*
 * alias.h - registry/champion.json and previous.json follow the last move in decisions.ndjson.
 *
 * A move is decided, made durable, then carried out; a run that died in between is finished by the next.
 */
#ifndef REGISTER_ALIAS_H
#define REGISTER_ALIAS_H

#include <jansson.h>

#include "services/common/store/files.h"

/* A version and the hash of its manifest; version 0: none. */
struct alias {
    long long version;
    char sha256[SHA256_HEX];
};

/* Read champion.json or previous.json; one that is not there is version 0. */
MUST_CHECK bool alias_read(struct alias *out, const struct volume *volume, const char *name, struct error *err);

/* Add to a decision what makes it a move: from what the pointer is to what it shall be. */
void alias_add_move(json_t *decision, const struct alias *from, const struct alias *to);

/* Carry out the last move of the decisions where that has not been done. A pointer that is neither what
 * the move found nor what it made was set by someone else and is left alone, with a warning. */
MUST_CHECK bool alias_reconcile(const struct volume *volume, const json_t *decisions, struct error *err);

#endif
