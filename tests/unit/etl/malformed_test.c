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

#include "services/common/configuration.h"
#include "services/common/files.h"
#include "services/etl/quarantine.h"
#include "services/etl/reading.h"

#define FIXTURES "tests/fixtures/etl"
enum { SEED = 7, TEXT = 8192 };

/* What one run needs. */
struct bench {
    struct config *config;
    struct vocabulary *vocabulary;
    struct form_reader *form;
    struct intake intake;
    struct gather gather;
    struct sources sources;
};

static void bench_begin(struct bench *b, const char *data, bool reference_only) {
    struct file_error err;
    b->config = configuration_read(NULL, NULL, &err);
    b->vocabulary = vocabulary_new(b->config);
    b->form = form_new(b->config, SEED);
    b->intake = (struct intake){{b->config, false, SEED}, b->form, reference_only};
    assert_true(sources_find(&b->sources, data, &err));
    assert_true(b->sources.count > 0);
    assert_true(gather_begin(&b->gather, b->config, b->vocabulary, SEED, b->sources.count));
}

static void bench_end(struct bench *b) {
    gather_done(&b->gather);
    sources_done(&b->sources);
    form_free(b->form);
    vocabulary_free(b->vocabulary);
    config_free(b->config);
}

/* quarantine.ndjson as lines of "file:line: reason". */
static void show_quarantine(struct bench *b, char out[TEXT]) {
    char path[] = "/tmp/leadforest-etl-test-XXXXXX", line[2048];
    struct file_error err;
    size_t used = 0;
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    assert_true(quarantine_write(&b->gather, &b->sources, path, &err));
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
    struct file_error err;
    bench_begin(&b, folder, reference_only);
    struct reading reading = {&b.intake, &b.gather, NULL, 0, 2};
    bool done = true;
    out[0] = '\0';
    for (size_t i = 0; done && i < b.sources.count; i++) {
        assert_true(source_open(&b.sources.items[i], &err));
        done = reading_run(&reading, &b.sources.items[i], i, &err);
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
    struct file_error err;
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

static void every_broken_input_gets_the_error_beside_it(void **state) {
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
        cmocka_unit_test(every_broken_input_gets_the_error_beside_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
