/*
 * volume.h - the data folder, opened once a run: files in it are named relative to its descriptor (paths.h).
 *
 * A run that began in one folder ends in it, even if its path meanwhile leads elsewhere. A name is short and needs no
 * buffer for a path. Functions on files of the volume end with _at and take the volume and a name. Files that a person
 * names (a configuration, e-mails) are not on the volume: volume_none stands for the folder that the program was
 * started in, and their names are paths.
 */
#ifndef COMMON_VOLUME_H
#define COMMON_VOLUME_H

#include <dirent.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>

#include "services/common/util/error.h"

enum { VOLUME_NAME = 512 }; /* bytes of a name that is put together: our folders, and a file's own name */

struct volume {
    int fd;
    const char *path; /* as the user gave it, for errors; borrowed */
    dev_t device;     /* which folder it is */
    ino_t inode;
};

extern const struct volume volume_none;

/* The folder must exist; see folder_create. */
MUST_CHECK bool volume_open(struct volume *volume, const char *path, struct error *err);
void volume_close(struct volume *volume); /* fine on one that is closed */

/* Whether the path still leads to the folder that was opened. */
bool volume_is_at_its_path(const struct volume *volume);

/*
 * For programs that run for long: open the volume again where its path leads elsewhere, or where it was missing.
 * Begin with {.fd = -1, .path = ...}; on failure the volume is closed. Each thread has a volume of its own.
 */
bool volume_follow(struct volume *volume, struct error *err);

/* As open, fopen for reading, opendir, link and stat; close on exec. errno says why not. */
int volume_open_file(const struct volume *volume, const char *name, int flags);
FILE *volume_open_stream(const struct volume *volume, const char *name);
DIR *volume_open_folder(const struct volume *volume, const char *name);
bool volume_link(const struct volume *volume, const char *name, const char *second_name);
bool volume_stat(const struct volume *volume, const char *name, struct stat *about);

/* "folder/file"; "" if it is too long, which no file has as its name. */
const char *volume_join(const char *folder, const char *file, char out[VOLUME_NAME]);

/* The path of a file as a person knows it, for messages, children and libraries that take paths; cut to fit. */
const char *volume_path(const struct volume *volume, const char *name, char out[PATH_MAX]);

/* "doing path: why" from errno, as error_set_errno. Returns false. */
bool volume_error(const struct volume *volume, struct error *err, const char *doing, const char *name);

/* "read path: reason": the file is there and wrong. Returns false. */
bool volume_reject(const struct volume *volume, struct error *err, const char *name, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#endif
