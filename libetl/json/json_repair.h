/*
 * json_repair.h - parses JSON with jansson, and accepts two things that jansson rejects but senders send.
 *
 * A form accepts any text: also the character NUL, and half a surrogate pair, if a script cut an emoji in two.  Both
 * are valid in JSON's grammar.  NUL stays; the half becomes U+FFFD, because it is not a character.
 */
#ifndef LIBETL_JSON_REPAIR_H
#define LIBETL_JSON_REPAIR_H

#include <jansson.h>

#include "libetl/base/text.h"

/* The value, which the caller decrefs; NULL on failure, and then problem (may be NULL) says why. */
json_t *etl_json_repair_load(struct etl_text text, json_error_t *problem);

#endif
