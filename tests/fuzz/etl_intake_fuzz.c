/* etl_intake_fuzz.c - raw files of any bytes: no crash, every record has one fate, and it does not matter who reads. */
#include <stdlib.h>
#include <string.h>

#include "libetl/ingest/collector.h"

static const char config_json[] =
    "{\"currency\":\"usd\",\"setup_fee\":399,\"packages\":[{\"name\":\"A\",\"price\":150,\"lookup_keys\":[\"a\"]},"
    "{\"name\":\"B\",\"price\":350}],\"features\":[{\"name\":\"type\",\"kind\":\"categorical\",\"levels\":[\"Dental\"]}"
    ","
    "{\"name\":\"size\",\"kind\":\"categorical\",\"ranges\":true,\"levels\":[\"1-9\",\"10+\"]},{\"name\":\"age\","
    "\"kind\":\"numeric\"}]}";

static struct etl_config *config;
static struct etl_normalizer *normalizer;
static struct etl_hash_key key;
static struct etl_form_reader *form;

static void set_up(void) {
    struct etl_config_error err;
    config = etl_config_parse(config_json, sizeof config_json - 1, &err);
    normalizer = etl_normalizer_new(config);
    etl_hash_key_set(&key, "key", 3);
    form = etl_form_new(config, &key);
    if (form == NULL || normalizer == NULL)
        abort();
}

/* Read a file in pieces of so many bytes. */
static void read_file(struct etl_collector *collector, const struct etl_source_format *format, bool csv,
                      struct etl_text file, size_t piece, bool reference) {
    struct etl_reader reader = {{config, false, &key}, form, reference};
    struct etl_csv_header header = {0};
    struct etl_reader_error err;
    struct etl_record_batch batch = {0};
    size_t from = etl_reader_start(file);
    if (!etl_collector_begin(collector, config, normalizer, &key, 1))
        abort();
    if (!csv || etl_reader_csv_header(&reader, format, file, &header, &from, &err))
        while (from < file.size) {
            etl_record_batch_reset(&batch);
            if (!(csv ? etl_reader_read_csv(&reader, format, &header, file, from, from + piece, &batch, &from)
                      : etl_reader_read_json(&reader, format, file, from, from + piece, &batch, &from)) ||
                !etl_collector_add(collector, 0, &batch))
                abort();
        }
    if (!etl_collector_is_balanced(&collector->sources[0]))
        abort();
    etl_record_batch_done(&batch);
}

static bool take(void *user, const struct etl_purchase *purchase) {
    ((uint64_t *)user)[purchase->status]++;
    return true;
}

/* The same counts, and the same places refused. */
static bool are_alike(const struct etl_collector_source *a, const struct etl_collector_source *b) {
    return memcmp(a, b, offsetof(struct etl_collector_source, rejects)) == 0 &&
           (a->quarantined == 0 || memcmp(a->rejects, b->rejects, a->quarantined * sizeof *a->rejects) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    uint64_t status_counts[2][ETL_STATUS_COUNT] = {{0}};
    struct etl_collector ours, theirs;
    if (config == NULL)
        set_up();
    if (size < 2)
        return 0;
    const struct etl_source_format *format = data[0] % 4 < 2 ? &etl_format_formspree : &etl_format_stripe;
    bool csv = data[0] % 2 == 0;
    struct etl_text file = {(const char *)data + 2, size - 2};
    read_file(&ours, format, csv, file, (size_t)data[1] * 4 + 1, false);
    read_file(&theirs, format, csv, file, size, true);
    if (!are_alike(ours.sources, theirs.sources))
        abort();
    size_t brace;
    if (etl_reader_json_separator(file, &brace).size > 0 && file.at[0] != '[' && file.at[0] != '{' &&
        !strchr(" \t\r\n\xef", file.at[0]))
        abort();
    if (!etl_leads_resolve_identities(&ours.leads, NULL, 0, 1) ||
        !etl_leads_resolve_identities(&theirs.leads, NULL, 0, 1) || ours.leads.count != theirs.leads.count)
        abort();
    if (!etl_purchases_classify(&ours.purchases, config, take, status_counts[0]) ||
        !etl_purchases_classify(&theirs.purchases, config, take, status_counts[1]) ||
        memcmp(status_counts[0], status_counts[1], sizeof status_counts[0]) != 0)
        abort();
    etl_collector_done(&ours);
    etl_collector_done(&theirs);
    return 0;
}
