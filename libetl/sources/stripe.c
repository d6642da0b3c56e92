/* stripe.c - payments from Stripe's exports, webhook and API. */
#include "libetl/sources/source.h"

const struct etl_source_format etl_format_stripe = {
    .kind = ETL_SOURCE_OF_PAYMENTS,
    .exports = {"transactions*", "*payments*"},
    .signature = {.header = "Stripe-Signature",
                  .time_key = "t",
                  .value_key = "v1",
                  .signed_text = "{time}.{body}",
                  .tolerance_s = 300, /* as Stripe's own libraries do, which also accept times after ours */
                  .accepts_future = true},
};
