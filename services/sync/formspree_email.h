/*
 * formspree_email.h - turns the text of Formspree's notification e-mail back into the submission.
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
 * The format escapes nothing, so a value may contain what looks like another field.  A message that names a field
 * twice is rejected, because either value may be the true one.
 */
#ifndef SYNC_FORMSPREE_EMAIL_H
#define SYNC_FORMSPREE_EMAIL_H

#include <jansson.h>

/* The submission's fields, with "_date" where the text has a date; NULL and *reason (a constant) where the text is not
 * a submission. */
json_t *formspree_email_parse(const char *text, const char **reason);

#endif
