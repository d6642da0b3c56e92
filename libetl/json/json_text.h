/*
 * json_text.h - finding one's way in JSON as bytes: where values end, what an object's members are.
 *
 * Only structure is looked at (strings, brackets); whether a value is sound is for those who read it.
 */
#ifndef LIBETL_JSON_TEXT_H
#define LIBETL_JSON_TEXT_H

#include <stdbool.h>

#include "libetl/base/text.h"

const char *etl_json_text_space(const char *at, const char *end); /* behind white space */

/*
 * Behind the value at `at`; NULL where it does not end: a bracket closes what a brace opened or the other way round, or
 * a string holds a control character such as a line end (a tab is let pass).  *stopped is then as far as was looked.
 */
const char *etl_json_text_value_to(const char *at, const char *end, const char **stopped);
const char *etl_json_text_value(const char *at, const char *end);

/* The text of a member of an object, brackets and quotes included; empty where there is none. */
struct etl_text etl_json_text_member(struct etl_text object, const char *name);

/*
 * Where the items of a list begin that an object wraps: behind the bracket of `"data":[` (Stripe's lists)
 * or `"submissions":[` (Formspree's).  NULL where it wraps none.  Looks no further than that.
 */
const char *etl_json_text_items(struct etl_text object);

#endif
