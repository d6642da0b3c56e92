/*
 * atomic_file.h - publishes files and folders completely or not at all, and syncs them before returning.
 *
 * A file is written under a temporary name in the same folder, fsynced and renamed, and then its folder is fsynced.  A
 * folder is filled under a temporary name and renamed.  A killed program leaves names that begin with ".tmp-";
 * atomic_file_sweep_folder removes them (call it under the stage's lock).
 */
#ifndef COMMON_ATOMIC_FILE_H
#define COMMON_ATOMIC_FILE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include <jansson.h>

#include "services/common/store/volume.h"
#include "services/common/util/error.h"
#include "services/common/util/path_format.h"

/* A file that is being written. */
struct atomic_file {
    FILE *file;           /* write here */
    struct volume volume; /* whose descriptor is borrowed */
    char name[PATH_MAX];
    char temporary[PATH_MAX];
};
MUST_CHECK bool atomic_file_open_at(struct atomic_file *p, const struct volume *volume, const char *name,
                                    struct error *err); /* makes missing folders */
MUST_CHECK bool atomic_file_commit(struct atomic_file *p,
                                   struct error *err); /* closes; on failure the old file stays */
void atomic_file_abort(struct atomic_file *p);         /* closes and removes; after commit it does nothing */

/* Write an entire file. JSON is indented, with sorted keys and a newline at the end. */
MUST_CHECK bool atomic_file_write_at(const struct volume *volume, const char *name, const void *bytes, size_t size,
                                     struct error *err);
MUST_CHECK bool atomic_file_write_json_at(const struct volume *volume, const char *name, const json_t *value,
                                          struct error *err);

/*
 * A folder that is being written: fill `temporary` with files, then publish it under its name, which must not exist
 * yet.
 */
struct atomic_folder {
    struct volume volume; /* whose descriptor is borrowed */
    char name[PATH_MAX];
    char temporary[PATH_MAX];
};
MUST_CHECK bool atomic_folder_open_at(struct atomic_folder *p, const struct volume *volume, const char *name,
                                      struct error *err);
MUST_CHECK bool atomic_folder_commit(struct atomic_folder *p, struct error *err);
void atomic_folder_abort(struct atomic_folder *p);

/*
 * Remove a folder of plain files: first its name, durably, then its files, so that a power cut never leaves half of it
 * under its name.  If that fails, it stays or is swept later.
 */
void atomic_folder_remove_at(const struct volume *volume, const char *name);

/*
 * Remove what a killed run left in a folder (not in its subfolders); or only for one file, in folders that several
 * stages write to.
 */
void atomic_file_sweep_folder_at(const struct volume *volume, const char *folder);
void atomic_file_sweep_at(const struct volume *volume, const char *name);

/* Folders are made with their parents, all durable; fine where they exist.  _parent_ takes a name in the folder. */
MUST_CHECK bool folder_create_at(const struct volume *volume, const char *name, struct error *err);
MUST_CHECK bool folder_create_parent_at(const struct volume *volume, const char *name, struct error *err);
MUST_CHECK bool folder_sync_parent_at(const struct volume *volume, const char *name,
                                      struct error *err);             /* makes the name durable; keeps errno */
void folder_remove_at(const struct volume *volume, const char *name); /* a folder of plain files */

/* volume_follow, which makes the data folder where it is missing. */
MUST_CHECK bool folder_create_volume(struct volume *volume, struct error *err);

/* The same by path, for programs without an open volume. */
MUST_CHECK bool atomic_file_write(const char *path, const void *bytes, size_t size, struct error *err);
MUST_CHECK bool atomic_file_write_json(const char *path, const json_t *value, struct error *err);
MUST_CHECK bool folder_create(const char *path, struct error *err);

#endif
