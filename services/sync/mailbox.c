/* mailbox.c - goes through e-mails and takes the submissions they tell of. */
#include "services/sync/mailbox.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "services/common/log.h"
#include "services/sync/mail.h"
#include "services/sync/notification.h"

enum { LINES_AT_ONCE = 4 << 20 }; /* bytes gathered before they are appended */

struct reading {
    struct intake *intake;
    struct file_error *err;
    bool failed;
};

/* What a notification's text becomes in the inbox; steals fields. */
static json_t *make_body(json_t *fields, const struct mail_message *message) {
    char date[CLOCK_TEXT];
    if (json_object_get(fields, "_date") == NULL && message->dated) {
        clock_format(message->date, date);
        json_object_set_new(fields, "_date", json_string(date));
    }
    json_object_del(fields, "_id"); /* ours to say, not the form's */
    if (message->id != NULL)
        json_object_set_new(fields, "_id", json_string(message->id));
    return json_pack("{s:o}", "submission", fields);
}

/* Names of .eml files hold subjects and senders, so the log tells a message by its hash. */
static void refuse(struct intake *intake, uint64_t hash, const char *reason) {
    log_event(LOG_WARN, "skipped", "e-mail with SHA-256 %016" PRIx64 "...: %s", hash, reason);
    intake_skip(intake, reason);
}

static bool take_message(void *user, const struct mail_message *message) {
    struct reading *reading = user;
    struct intake *intake = reading->intake;
    uint64_t hash = seen_hash(message->raw, message->size);
    const char *reason = "no plain text";
    if (intake_known(intake, hash))
        return true;
    json_t *fields = message->text != NULL ? notification_read(message->text, &reason) : NULL;
    if (fields == NULL) {
        refuse(intake, hash, reason);
        return true;
    }
    json_t *body = make_body(fields, message);
    reading->failed = !intake_record(intake, body, INTAKE_FORGET, reading->err) ||
                      (intake->size > LINES_AT_ONCE && !intake_commit(intake, reading->err));
    json_decref(body);
    return !reading->failed;
}

static bool take_file(const char *path, struct intake *intake, struct file_error *err) {
    struct reading reading = {.intake = intake, .err = err};
    intake->counts.pages++;
    return mail_read(path, take_message, &reading, err) && !reading.failed;
}

static int is_message(const struct dirent *entry) {
    size_t length = strlen(entry->d_name);
    return length > 4 && entry->d_name[0] != '.' && strcasecmp(entry->d_name + length - 4, ".eml") == 0;
}

/* In the order of their names, so that the same folder gives the same lines. */
static bool take_folder(const char *folder, struct intake *intake, struct file_error *err) {
    struct dirent **entries;
    int count = scandir(folder, &entries, is_message, alphasort);
    bool done = count >= 0;
    if (!done)
        file_error_set(err, "read", folder);
    for (int i = 0; i < count; i++) {
        char path[PATH_MAX];
        done = done && publish_path(path, err, "%s/%s", folder, entries[i]->d_name) && take_file(path, intake, err);
        free(entries[i]);
    }
    if (count >= 0)
        free(entries);
    return done;
}

bool mailbox_pull(const char *path, struct intake *intake, struct file_error *err) {
    struct stat about;
    if (stat(path, &about) != 0) {
        file_error_set(err, "read", path);
        return false;
    }
    bool done = S_ISDIR(about.st_mode) ? take_folder(path, intake, err) : take_file(path, intake, err);
    return done && intake_commit(intake, err);
}
