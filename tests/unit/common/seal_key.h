/* seal_key.h - a pair of keys for tests: seed and public key of RFC 8032, 7.1, test 3, in base64. */
#ifndef TEST_SEAL_KEY_H
#define TEST_SEAL_KEY_H

static const char seal_seed[] = "xaqN9D+fg3vtt0QvMdy3sWbThTUHbwlLhc46LgtEWPc=";
static const char seal_public_key[] = "/FHNjmIYoaONpH7QAjDwWAgW7RO6MwOsXeuRFUiQgCU=";

#endif
