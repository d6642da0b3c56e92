/*
 * malformed_test.c - folders of broken input, each with the errors that a person must be told.
 *
 * tests/fixtures/etl/<case>/raw/... is read as raw/ is; <case>/error holds what comes of it: lines of
 * "file:line: reason" as in the quarantine, or the one line that refuses a file.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "services/common/store/files.h"
#include "services/common/worker/configuration.h"
#include "services/etl/parallel_reader.h"
#include "services/etl/quarantine.h"
#include "tests/helpers/volume.h"

#define FIXTURES "tests/fixtures/etl"
enum { TEXT = 8192 };

/* What one run needs. */
struct bench {
    struct etl_config *config;
    struct etl_normalizer *normalizer;
    struct etl_hash_key key;
    struct etl_form_reader *form;
    struct etl_reader reader;
    struct etl_collector collector;
    struct sources sources;
};

static void bench_begin(struct bench *b, const char *data, bool reference_only) {
    struct error err;
    b->config = configuration_read(NULL, NULL, &err);
    b->normalizer = etl_normalizer_new(b->config);
    etl_hash_key_set(&b->key, "key", 3);
    b->form = etl_form_new(b->config, &b->key);
    b->reader = (struct etl_reader){{b->config, false, &b->key}, b->form, reference_only};
    assert_true(sources_find(&b->sources, open_volume(data), &err));
    assert_true(b->sources.count > 0);
    assert_true(etl_collector_begin(&b->collector, b->config, b->normalizer, &b->key, b->sources.count));
}

static void bench_end(struct bench *b) {
    etl_collector_done(&b->collector);
    sources_done(&b->sources);
    etl_form_free(b->form);
    etl_normalizer_free(b->normalizer);
    etl_config_free(b->config);
}

/* quarantine.ndjson as lines of "file:line: reason". */
static void show_quarantine(struct bench *b, char out[TEXT]) {
    char path[] = "/tmp/leadforest-etl-test-XXXXXX", line[2048];
    struct error err;
    size_t used = 0;
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    assert_true(quarantine_write(&b->collector, &b->sources, &volume_none, path, &err));
    FILE *file = fopen(path, "r");
    while (fgets(line, sizeof line, file) != NULL) {
        json_t *record = json_loads(line, 0, NULL);
        used +=
            (size_t)snprintf(out + used, TEXT - used, "%s:%d: %s\n", json_string_value(json_object_get(record, "file")),
                             (int)json_integer_value(json_object_get(record, "line")),
                             json_string_value(json_array_get(json_object_get(record, "reasons"), 0)));
        json_decref(record);
    }
    fclose(file);
    unlink(path);
}

static void read_case(const char *folder, bool reference_only, char out[TEXT]) {
    struct bench b;
    struct error err;
    bench_begin(&b, folder, reference_only);
    struct parallel_reader parallel = {&b.reader, &b.collector, NULL, 0, 2};
    bool done = true;
    out[0] = '\0';
    for (size_t i = 0; done && i < b.sources.count; i++) {
        assert_true(source_open(&b.sources.items[i], &err));
        done = parallel_reader_run(&parallel, &b.sources.items[i], i, &err);
        assert_true(source_close(&b.sources.items[i], &err));
    }
    if (done)
        show_quarantine(&b, out);
    else
        snprintf(out, TEXT, "%.*s\n", TEXT - 2, err.text);
    bench_end(&b);
}

static void check_case(const char *name, bool reference_only) {
    char folder[300], path[400], out[TEXT];
    struct error err;
    size_t size;
    snprintf(folder, sizeof folder, FIXTURES "/%s", name);
    snprintf(path, sizeof path, "%s/error", folder);
    char *expected = files_read(path, TEXT, &size, &err);
    if (expected == NULL)
        fail_msg("%s", err.text);
    read_case(folder, reference_only, out);
    if (strcmp(out, expected) != 0)
        fail_msg("%s%s: should say\n%sbut says\n%s", name, reference_only ? " (by the reference)" : "", expected, out);
    free(expected);
}

static void every_broken_input_gets_the_error_next_to_it(void **state) {
    (void)state;
    size_t cases = 0;
    DIR *dir = opendir(FIXTURES);
    assert_non_null(dir);
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        if (entry->d_name[0] == '.')
            continue;
        check_case(entry->d_name, false);
        check_case(entry->d_name, true);
        cases++;
    }
    closedir(dir);
    assert_true(cases > 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_broken_input_gets_the_error_next_to_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
