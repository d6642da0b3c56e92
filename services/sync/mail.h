/* mail.h - reads the messages of a file (.eml or mbox) and decodes their plain text. */
#ifndef SYNC_MAIL_H
#define SYNC_MAIL_H

#include "services/common/util/error.h"
#include "services/common/util/unix_time.h"

enum { MAIL_MAX_FILE = 256 << 20 }; /* bytes of a file; split a larger mbox */

/* A message; its pointers are valid until the callback returns. */
struct mail_message {
    const char *raw; /* [size], as in the file, without empty lines at its end */
    size_t size;
    const char *id;   /* its Message-ID without the brackets, or NULL */
    const char *text; /* the first plain text part as UTF-8, or NULL */
    bool dated;       /* with a date that the ETL accepts */
    unix_time date;   /* where dated */
};

/* False stops the reading. */
typedef bool mail_message_function(void *user, const struct mail_message *message);

/* Call each for every message; false and err where the file cannot be read, true where each stopped the reading. */
MUST_CHECK bool mail_read(const char *path, mail_message_function *each, void *user, struct error *err);

#endif
