/* model_signature.c - signs and verifies with OpenSSL. No error contains a key. */
#include "services/common/registry/model_signature.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "libetl/base/binary_text.h"

enum { RAW_KEY = 32 };

const char *model_signature_required_key(void) {
    const char *key = getenv("MODEL_PUBLIC_KEY");
    return key != NULL && key[0] != '\0' ? key : NULL;
}

static EVP_PKEY *read_pem(const char *text, bool private) {
    BIO *bio = BIO_new_mem_buf(text, -1);
    if (bio == NULL)
        return NULL;
    EVP_PKEY *key =
        private ? PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL) : PEM_read_bio_PUBKEY(bio, NULL, NULL, NULL);
    BIO_free(bio);
    return key;
}

static EVP_PKEY *read_raw(const char *text, bool private) {
    unsigned char raw[RAW_KEY];
    if (!etl_base64_decode((struct etl_text){text, strlen(text)}, raw, RAW_KEY))
        return NULL;
    EVP_PKEY *key = private ? EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, raw, RAW_KEY)
                            : EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, raw, RAW_KEY);
    OPENSSL_cleanse(raw, sizeof raw);
    return key;
}

/* NULL if it is not an Ed25519 key. */
static EVP_PKEY *read_key(const char *text, bool private) {
    EVP_PKEY *key = strstr(text, "-----BEGIN") != NULL ? read_pem(text, private) : read_raw(text, private);
    if (key != NULL && EVP_PKEY_base_id(key) != EVP_PKEY_ED25519) {
        EVP_PKEY_free(key);
        return NULL;
    }
    return key;
}

bool model_signature_sign(unsigned char out[MODEL_SIGNATURE_SIZE], const char *private_key, const void *bytes,
                          size_t size, struct error *err) {
    size_t made = MODEL_SIGNATURE_SIZE;
    EVP_PKEY *key = read_key(private_key, true);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool done = key != NULL && context != NULL && EVP_DigestSignInit(context, NULL, NULL, NULL, key) == 1 &&
                EVP_DigestSign(context, out, &made, bytes, size) == 1 && made == MODEL_SIGNATURE_SIZE;
    EVP_MD_CTX_free(context);
    EVP_PKEY_free(key);
    return done || error_set(err, "SIGNING_KEY is not an Ed25519 private key (PEM, or its 32 bytes in base64)");
}

bool model_signature_verify(const unsigned char *signature, size_t signature_size, const char *public_key,
                            const void *bytes, size_t size, struct error *err) {
    EVP_PKEY *key = read_key(public_key, false);
    if (key == NULL)
        return error_set(err, "MODEL_PUBLIC_KEY is not an Ed25519 public key (PEM, or its 32 bytes in base64)");
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool good = signature_size == MODEL_SIGNATURE_SIZE && context != NULL &&
                EVP_DigestVerifyInit(context, NULL, NULL, NULL, key) == 1 &&
                EVP_DigestVerify(context, signature, signature_size, bytes, size) == 1;
    EVP_MD_CTX_free(context);
    EVP_PKEY_free(key);
    return good || error_set(err, "the signature does not match MODEL_PUBLIC_KEY");
}
