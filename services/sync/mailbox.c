/* mailbox.c - extracts the submissions of notification e-mails. */
#include "services/sync/mailbox.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "services/common/store/atomic_file.h"
#include "services/common/worker/log.h"
#include "services/sync/formspree_email.h"
#include "services/sync/mail.h"

enum { LINES_AT_ONCE = 4 << 20 }; /* bytes collected before they are appended */

struct mailbox_reader {
    struct record_sink *sink;
    struct error *err;
    bool failed;
};

/* The inbox record of a notification; steals fields. */
static json_t *make_body(json_t *fields, const struct mail_message *message) {
    char date[UNIX_TIME_TEXT];
    if (json_object_get(fields, "_date") == NULL && message->dated) {
        unix_time_format(message->date, date);
        json_object_set_new(fields, "_date", json_string(date));
    }
    json_object_del(fields, "_id"); /* reserved: the message's id */
    if (message->id != NULL)
        json_object_set_new(fields, "_id", json_string(message->id));
    return json_pack("{s:o}", "submission", fields);
}

/* Names of .eml files contain subjects and senders, so the log identifies a message by its hash. */
static void skip_message(struct record_sink *sink, uint64_t hash, const char *reason) {
    log_event(LOG_WARN, "skipped", "e-mail with SHA-256 %016" PRIx64 "...: %s", hash, reason);
    record_sink_skip(sink, reason);
}

static bool add_message(void *user, const struct mail_message *message) {
    struct mailbox_reader *reading = user;
    struct record_sink *sink = reading->sink;
    uint64_t hash = dedup_cache_hash(message->raw, message->size);
    const char *reason = "no plain text";
    if (record_sink_is_duplicate(sink, hash))
        return true;
    json_t *fields = message->text != NULL ? formspree_email_parse(message->text, &reason) : NULL;
    if (fields == NULL) {
        skip_message(sink, hash, reason);
        return true;
    }
    json_t *body = make_body(fields, message);
    reading->failed = !record_sink_add(sink, body, RECORD_SINK_ALWAYS_APPEND, reading->err) ||
                      (sink->lines.size > LINES_AT_ONCE && !record_sink_commit(sink, reading->err));
    json_decref(body);
    return !reading->failed;
}

static bool add_file(const char *path, struct record_sink *sink, struct error *err) {
    struct mailbox_reader reading = {.sink = sink, .err = err};
    sink->counts.pages++;
    return mail_read(path, add_message, &reading, err) && !reading.failed;
}

static int is_message(const struct dirent *entry) {
    size_t length = strlen(entry->d_name);
    return length > 4 && entry->d_name[0] != '.' && strcasecmp(entry->d_name + length - 4, ".eml") == 0;
}

/* Files in the order of their names, so that the same folder gives the same lines. */
static bool add_folder(const char *folder, struct record_sink *sink, struct error *err) {
    struct dirent **entries;
    int count = scandir(folder, &entries, is_message, alphasort);
    bool done = count >= 0;
    if (!done)
        error_set_errno(err, "read", folder);
    for (int i = 0; i < count; i++) {
        char path[PATH_MAX];
        done = done && path_format(path, err, "%s/%s", folder, entries[i]->d_name) && add_file(path, sink, err);
        free(entries[i]);
    }
    if (count >= 0)
        free(entries);
    return done;
}

bool mailbox_pull(const char *path, struct record_sink *sink, struct error *err) {
    struct stat about;
    if (stat(path, &about) != 0) {
        error_set_errno(err, "read", path);
        return false;
    }
    bool done = S_ISDIR(about.st_mode) ? add_folder(path, sink, err) : add_file(path, sink, err);
    return done && record_sink_commit(sink, err);
}
