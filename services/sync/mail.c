/* mail.c - reads messages by GMime. */
#include "services/sync/mail.h"

#include <gmime/gmime.h>
#include <stdlib.h>
#include <string.h>

#include "libetl/base/timestamp.h"
#include "services/common/store/files.h"

/* The first plain text part, or NULL; borrowed from the message. */
static GMimeTextPart *find_text(GMimeMessage *message) {
    GMimeTextPart *found = NULL;
    GMimePartIter *parts = g_mime_part_iter_new(GMIME_OBJECT(message));
    do {
        GMimeObject *part = g_mime_part_iter_get_current(parts);
        GMimeContentType *type = part != NULL ? g_mime_object_get_content_type(part) : NULL;
        if (GMIME_IS_TEXT_PART(part) && g_mime_content_type_is_type(type, "text", "plain"))
            found = GMIME_TEXT_PART(part);
    } while (found == NULL && g_mime_part_iter_next(parts));
    g_mime_part_iter_free(parts);
    return found;
}

/* As UTF-8, whatever charset the message declares; the caller g_frees it. */
static char *text_of(GMimeMessage *message) {
    GMimeTextPart *part = find_text(message);
    char *decoded = part != NULL ? g_mime_text_part_get_text(part) : NULL;
    char *valid = decoded != NULL ? g_utf8_make_valid(decoded, -1) : NULL;
    g_free(decoded);
    return valid;
}

/* The size without empty lines at the end: their number depends on where the next message begins. */
static size_t trimmed_size(const char *bytes, size_t size) {
    while (size > 0 && (bytes[size - 1] == '\n' || bytes[size - 1] == '\r'))
        size--;
    return size;
}

/* parsed is NULL for bytes that are not a message. */
static bool deliver(GMimeMessage *parsed, const char *raw, size_t size, mail_message_function *each, void *user) {
    char *text = parsed != NULL ? text_of(parsed) : NULL;
    GDateTime *date = parsed != NULL ? g_mime_message_get_date(parsed) : NULL;
    unix_time at = date != NULL ? g_date_time_to_unix(date) : -1;
    struct mail_message message = {
        .raw = raw,
        .size = trimmed_size(raw, size),
        .id = parsed != NULL ? g_mime_message_get_message_id(parsed) : NULL,
        .text = text,
        .dated = at >= 0 && at < ETL_TIMESTAMP_LAST,
        .date = at,
    };
    bool go_on = each(user, &message);
    g_free(text);
    return go_on;
}

/* Each message in turn; where GMime finds none, the rest is delivered as one message without text. */
static void read_messages(GMimeParser *parser, const char *bytes, size_t size, mail_message_function *each,
                          void *user) {
    bool go_on = true;
    do {
        size_t begin = (size_t)g_mime_parser_tell(parser);
        GMimeMessage *parsed = g_mime_parser_construct_message(parser, NULL);
        size_t end = parsed != NULL ? (size_t)g_mime_parser_tell(parser) : size;
        go_on = deliver(parsed, bytes + begin, end - begin, each, user) && parsed != NULL;
        if (parsed != NULL)
            g_object_unref(parsed);
    } while (go_on && !g_mime_parser_eos(parser));
}

bool mail_read(const char *path, mail_message_function *each, void *user, struct error *err) {
    size_t size;
    char *bytes = files_read(path, MAIL_MAX_FILE, &size, err);
    if (bytes == NULL)
        return false;
    g_mime_init();
    GMimeStream *stream = g_mime_stream_mem_new_with_buffer(bytes, size);
    GMimeParser *parser = g_mime_parser_new_with_stream(stream);
    bool many = size >= 5 && memcmp(bytes, "From ", 5) == 0;
    g_mime_parser_set_format(parser, many ? GMIME_FORMAT_MBOX : GMIME_FORMAT_MESSAGE);
    read_messages(parser, bytes, size, each, user);
    g_object_unref(parser);
    g_object_unref(stream);
    free(bytes);
    return true;
}
