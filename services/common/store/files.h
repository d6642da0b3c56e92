/* files.h - reads and hashes files: with a size limit, and errors that name the file. */
#ifndef COMMON_FILES_H
#define COMMON_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "services/common/store/volume.h"
#include "services/common/util/error.h"

enum { SHA256_HEX = 65 }; /* 64 hex digits and the end */

/*
 * The content of a file of at most `limit` bytes, with a zero byte after it; the caller frees it. NULL and err on
 * failure.
 */
MUST_CHECK char *files_read_at(const struct volume *volume, const char *name, size_t limit, size_t *size,
                               struct error *err);

/* A JSON file of at most `limit` bytes (duplicate keys are rejected); the caller decrefs it. */
MUST_CHECK json_t *files_read_json_at(const struct volume *volume, const char *name, size_t limit, struct error *err);

/*
 * If the check itself fails, the file counts as existing: reading it then gives the error, while writing it again
 * would destroy it.
 */
bool files_exist_at(const struct volume *volume, const char *name);

/* SHA-256 as lower-case hex. */
MUST_CHECK bool files_sha256_at(const struct volume *volume, const char *name, char hex[SHA256_HEX], struct error *err);

/* The same by path, for files that a person names and programs without an open volume. */
MUST_CHECK char *files_read(const char *path, size_t limit, size_t *size, struct error *err);
MUST_CHECK json_t *files_read_json(const char *path, size_t limit, struct error *err);
MUST_CHECK bool files_sha256(const char *path, char hex[SHA256_HEX], struct error *err);

void bytes_sha256(const void *bytes, size_t size, char hex[SHA256_HEX]);

#endif
