/* etl_signature_fuzz.c - no header makes an unsigned body valid, and none does harm. */
#include <stdlib.h>
#include <string.h>

#include "libetl/signature.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct signature_secrets secrets;
    char *header = malloc(size + 1);
    memcpy(header, data, size);
    header[size] = '\0';
    if (signature_read_secrets(&secrets, header))
        signature_check(SIGNATURE_STRIPE, &secrets, header, (struct text){"body", 4}, 1, 300);
    signature_read_secrets(&secrets, "whsec_nobody_can_know");
    if (signature_check(SIGNATURE_FORMSPREE, &secrets, header, (struct text){"body", 4}, 1, 300) == SIGNATURE_VALID)
        abort();
    free(header);
    return 0;
}
