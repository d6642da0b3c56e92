/*
 * etl_signature_fuzz.c - no header makes an unsigned body valid, none does harm, and what is signed is valid
 * whatever else its header says.
 *
 * The input is a header up to its first line end, and a body.
 */
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "libetl/sources/source.h"

#define SECRET "whsec_nobody_can_know"
enum { NOW = 1780272000, TOLERANCE = 300, SUM = 32 };

/* "t=NOW,v1=<hex>,<rest>", made the way the senders do; the caller frees it. */
static char *sign(struct etl_text body, const char *rest) {
    unsigned char sum[SUM];
    char *signed_text = malloc(body.size + 30), *header = malloc(strlen(rest) + 100);
    int n = snprintf(signed_text, 30, "%d.", NOW);
    memcpy(signed_text + n, body.at, body.size);
    HMAC(EVP_sha256(), SECRET, (int)strlen(SECRET), (unsigned char *)signed_text, (size_t)n + body.size, sum, NULL);
    n = sprintf(header, "t=%d,v1=", NOW);
    for (int i = 0; i < SUM; i++)
        n += sprintf(header + n, "%02x", sum[i]);
    sprintf(header + n, ",%s", rest);
    free(signed_text);
    return header;
}

static void expect(enum etl_signature_result wanted, const char *secrets_text, const char *header,
                   struct etl_text body) {
    struct etl_signature_secrets secrets;
    if (!etl_signature_read_secrets(&secrets, secrets_text) ||
        etl_signature_check(&etl_format_formspree.signature, &secrets, header, body, NOW + TOLERANCE) != wanted)
        abort();
}

static void signed_is_valid(struct etl_text body, const char *rest) {
    char *header = sign(body, strchr(rest, 't') == NULL ? rest : ""); /* another time would be signed instead */
    char *other = malloc(body.size + 1);
    memcpy(other, body.at, body.size);
    other[body.size] = 'x';
    expect(ETL_SIGNATURE_VALID, "whsec_other," SECRET, header, body);
    expect(ETL_SIGNATURE_WRONG, SECRET, header, (struct etl_text){other, body.size + 1});
    expect(ETL_SIGNATURE_WRONG, "whsec_other", header, body);
    free(other);
    free(header);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct etl_signature_secrets secrets;
    const uint8_t *newline = size > 0 ? memchr(data, '\n', size) : NULL;
    size_t header_size = newline != NULL ? (size_t)(newline - data) : size;
    struct etl_text body = newline != NULL ? (struct etl_text){(const char *)newline + 1, size - header_size - 1}
                                           : (struct etl_text){"body", 4};
    char *header = malloc(header_size + 1);
    memcpy(header, data, header_size);
    header[header_size] = '\0';
    const struct etl_signature_scheme bare = {.encoding = ETL_SIGNATURE_BASE64, .signed_text = "{body}"};
    if (etl_signature_read_secrets(&secrets, header)) {
        etl_signature_check(&etl_format_stripe.signature, &secrets, header, body, NOW);
        etl_signature_check(&bare, &secrets, header, body, NOW);
    }
    etl_signature_read_secrets(&secrets, SECRET);
    if (etl_signature_check(&etl_format_formspree.signature, &secrets, header, body, NOW) == ETL_SIGNATURE_VALID)
        abort();
    signed_is_valid(body, header);
    free(header);
    return 0;
}
