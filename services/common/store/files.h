/* files.h - reading whole files and hashing them: bounded, checked, one error line that names the file. */
#ifndef COMMON_FILES_H
#define COMMON_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "services/common/store/volume.h"
#include "services/common/util/error.h"

enum { SHA256_HEX = 65 }; /* 64 hex digits and the end */

/* A whole file of at most `limit` bytes, with a zero byte after it; the caller frees it. NULL and err otherwise. */
MUST_CHECK char *files_read_at(const struct volume *volume, const char *name, size_t limit, size_t *size,
                               struct error *err);

/* A JSON file of at most `limit` bytes (duplicate keys are refused); the caller decrefs it. */
MUST_CHECK json_t *files_read_json_at(const struct volume *volume, const char *name, size_t limit, struct error *err);

/* What cannot be looked at is taken to exist: reading it then says why, where to write it anew would lose it. */
bool files_exist_at(const struct volume *volume, const char *name);

/* SHA-256 as lower-case hex. */
MUST_CHECK bool files_sha256_at(const struct volume *volume, const char *name, char hex[SHA256_HEX], struct error *err);

/* The same by path, for files that a person names and programs that do not hold a volume open. */
MUST_CHECK char *files_read(const char *path, size_t limit, size_t *size, struct error *err);
MUST_CHECK json_t *files_read_json(const char *path, size_t limit, struct error *err);
bool files_exist(const char *path);
MUST_CHECK bool files_sha256(const char *path, char hex[SHA256_HEX], struct error *err);

void bytes_sha256(const void *bytes, size_t size, char hex[SHA256_HEX]);

#endif
