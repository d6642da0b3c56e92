/* sync_mail_fuzz.c - the bytes of any .eml or mbox: no crash, messages no longer than their file, with text and dates
 * that the inbox can hold. */
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "libetl/base/text.h"
#include "libetl/base/timestamp.h"
#include "services/sync/formspree_email.h"
#include "services/sync/mail.h"

static bool take(void *user, const struct mail_message *message) {
    const char *reason = NULL;
    char date[UNIX_TIME_TEXT];
    int64_t at;
    size_t *left = user;
    if (message->size > *left)
        abort();
    *left -= message->size;
    if (message->dated) {
        unix_time_format(message->date, date);
        if (!etl_timestamp_parse(date, strlen(date), &at))
            abort();
    }
    if (message->text != NULL && !etl_text_is_utf8((struct etl_text){message->text, strlen(message->text)}))
        abort();
    if (message->text != NULL)
        json_decref(formspree_email_parse(message->text, &reason));
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct error err;
    char path[40];
    size_t left = size;
    int fd = memfd_create("mail", MFD_CLOEXEC);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    if (fd < 0 || write(fd, data, size) != (ssize_t)size || !mail_read(path, take, &left, &err))
        abort();
    close(fd);
    return 0;
}
