/* payment_method.h - how something was paid, as a small number and as Stripe spells it. */
#ifndef LIBETL_PAYMENT_METHOD_H
#define LIBETL_PAYMENT_METHOD_H

#include <stdint.h>

#include "libetl/base/text.h"

/* 0 for no text; words that are not known are all "other". */
uint8_t etl_payment_method_of(struct etl_text text);
const char *etl_payment_method_name(uint8_t method); /* "" for 0 */

#endif
