/* pseudonym.c - reads the key and hashes addresses. */
#include "services/etl/pseudonym.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>

#include "libetl/base/binary_text.h"
#include "services/common/store/atomic_file.h"
#include "services/common/store/paths.h"

#define KEY_FILE VOLUME_RAW "/pseudonym.key"
enum { LEAST_DIGITS = 32, MADE_BYTES = 32, SHOWN_BYTES = 16 };

static bool read_hex(struct pseudonym *pseudonym, const char *hex) {
    struct etl_text text = {hex, strlen(hex)};
    pseudonym->size = text.size / 2;
    return text.size >= LEAST_DIGITS && pseudonym->size <= sizeof pseudonym->key &&
           etl_hex_decode(text, pseudonym->key, pseudonym->size);
}

/* 32 bytes in base64: 43 characters and one "=". Render's generateValue makes secrets in this form. */
static bool read_base64(struct pseudonym *pseudonym, const char *text) {
    pseudonym->size = MADE_BYTES;
    return etl_base64_decode((struct etl_text){text, strlen(text)}, pseudonym->key, MADE_BYTES);
}

/* Make a new key. It is on disk before the first id is made with it. */
static bool make_key(const struct volume *volume, struct error *err) {
    unsigned char bytes[MADE_BYTES];
    char hex[2 * MADE_BYTES + 2];
    if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
        return volume_error(volume, err, "make a random key for", KEY_FILE);
    etl_hex_encode(hex, bytes, sizeof bytes);
    hex[2 * MADE_BYTES] = '\n';
    struct atomic_file p;
    if (!atomic_file_open_at(&p, volume, KEY_FILE, err))
        return false;
    fchmod(fileno(p.file), 0600);
    fwrite(hex, 1, 2 * MADE_BYTES + 1, p.file);
    OPENSSL_cleanse(hex, sizeof hex);
    return atomic_file_commit(&p, err);
}

static enum exit_code sample_key(struct pseudonym *pseudonym, const struct volume *volume, struct error *err) {
    char path[PATH_MAX];
    size_t size;
    if (!files_exist_at(volume, KEY_FILE) && !make_key(volume, err))
        return err->retryable ? EXIT_TEMPFAIL : EXIT_DATAERR;
    char *hex = files_read_at(volume, KEY_FILE, 1024, &size, err);
    if (hex == NULL)
        return EXIT_TEMPFAIL;
    hex[strcspn(hex, "\r\n")] = '\0';
    bool good = read_hex(pseudonym, hex);
    OPENSSL_cleanse(hex, size);
    free(hex);
    if (!good)
        error_set(err, "%s: must be an even number of hexadecimal digits, at least %d",
                  volume_path(volume, KEY_FILE, path), LEAST_DIGITS);
    return good ? EXIT_DONE : EXIT_USAGE;
}

enum exit_code pseudonym_key(struct pseudonym *pseudonym, const char *configured, const struct volume *volume,
                             struct error *err) {
    if (configured != NULL && (read_hex(pseudonym, configured) || read_base64(pseudonym, configured)))
        return EXIT_DONE;
    if (configured != NULL) {
        error_set(err,
                  "PSEUDONYM_KEY: must be an even number of hexadecimal digits, at least %d, or 32 bytes in "
                  "base64",
                  LEAST_DIGITS);
        return EXIT_USAGE;
    }
    if (files_exist_at(volume, VOLUME_TRUTH))
        return sample_key(pseudonym, volume, err);
    error_set(err, "PSEUDONYM_KEY is not set: make a key once with `openssl rand -hex 32` and keep it");
    return EXIT_USAGE;
}

void pseudonym_make(void *user, const char *address, char out[ETL_LEADS_ID]) {
    const struct pseudonym *pseudonym = user;
    char text[ETL_LEADS_ID + 8];
    unsigned char sum[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    int length = snprintf(text, sizeof text, "email:%s", address);
    HMAC(EVP_sha256(), pseudonym->key, (int)pseudonym->size, (unsigned char *)text, (size_t)length, sum, &size);
    memcpy(out, "e-", 3);
    etl_hex_encode(out + 2, sum, SHOWN_BYTES);
}

void pseudonym_fingerprint(const struct pseudonym *pseudonym, char hex[SHA256_HEX]) {
    bytes_sha256(pseudonym->key, pseudonym->size, hex);
}
