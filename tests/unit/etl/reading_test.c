/* reading_test.c - files that are read in many stretches by several threads come out as by one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "libetl/dataset.h"
#include "services/common/configuration.h"
#include "services/etl/reading.h"

enum { SEED = 7, LEADS = 40000 };

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

static void write_address(void *user, const char *address, char out[LEADS_ID]) {
    (void)user;
    memcpy(out, address, strlen(address) + 1);
}

/* All that came of the files, as text. */
static char *read_with(unsigned threads) {
    struct file_error err;
    struct config *config = configuration_read(NULL, NULL, &err);
    struct vocabulary *vocabulary = vocabulary_new(config);
    struct form_reader *form = form_new(config, SEED);
    struct intake intake = {{config, false, SEED}, form, false};
    struct sources sources;
    struct gather gather;
    struct dataset dataset;
    char *out = malloc(LEADS * 200), id[LEADS_ID];
    size_t used = 0;
    assert_true(sources_find(&sources, folder, &err));
    assert_true(gather_begin(&gather, config, vocabulary, SEED, sources.count));
    struct reading reading = {&intake, &gather, NULL, 0, threads};
    for (size_t i = 0; i < sources.count; i++) {
        assert_true(source_open(&sources.items[i], &err));
        assert_true(reading_run(&reading, &sources.items[i], i, &err));
        assert_true(source_close(&sources.items[i], &err));
        const struct gather_source *s = &gather.sources[i];
        used += (size_t)sprintf(out + used, "%s %d %d %d %d\n", sources.items[i].name, (int)s->read, (int)s->accepted,
                                (int)s->duplicates, (int)s->quarantined);
        for (size_t k = 0; k < s->quarantined; k++)
            used += (size_t)sprintf(out + used, "%d %d\n", (int)s->refusals[k].offset, (int)s->refusals[k].length);
    }
    assert_true(dataset_judge(&dataset, &gather.purchases, config));
    assert_true(dataset_build(&dataset, &gather.leads, config, write_address, NULL, threads));
    for (size_t i = 0; i < dataset.count; i++) {
        struct dataset_row row;
        bool is_address;
        dataset_row(&dataset, i, &row);
        leads_id(&gather.leads, row.lead, id, &is_address);
        used +=
            (size_t)sprintf(out + used, "%s %ld %ld %ld\n", id, (long)row.signup_at, (long)row.at, (long)row.amount);
    }
    dataset_done(&dataset);
    gather_done(&gather);
    sources_done(&sources);
    form_free(form);
    vocabulary_free(vocabulary);
    config_free(config);
    return out;
}

static void the_number_of_threads_changes_nothing(void **state) {
    (void)state;
    char *alone = read_with(1);
    assert_non_null(strstr(alone, "customers.csv 40000 40000 0 0\n"));
    assert_non_null(strstr(alone, "transactions.json 40400 35000 5000 400\n"));
    for (unsigned threads = 2; threads <= 5; threads++) {
        char *together = read_with(threads);
        assert_string_equal(together, alone);
        free(together);
    }
    free(alone);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_number_of_threads_changes_nothing)};
    return cmocka_run_group_tests(tests, write_files, remove_files);
}
