/* checks_test.c - keys and pseudonyms, features that know too much, and checks that stop a run. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "services/common/store/atomic_file.h"
#include "services/etl/checks.h"
#include "services/etl/csv_output.h"
#include "services/etl/pseudonym.h"
#include "services/etl/sources.h"
#include "tests/helpers/volume.h"

static const char key[] = "00112233445566778899aabbccddeeff";

static char *new_volume(char folder[64]) {
    char raw[80];
    strcpy(folder, "/tmp/leadforest-etl-test-XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(raw, sizeof raw, "%s/raw", folder);
    assert_int_equal(mkdir(raw, 0700), 0);
    return folder;
}

static void remove_volume(const char *folder) {
    char path[100];
    snprintf(path, sizeof path, "%s/raw", folder);
    folder_remove_at(&volume_none, path);
    folder_remove_at(&volume_none, folder);
}

/* ---- pseudonyms ---- */

static void real_data_need_a_key(void **state) {
    (void)state;
    char folder[64];
    struct pseudonym pseudonym;
    struct error err;
    assert_int_equal(pseudonym_key(&pseudonym, NULL, open_volume(new_volume(folder)), &err), EXIT_USAGE);
    assert_non_null(strstr(err.text, "PSEUDONYM_KEY is not set"));
    remove_volume(folder);
}

static void sample_data_get_a_key_that_stays_and_that_nobody_else_may_read(void **state) {
    (void)state;
    char folder[64], path[100];
    struct pseudonym first, second;
    struct error err;
    struct stat about;
    new_volume(folder);
    snprintf(path, sizeof path, "%s/raw/truth.json", folder);
    assert_true(atomic_file_write(path, "{}", 2, &err));
    assert_int_equal(pseudonym_key(&first, NULL, open_volume(folder), &err), EXIT_DONE);
    assert_int_equal(pseudonym_key(&second, NULL, open_volume(folder), &err), EXIT_DONE);
    assert_int_equal(first.size, 32);
    assert_memory_equal(first.key, second.key, first.size);
    snprintf(path, sizeof path, "%s/raw/pseudonym.key", folder);
    assert_int_equal(stat(path, &about), 0);
    assert_int_equal(about.st_mode & 0777, 0600);
    remove_volume(folder);
}

static void a_key_that_is_none_is_rejected_without_being_shown(void **state) {
    (void)state;
    static const char *const wrong[] = {"short", "001122334455667788990011223344",
                                        "0011223344556677889900112233445566778", "zz112233445566778899aabbccddeeff",
                                        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8*"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct pseudonym pseudonym;
        struct error err;
        assert_int_equal(pseudonym_key(&pseudonym, wrong[i], &volume_none, &err), EXIT_USAGE);
        assert_null(strstr(err.text, wrong[i]));
    }
}

static void one_address_has_one_pseudonym_which_depends_on_the_key(void **state) {
    (void)state;
    struct pseudonym one, other;
    struct error err;
    char a[ETL_LEADS_ID], b[ETL_LEADS_ID], c[ETL_LEADS_ID];
    assert_int_equal(pseudonym_key(&one, key, &volume_none, &err), EXIT_DONE);
    assert_int_equal(pseudonym_key(&other, "ff112233445566778899aabbccddeeff", &volume_none, &err), EXIT_DONE);
    pseudonym_make(&one, "ada@example.com", a);
    pseudonym_make(&one, "ben@example.com", b);
    pseudonym_make(&other, "ada@example.com", c);
    assert_int_equal(strlen(a), 34);
    assert_string_not_equal(a, b);
    assert_string_not_equal(a, c);
    assert_null(strstr(a, "ada"));
}

static void a_key_may_be_given_in_base64(void **state) {
    (void)state;
    struct pseudonym hex, base64;
    struct error err;
    assert_int_equal(
        pseudonym_key(&hex, "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f", &volume_none, &err),
        EXIT_DONE);
    assert_int_equal(pseudonym_key(&base64, "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", &volume_none, &err),
                     EXIT_DONE);
    assert_int_equal(base64.size, hex.size);
    assert_memory_equal(base64.key, hex.key, hex.size);
}

/* ---- features that know too much ---- */

static const char *find_leak(const char *feature, const char *columns) {
    char json[600];
    struct etl_config_error err;
    snprintf(json, sizeof json,
             "{\"currency\":\"usd\",\"setup_fee\":0,\"packages\":[{\"name\":\"A\",\"price\":1},{\"name\":\"B\","
             "\"price\":2}],"
             "\"features\":[{\"name\":\"%s\",\"kind\":\"numeric\",\"columns\":[%s]}]}",
             feature, columns);
    struct etl_config *config = etl_config_parse(json, strlen(json), &err);
    const char *found = csv_output_find_leak(config) != NULL ? feature : NULL;
    etl_config_free(config);
    return found;
}

static void a_feature_known_only_after_a_purchase_is_found(void **state) {
    (void)state;
    assert_non_null(find_leak("amount", ""));
    assert_non_null(find_leak("Payment Method", ""));
    assert_non_null(find_leak("purchased_at", ""));
    assert_non_null(find_leak("spending", "\"turnover\",\"Amount\""));
    assert_null(find_leak("loyalty_points", "\"points\""));
}

/* ---- files that change ---- */

