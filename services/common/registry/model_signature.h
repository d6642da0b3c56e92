/*
 * model_signature.h - Ed25519 signatures, so that a model is served only if the right one made it.
 *
 * A key is PEM, or 32 bytes in base64 (the private seed, or the public key), which fits into one line of an
 * environment file.
 */
#ifndef COMMON_MODEL_SIGNATURE_H
#define COMMON_MODEL_SIGNATURE_H

#include <stdbool.h>
#include <stddef.h>

#include "services/common/util/error.h"

enum { MODEL_SIGNATURE_SIZE = 64 };

/* The key that the environment's MODEL_PUBLIC_KEY gives: what is loaded must be signed; NULL: it need not. */
const char *model_signature_required_key(void);

MUST_CHECK bool model_signature_sign(unsigned char out[MODEL_SIGNATURE_SIZE], const char *private_key,
                                     const void *bytes, size_t size, struct error *err);
MUST_CHECK bool model_signature_verify(const unsigned char *signature, size_t signature_size, const char *public_key,
                                       const void *bytes, size_t size, struct error *err);

#endif
