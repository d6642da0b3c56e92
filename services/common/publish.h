/*
 * publish.h - files and folders appear whole or not at all, and are durable before anyone is told.
 *
 * A file is written beside its final name, fsynced, renamed over it, and its folder is fsynced.  A
 * folder is filled under a temporary name and renamed once.  What a killed program leaves behind are
 * names that begin with ".tmp-"; publish_sweep removes them (call it under the stage's lock).
 */
#ifndef COMMON_PUBLISH_H
#define COMMON_PUBLISH_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include <jansson.h>

/* Why something on the volume could not be read or written: a line that names the file. */
struct file_error {
    char text[PATH_MAX + 400];
    bool try_later; /* disk full, too many files and the like: EXIT_TRY_LATER, otherwise EXIT_BAD_DATA */
};
void file_error_set(struct file_error *err, const char *doing, const char *path); /* from errno */
/* The input itself is wrong (never to be tried again as it is); returns false. err may be NULL in both. */
bool file_error_say(struct file_error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A file on its way. */
struct publication {
    FILE *file; /* write here */
    char path[PATH_MAX];
    char beside[PATH_MAX];
};
bool publish_open(struct publication *p, const char *path, struct file_error *err); /* makes missing folders */
bool publish_commit(struct publication *p, struct file_error *err); /* closes; on failure the old file stays */
void publish_abort(struct publication *p); /* closes and removes; after commit it does nothing */

/* Whole files at once. */
bool publish_bytes(const char *path, const void *bytes, size_t size, struct file_error *err);
bool publish_json(const char *path, const json_t *value,
                  struct file_error *err); /* indented, keys in order, newline at the end */

/* A folder on its way: fill `beside` with files, then give it its name, which must not exist yet. */
struct folder_publication {
    char path[PATH_MAX];
    char beside[PATH_MAX];
};
bool publish_folder_open(struct folder_publication *p, const char *path, struct file_error *err);
bool publish_folder_commit(struct folder_publication *p, struct file_error *err);
void publish_folder_abort(struct folder_publication *p);

/* A folder of plain files goes: first its name, durably, then what is in it, so that no power cut leaves half of it
 * under its name.  Where it cannot, it stays or is swept later. */
void publish_discard_folder(const char *path);

/* Remove what a killed run left in a folder (not below it). */
void publish_sweep(const char *folder);
void publish_sweep_beside(const char *path); /* of this file alone, for folders that several stages write to */

/* Folders are made with their parents, all durable; fine where they exist.  "_of" takes a path in the folder. */
bool publish_make_folder(const char *path, struct file_error *err);
bool publish_make_folder_of(const char *path, struct file_error *err);
bool publish_sync_folder_of(const char *path, struct file_error *err); /* makes the path's name durable; keeps errno */
void publish_remove_folder(const char *path);                          /* a folder of plain files */

/* "folder/name", PATH_MAX bytes; false and err where it does not fit. */
bool publish_path(char out[PATH_MAX], struct file_error *err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