/* Somebody copies another export over one that is being read. */
static void a_file_that_shrinks_while_it_is_read_is_a_matter_for_later(void **state) {
    (void)state;
    enum { SIZE = 1 << 20 };
    char folder[64], path[100];
    static char bytes[SIZE];
    struct sources sources;
    struct error err = {.text = ""};
    new_volume(folder);
    snprintf(path, sizeof path, "%s/raw/customers.csv", folder);
    memset(bytes, 'x', sizeof bytes);
    assert_true(atomic_file_write(path, bytes, sizeof bytes, &err));
    assert_true(sources_find(&sources, open_volume(folder), &err));
    for (int shrinks = 0; shrinks < 2; shrinks++) {
        struct source *source = &sources.items[0];
        assert_true(source_open(source, &err));
        assert_int_equal(source->bytes.size, SIZE);
        if (shrinks)
            assert_int_equal(truncate(path, 100), 0);
        assert_int_equal(source->bytes.at[SIZE - 1], shrinks ? 0 : 'x');
        assert_int_equal(source->bytes.at[10], 'x');
        assert_int_equal(source_close(source, &err), !shrinks);
    }
    assert_true(err.retryable);
    assert_non_null(strstr(err.text, "customers.csv became shorter while it was read"));
    sources_done(&sources);
    remove_volume(folder);
}

/* ---- checks ---- */

static const struct check *check_counts(struct checks *checks, uint64_t read, uint64_t accepted, uint64_t broken,
                                        uint64_t unrelated) {
    static const char *const names[] = {"customers.csv"};
    struct etl_collector_source source = {.read = read, .accepted = accepted, .quarantined = broken + unrelated};
    struct etl_config config = {0};
    struct etl_dataset dataset = {0};
    struct etl_collector collector = {
        .sources = &source, .source_count = 1, .newest_submission = INT64_MIN, .newest_payment = INT64_MIN};
    source.reasons[ETL_REJECT_BAD_DATE] = broken;
    source.reasons[ETL_REJECT_UNRELATED] = unrelated;
    checks_run(checks, &(struct checks_subject){&collector, &dataset, &config, names, 0, -1},
               &(struct checks_limits){0.2, 30});
    return checks_find_error(checks);
}

static const struct check *find_check(const struct checks *checks, const char *name) {
    for (size_t i = 0; i < checks->count; i++)
        if (strcmp(checks->items[i].name, name) == 0)
            return &checks->items[i];
    return NULL;
}

/* The check named "dates" of so many submissions, of which the newest was sent then; NULL if it is not listed. */
static const struct check *check_dates(struct checks *checks, uint64_t submissions, int64_t newest) {
    struct etl_config config = {0};
    struct etl_dataset dataset = {0};
    struct etl_collector collector = {
        .submissions = submissions, .newest_submission = newest, .newest_payment = INT64_MIN};
    checks_run(checks, &(struct checks_subject){&collector, &dataset, &config, NULL, 0, -1},
               &(struct checks_limits){0.2, 30});
    return find_check(checks, "dates");
}

static void submissions_without_any_date_are_a_warning(void **state) {
    (void)state;
    struct checks checks;
    const struct check *check = check_dates(&checks, 10, INT64_MIN);
    assert_non_null(check);
    assert_true(!check->passed && check->severity == CHECK_WARNING);
    assert_non_null(strstr(check->text, "submitted_at"));
    assert_null(check_dates(&checks, 10, 0));
    assert_null(check_dates(&checks, 0, INT64_MIN));
}

static void few_broken_records_pass(void **state) {
    (void)state;
    struct checks checks;
    assert_null(check_counts(&checks, 100, 80, 20, 0));
}

static void too_many_stop_the_run_and_say_which_and_why(void **state) {
    (void)state;
    struct checks checks;
    const struct check *error = check_counts(&checks, 100, 79, 21, 0);
    assert_non_null(error);
    assert_string_equal(error->name, "quarantine");
    assert_non_null(strstr(error->text, "21 of 100"));
    assert_non_null(strstr(error->text, "customers.csv"));
    assert_non_null(strstr(error->text, "an unreadable date; one such as 2026-01-31 10:20 is expected"));
}

static void records_about_something_else_do_not_count_against_the_limit(void **state) {
    (void)state;
    struct checks checks;
    assert_null(check_counts(&checks, 100, 10, 0, 90));
}

static void a_record_that_got_lost_is_our_mistake(void **state) {
    (void)state;
    struct checks checks;
    assert_string_equal(check_counts(&checks, 100, 99, 0, 0)->name, "conservation");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(real_data_need_a_key),
        cmocka_unit_test(sample_data_get_a_key_that_stays_and_that_nobody_else_may_read),
        cmocka_unit_test(a_key_that_is_none_is_rejected_without_being_shown),
        cmocka_unit_test(one_address_has_one_pseudonym_which_depends_on_the_key),
        cmocka_unit_test(a_key_may_be_given_in_base64),
        cmocka_unit_test(a_feature_known_only_after_a_purchase_is_found),
        cmocka_unit_test(a_file_that_shrinks_while_it_is_read_is_a_matter_for_later),
        cmocka_unit_test(submissions_without_any_date_are_a_warning),
        cmocka_unit_test(few_broken_records_pass),
        cmocka_unit_test(too_many_stop_the_run_and_say_which_and_why),
        cmocka_unit_test(records_about_something_else_do_not_count_against_the_limit),
        cmocka_unit_test(a_record_that_got_lost_is_our_mistake),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
