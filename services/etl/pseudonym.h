/*
 * pseudonym.h - ids for people without a lead id, made from their e-mail address.
 *
 * An address never leaves raw/. The id of a person without a lead id is "e-" and 32 hexadecimal digits of an
 * HMAC-SHA256 over "email:" and the normalised address, with the key PSEUDONYM_KEY (at least 32 hexadecimal digits, or
 * 32 bytes in base64).  Sample data (raw/truth.json exists) need no such setting: a key is made and kept in
 * raw/pseudonym.key, which only its owner can read.
 */
#ifndef ETL_PSEUDONYM_H
#define ETL_PSEUDONYM_H

#include "libetl/join/leads.h"
#include "services/common/store/files.h"
#include "services/common/worker/exit_codes.h"

struct pseudonym {
    unsigned char key[128];
    size_t size;
};

/* EXIT_DONE, or the exit code and err. given: PSEUDONYM_KEY, NULL if it is not set. */
MUST_CHECK enum exit_code pseudonym_key(struct pseudonym *pseudonym, const char *configured,
                                        const struct volume *volume, struct error *err);

/* A etl_dataset_pseudonym; user is the struct above. */
void pseudonym_make(void *user, const char *address, char out[ETL_LEADS_ID]);

/* A hash of the key, to detect a change of key. */
void pseudonym_fingerprint(const struct pseudonym *pseudonym, char hex[SHA256_HEX]);

#endif
