/*
 * atomic_file.h - files and folders appear whole or not at all, and are durable before anyone is told.
 *
 * A file is written beside its final name, fsynced, renamed over it, and its folder is fsynced.  A
 * folder is filled under a temporary name and renamed once.  What a killed program leaves behind are
 * names that begin with ".tmp-"; atomic_file_sweep_folder removes them (call it under the stage's lock).
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

/* A file on its way. */
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

/* Whole files at once. JSON is indented, keys in order, with a newline at the end. */
MUST_CHECK bool atomic_file_write_at(const struct volume *volume, const char *name, const void *bytes, size_t size,
                                     struct error *err);
MUST_CHECK bool atomic_file_write_json_at(const struct volume *volume, const char *name, const json_t *value,
                                          struct error *err);

/* A folder on its way: fill `temporary` with files, then give it its name, which must not exist yet. */
struct atomic_folder {
    struct volume volume; /* whose descriptor is borrowed */
    char name[PATH_MAX];
    char temporary[PATH_MAX];
};
MUST_CHECK bool atomic_folder_open_at(struct atomic_folder *p, const struct volume *volume, const char *name,
                                      struct error *err);
MUST_CHECK bool atomic_folder_commit(struct atomic_folder *p, struct error *err);
void atomic_folder_abort(struct atomic_folder *p);

/* A folder of plain files goes: first its name, durably, then what is in it, so that no power cut leaves half of it
 * under its name.  Where it cannot, it stays or is swept later. */
void atomic_folder_remove_at(const struct volume *volume, const char *name);

/* Remove what a killed run left in a folder (not below it); of one file alone, for folders that several stages write
 * to. */
void atomic_file_sweep_folder_at(const struct volume *volume, const char *folder);
void atomic_file_sweep_at(const struct volume *volume, const char *name);

/* Folders are made with their parents, all durable; fine where they exist.  _parent_ takes a name in the folder. */
MUST_CHECK bool folder_create_at(const struct volume *volume, const char *name, struct error *err);
MUST_CHECK bool folder_create_parent_at(const struct volume *volume, const char *name, struct error *err);
MUST_CHECK bool folder_sync_parent_at(const struct volume *volume, const char *name,
                                      struct error *err);             /* makes the name durable; keeps errno */
void folder_remove_at(const struct volume *volume, const char *name); /* a folder of plain files */

/* The same by path, for programs that do not hold a volume open. */
MUST_CHECK bool atomic_file_open(struct atomic_file *p, const char *path, struct error *err);
MUST_CHECK bool atomic_file_write(const char *path, const void *bytes, size_t size, struct error *err);
MUST_CHECK bool atomic_file_write_json(const char *path, const json_t *value, struct error *err);
MUST_CHECK bool atomic_folder_open(struct atomic_folder *p, const char *path, struct error *err);
void atomic_folder_remove(const char *path);
void atomic_file_sweep_folder(const char *folder);
void atomic_file_sweep(const char *path);
MUST_CHECK bool folder_create(const char *path, struct error *err);
MUST_CHECK bool folder_sync_parent(const char *path, struct error *err);
void folder_remove(const char *path);

#endif
