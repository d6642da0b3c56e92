/* parallel_reader_test.c - files that are read in many stretches by several threads come out as by one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "libetl/join/dataset.h"
#include "services/common/worker/configuration.h"
#include "services/etl/parallel_reader.h"
#include "tests/helpers/volume.h"

enum { LEADS = 40000 };

static char folder[] = "/tmp/leadforest-reading-test-XXXXXX";

static FILE *open_raw(const char *name) {
    char path[300];
    snprintf(path, sizeof path, "%s/raw/%s", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    return file;
}

/* Every third text holds a line end, so that many stretches do not begin where they seem to. */
static int write_files(void **state) {
    (void)state;
    char path[300];
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "mkdir %s/raw", folder);
    assert_int_equal(system(path), 0);
    FILE *forms = open_raw("customers.csv"), *payments = open_raw("transactions.json");
    fprintf(forms, "customer_id,email,business_type,business_size,signup_date,note\n");
    for (int i = 0; i < LEADS; i++) {
        fprintf(forms, "lead-%d,p%d@example.com,Dental,10-25,2026-01-%02dT10:00:00,\"a note%s%d\"\n", i, i % 30000,
                i % 28 + 1, i % 3 == 0 ? "\nlead-x,y,\n" : " ", i);
        fprintf(payments,
                "{\"id\":\"ch_%d\",\"object\":\"charge\",\"amount\":35000,\"captured\":true,\"created\":%d,"
                "\"currency\":\"usd\",\"livemode\":true,\"status\":\"succeeded\",\"billing_details\":{\"email\":\"p%d@"
                "example.com\"}}%s",
                i % 35000, 1768000000 + i % 35000, i % 35000, i % 100 == 0 ? "\n\"no object\"\n" : "\n");
    }
    fclose(forms);
    fclose(payments);
    return 0;
}

static int remove_files(void **state) {
    (void)state;
    char command[300];
    snprintf(command, sizeof command, "rm -r %s", folder);
    return system(command);
}

static void write_address(void *user, const char *address, char out[ETL_LEADS_ID]) {
    (void)user;
    memcpy(out, address, strlen(address) + 1);
}

/* All that came of the files, as text. */
static char *read_with(unsigned threads, const char *random) {
    struct error err;
    struct etl_hash_key key;
    etl_hash_key_set(&key, random, strlen(random));
    struct etl_config *config = configuration_read(NULL, NULL, &err);
    struct etl_normalizer *normalizer = etl_normalizer_new(config);
    struct etl_form_reader *form = etl_form_new(config, &key);
    struct etl_reader reader = {{config, false, &key}, form, false};
    struct sources sources;
    struct etl_collector collector;
    struct etl_dataset dataset;
    char *out = malloc(LEADS * 200), id[ETL_LEADS_ID];
    size_t used = 0;
    assert_true(sources_find(&sources, open_volume(folder), &err));
    assert_true(etl_collector_begin(&collector, config, normalizer, &key, sources.count));
    struct parallel_reader parallel = {&reader, &collector, NULL, 0, threads};
    for (size_t i = 0; i < sources.count; i++) {
        assert_true(source_open(&sources.items[i], &err));
        assert_true(parallel_reader_run(&parallel, &sources.items[i], i, &err));
        assert_true(source_close(&sources.items[i], &err));
        const struct etl_collector_source *s = &collector.sources[i];
        used += (size_t)sprintf(out + used, "%s %d %d %d %d\n", sources.items[i].name, (int)s->read, (int)s->accepted,
                                (int)s->duplicates, (int)s->quarantined);
        for (size_t k = 0; k < s->quarantined; k++)
            used += (size_t)sprintf(out + used, "%d %d\n", (int)s->rejects[k].offset, (int)s->rejects[k].length);
    }
    assert_true(etl_dataset_begin(&dataset, &collector.purchases, config));
    assert_true(etl_dataset_build(&dataset, &collector.leads, config, write_address, NULL, threads));
    for (size_t i = 0; i < dataset.count; i++) {
        struct etl_dataset_row row;
        bool is_address;
        etl_dataset_row(&dataset, i, &row);
        etl_leads_id(&collector.leads, row.lead, id, &is_address);
        used +=
            (size_t)sprintf(out + used, "%s %ld %ld %ld\n", id, (long)row.signup_at, (long)row.at, (long)row.amount);
    }
    etl_dataset_done(&dataset);
    etl_collector_done(&collector);
    sources_done(&sources);
    etl_form_free(form);
    etl_normalizer_free(normalizer);
    etl_config_free(config);
    return out;
}

static void the_number_of_threads_changes_nothing(void **state) {
    (void)state;
    char *alone = read_with(1, "key");
    assert_non_null(strstr(alone, "customers.csv 40000 40000 0 0\n"));
    assert_non_null(strstr(alone, "transactions.json 40400 35000 5000 400\n"));
    for (unsigned threads = 2; threads <= 5; threads++) {
        char *together = read_with(threads, "key");
        assert_string_equal(together, alone);
        free(together);
    }
    free(alone);
}

static void the_key_of_the_hashes_changes_nothing(void **state) {
    (void)state;
    char *one = read_with(1, "key"), *other = read_with(1, "another key");
    assert_string_equal(one, other);
    free(one);
    free(other);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_number_of_threads_changes_nothing),
                                       cmocka_unit_test(the_key_of_the_hashes_changes_nothing)};
    return cmocka_run_group_tests(tests, write_files, remove_files);
}
