/* mail.h - the messages of a file, an .eml or an mbox, decoded to their plain text. */
#ifndef SYNC_MAIL_H
#define SYNC_MAIL_H

#include "services/common/util/error.h"
#include "services/common/util/unix_time.h"

enum { MAIL_MAX_FILE = 256 << 20 }; /* bytes of a file; a larger mbox is to be split */

/* A message; all borrowed until the function it was given to returns. */
struct mail_message {
    const char *raw; /* [size], as it stands in the file, without empty lines at its end */
    size_t size;
    const char *id;   /* its Message-ID without the brackets, or NULL */
    const char *text; /* the first plain text part as UTF-8, or NULL */
    bool dated;       /* with a date that the ETL takes */
    unix_time date;   /* where dated */
};

/* False stops the reading. */
typedef bool mail_message_function(void *user, const struct mail_message *message);

/* Call each for every message; false and err where the file cannot be read (not where each stopped). */
MUST_CHECK bool mail_read(const char *path, mail_message_function *each, void *user, struct error *err);

#endif
