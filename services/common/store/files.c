/* files.c - reads and hashes files. */
#include "services/common/store/files.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libetl/base/binary_text.h"

/* Read up to size bytes; the count read, or -1. */
static ssize_t read_all(int fd, char *out, size_t size) {
    size_t got = 0;
    while (got < size) {
        ssize_t n = read(fd, out + got, size - got);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        if (n == 0)
            break;
        got += (size_t)n;
    }
    return (ssize_t)got;
}

char *files_read_at(const struct volume *volume, const char *name, size_t limit, size_t *size, struct error *err) {
    int fd = volume_open_file(volume, name, O_RDONLY);
    struct stat about;
    char *bytes = NULL;
    if (fd < 0 || fstat(fd, &about) != 0) {
        volume_error(volume, err, "read", name);
    } else if ((uint64_t)about.st_size > limit) {
        volume_reject(volume, err, name, "the file is larger than %zu bytes", limit);
    } else if ((bytes = malloc((size_t)about.st_size + 1)) != NULL) {
        ssize_t got = read_all(fd, bytes, (size_t)about.st_size);
        if (got < 0) {
            volume_error(volume, err, "read", name);
            free(bytes);
            bytes = NULL;
        } else {
            bytes[got] = '\0';
            *size = (size_t)got;
        }
    } else {
        volume_error(volume, err, "read", name);
    }
    if (fd >= 0)
        close(fd);
    return bytes;
}

json_t *files_read_json_at(const struct volume *volume, const char *name, size_t limit, struct error *err) {
    size_t size = 0;
    char *text = files_read_at(volume, name, limit, &size, err);
    if (text == NULL)
        return NULL;
    json_error_t problem;
    json_t *value = json_loadb(text, size, JSON_REJECT_DUPLICATES, &problem);
    if (value == NULL)
        volume_reject(volume, err, name, "invalid JSON at line %d: %.120s", problem.line, problem.text);
    free(text);
    return value;
}

bool files_exist_at(const struct volume *volume, const char *name) {
    return faccessat(volume->fd, name, F_OK, 0) == 0 || (errno != ENOENT && errno != ENOTDIR);
}

void bytes_sha256(const void *bytes, size_t size, char hex[SHA256_HEX]) {
    unsigned char digest[32];
    EVP_Digest(bytes, size, digest, NULL, EVP_sha256(), NULL);
    etl_hex_encode(hex, digest, sizeof digest);
}

bool files_sha256_at(const struct volume *volume, const char *name, char hex[SHA256_HEX], struct error *err) {
    enum { CHUNK = 1 << 16 };
    char *chunk = malloc(CHUNK);
    EVP_MD_CTX *digest = EVP_MD_CTX_new();
    int fd = volume_open_file(volume, name, O_RDONLY);
    bool done = chunk != NULL && digest != NULL && fd >= 0 && EVP_DigestInit_ex(digest, EVP_sha256(), NULL) == 1;
    ssize_t n = 0;
    while (done && (n = read_all(fd, chunk, CHUNK)) > 0)
        EVP_DigestUpdate(digest, chunk, (size_t)n);
    unsigned char sum[32];
    done = done && n == 0 && EVP_DigestFinal_ex(digest, sum, NULL) == 1;
    if (done)
        etl_hex_encode(hex, sum, sizeof sum);
    else
        volume_error(volume, err, "read", name);
    if (fd >= 0)
        close(fd);
    EVP_MD_CTX_free(digest);
    free(chunk);
    return done;
}

/* ---- by path ---- */

char *files_read(const char *path, size_t limit, size_t *size, struct error *err) {
    return files_read_at(&volume_none, path, limit, size, err);
}
json_t *files_read_json(const char *path, size_t limit, struct error *err) {
    return files_read_json_at(&volume_none, path, limit, err);
}
bool files_sha256(const char *path, char hex[SHA256_HEX], struct error *err) {
    return files_sha256_at(&volume_none, path, hex, err);
}
