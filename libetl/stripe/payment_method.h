/* payment_method.h - payment methods as small numbers and in Stripe's spelling. */
#ifndef LIBETL_PAYMENT_METHOD_H
#define LIBETL_PAYMENT_METHOD_H

#include <stdint.h>

#include "libetl/base/text.h"

/* 0 for no text; all unknown words are "other". */
uint8_t etl_payment_method_of(struct etl_text text);
const char *etl_payment_method_name(uint8_t method); /* "" for 0 */

#endif
