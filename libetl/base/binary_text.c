/* binary_text.c - bytes as text: hexadecimal and base64. */
#include "libetl/base/binary_text.h"

#include <assert.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <string.h>

void etl_hex_encode(char *out, const void *bytes, size_t size) {
    static const char digits[] = "0123456789abcdef";
    const unsigned char *at = bytes;
    for (size_t i = 0; i < size; i++) {
        *out++ = digits[at[i] >> 4];
        *out++ = digits[at[i] & 15];
    }
    *out = '\0';
}

bool etl_hex_decode(struct etl_text hex, unsigned char *out, size_t size) {
    if (hex.size != 2 * size)
        return false;
    for (size_t i = 0; i < size; i++) {
        int high = etl_hex_digit(hex.at[2 * i]), low = etl_hex_digit(hex.at[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        out[i] = (unsigned char)(high * 16 + low);
    }
    return true;
}

void etl_base64_encode(char *out, const void *bytes, size_t size) {
    EVP_EncodeBlock((unsigned char *)out, bytes, (int)size);
}

/* OpenSSL writes zeros for what is padded with "=", and takes "=" and white space where they do not belong. */
bool etl_base64_decode(struct etl_text text, unsigned char *out, size_t size) {
    unsigned char bytes[ETL_BASE64_MAX_DECODED + 3];
    size_t digits = (size * 8 + 5) / 6, whole = (size + 2) / 3 * 4;
    assert(size <= ETL_BASE64_MAX_DECODED);
    if (text.size != whole || memchr(text.at, '=', digits) != NULL || strspn(text.at + digits, "=") < whole - digits)
        return false;
    bool good = EVP_DecodeBlock(bytes, (const unsigned char *)text.at, (int)text.size) == (int)(whole / 4 * 3);
    if (good)
        memcpy(out, bytes, size);
    OPENSSL_cleanse(bytes, sizeof bytes);
    return good;
}
