/* source.c - the table of sources. */
#include "libetl/sources/source.h"

#define ROW(name, NAME, title, secret) {#name, title, #NAME "_WEBHOOK_SECRET", &etl_format_##name},
const struct etl_source etl_sources[ETL_SOURCE_COUNT] = {ETL_SOURCES(ROW)};
