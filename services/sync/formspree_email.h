/*
 * formspree_email.h - the text of Formspree's notification e-mail, back into the submission that it tells of.
 *
 *     Hey there,
 *
 *     Someone just submitted your form on example.com. Here's what they had to say:
 *
 *     email:
 *     a@example.com
 *
 *     message:
 *     several lines,
 *
 *     even empty ones
 *
 *     This form was submitted at 07:28 AM UTC - 03 November 2018.
 *
 * The format escapes nothing: a value may hold what looks like another field.  A message that so names a field
 * twice is refused, for nobody can say which is true.
 */
#ifndef SYNC_FORMSPREE_EMAIL_H
#define SYNC_FORMSPREE_EMAIL_H

#include <jansson.h>

/* The submission's fields, and its "_date" where the text tells it; NULL and *reason (a constant) where it is none. */
json_t *formspree_email_parse(const char *text, const char **reason);

#endif
