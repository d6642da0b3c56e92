/*
 * json_text.h - navigates in the bytes of JSON: finds the ends of values and the members of objects.
 *
 * Only the structure is checked (strings, brackets); a parser must check whether a value is valid.
 */
#ifndef LIBETL_JSON_TEXT_H
#define LIBETL_JSON_TEXT_H

#include <stdbool.h>

#include "libetl/base/text.h"

const char *etl_json_text_space(const char *at, const char *end); /* the position after white space */

/*
 * The position after the value at `at`. NULL if it does not end: a bracket closes a brace or the reverse, or a string
 * contains a control character such as a line end (a tab is allowed).  *stopped is then where the search stopped.
 */
const char *etl_json_text_value_to(const char *at, const char *end, const char **stopped);
const char *etl_json_text_value(const char *at, const char *end);

/* The text of a member of an object, with brackets and quotes; empty if there is none. */
struct etl_text etl_json_text_member(struct etl_text object, const char *name);

/*
 * Where the items of a list object begin: after the bracket of `"data":[` (Stripe) or `"submissions":[` (Formspree).
 * NULL if it is not a list object.  Reads no further than that.
 */
const char *etl_json_text_items(struct etl_text object);

#endif
