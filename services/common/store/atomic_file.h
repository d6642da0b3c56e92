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

#include "services/common/util/error.h"
#include "services/common/util/path_format.h"

/* A file on its way. */
struct atomic_file {
    FILE *file; /* write here */
    char path[PATH_MAX];
    char temporary[PATH_MAX];
};
MUST_CHECK bool atomic_file_open(struct atomic_file *p, const char *path,
                                 struct error *err); /* makes missing folders */
MUST_CHECK bool atomic_file_commit(struct atomic_file *p,
                                   struct error *err); /* closes; on failure the old file stays */
void atomic_file_abort(struct atomic_file *p);         /* closes and removes; after commit it does nothing */

/* Whole files at once. */
MUST_CHECK bool atomic_file_write(const char *path, const void *bytes, size_t size, struct error *err);
MUST_CHECK bool atomic_file_write_json(const char *path, const json_t *value,
                                       struct error *err); /* indented, keys in order, newline at the end */

/* A folder on its way: fill `beside` with files, then give it its name, which must not exist yet. */
struct atomic_folder {
    char path[PATH_MAX];
    char temporary[PATH_MAX];
};
MUST_CHECK bool atomic_folder_open(struct atomic_folder *p, const char *path, struct error *err);
MUST_CHECK bool atomic_folder_commit(struct atomic_folder *p, struct error *err);
void atomic_folder_abort(struct atomic_folder *p);

/* A folder of plain files goes: first its name, durably, then what is in it, so that no power cut leaves half of it
 * under its name.  Where it cannot, it stays or is swept later. */
void atomic_folder_remove(const char *path);

/* Remove what a killed run left in a folder (not below it). */
void atomic_file_sweep_folder(const char *folder);
void atomic_file_sweep(const char *path); /* of this file alone, for folders that several stages write to */

/* Folders are made with their parents, all durable; fine where they exist.  "_of" takes a path in the folder. */
MUST_CHECK bool folder_create(const char *path, struct error *err);
MUST_CHECK bool folder_create_parent(const char *path, struct error *err);
MUST_CHECK bool folder_sync_parent(const char *path,
                                   struct error *err); /* makes the path's name durable; keeps errno */
void folder_remove(const char *path);                  /* a folder of plain files */

#endif
