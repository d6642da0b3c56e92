/*
 * source.h - the services that leads and payments come from: a row of ETL_SOURCES each, and what its records look like.
 *
 * A source's name is in the route of its webhook (/webhooks/<name>), in the names of its files in raw/inbox
 * (<name>-*.ndjson) and in metrics.  Programs that need a row for each source at compile time (routes, settings) make
 * it from ETL_SOURCES; the others loop over etl_sources.  The code of each source is in its own file (formspree.c),
 * which defines etl_format_<name>.
 */
#ifndef LIBETL_SOURCE_H
#define LIBETL_SOURCE_H

#include <jansson.h>

#include "libetl/base/webhook_signature.h"

/*
 * Name, name in capitals, name for people, help of the setting <NAME>_WEBHOOK_SECRET. If the name of a file in raw/
 * matches several rows, the first counts.
 */
#define ETL_SOURCES(X)                                                                                                 \
    X(formspree, FORMSPREE, "Formspree", "signing secrets of Formspree's webhook, separated by commas")                \
    X(stripe, STRIPE, "Stripe", "signing secrets of Stripe's webhook endpoint (whsec_...), separated by commas")

#define ETL_SOURCE_ID(name, NAME, title, secret) ETL_SOURCE_##NAME,
enum etl_source_id { ETL_SOURCES(ETL_SOURCE_ID) ETL_SOURCE_COUNT };
#undef ETL_SOURCE_ID

enum etl_source_kind {
    ETL_SOURCE_OF_LEADS,   /* read by libetl/forms */
    ETL_SOURCE_OF_PAYMENTS /* read by libetl/stripe */
};

enum { ETL_SOURCE_EXPORTS = 3 };

struct etl_source_format {
    enum etl_source_kind kind;
    const char *exports[ETL_SOURCE_EXPORTS]; /* names of its files in raw/, without .csv or .json; NULL: no more */
    struct etl_signature_scheme signature;   /* of deliveries to its webhook */
    /* Leads: the answers in a delivery as a flat object. The delivery owns it: it is a part of the delivery or was put
     * into it. NULL if memory runs out. */
    json_t *(*answers)(json_t *delivery);
};

struct etl_source {
    const char *name, *title;
    const char *secret; /* the environment variable with its webhook's secrets */
    const struct etl_source_format *format;
};

extern const struct etl_source etl_sources[ETL_SOURCE_COUNT];

#define ETL_SOURCE_FORMAT(name, NAME, title, secret) extern const struct etl_source_format etl_format_##name;
ETL_SOURCES(ETL_SOURCE_FORMAT)
#undef ETL_SOURCE_FORMAT

#endif
