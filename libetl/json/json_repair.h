/*
 * json_repair.h - JSON by jansson, with two things that it refuses and senders send.
 *
 * A form takes any text: the character NUL, and half a surrogate pair where a script cut an emoji in two.  Both
 * are JSON by its grammar.  NUL stays; the half becomes U+FFFD, since it stands for no character.
 */
#ifndef LIBETL_JSON_REPAIR_H
#define LIBETL_JSON_REPAIR_H

#include <jansson.h>

#include "libetl/base/text.h"

/* The value, which the caller drops; NULL where there is none, and then problem (may be NULL) says why. */
json_t *etl_json_repair_load(struct etl_text text, json_error_t *problem);

#endif
