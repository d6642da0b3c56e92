/* formspree.c - leads from Formspree's exports, webhook and API; its CSV files are read like those of any form. */
#include "libetl/sources/source.h"

/* In "submission" of a webhook's body, or the body itself. */
static json_t *find_answers(json_t *delivery) {
    json_t *submission = json_object_get(delivery, "submission");
    return json_is_object(submission) ? submission : delivery;
}

const struct etl_source_format etl_format_formspree = {
    .kind = ETL_SOURCE_OF_LEADS,
    .exports = {"customers*", "*submissions*"},
    .signature = {.header = "Formspree-Signature",
                  .time_key = "t",
                  .value_key = "v1",
                  .signed_text = "{time}.{body}",
                  .tolerance_s = 300},
    .answers = find_answers,
};
