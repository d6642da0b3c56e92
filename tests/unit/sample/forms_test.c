/* forms_test.c - customers.csv holds every lead, and as much mess as promised. */
#include "tests/unit/sample/fixture.h"

#include <csv.h>
#include <stdio.h>
#include <string.h>

#include "services/sample/forms.h"

enum { LEADS = 4000, COLUMNS = 11, SIZE_COLUMN = 5, TYPE_COLUMN = 4 };

/* What a reader sees: rows by their number of fields, and how types and sizes are spelt. */
struct reading {
    size_t fields, rows, ragged;
    size_t other_types, other_sizes, empty_sizes;
    struct population *population;
    char text[COLUMNS][200];
};

static bool is_level(const struct etl_config_feature *feature, const char *text) {
    for (size_t i = 0; i < feature->levels.count; i++)
        if (strcmp(feature->levels.text[i], text) == 0)
            return true;
    return false;
}

static void on_field(void *bytes, size_t size, void *user) {
    struct reading *reading = user;
    if (reading->fields < COLUMNS)
        snprintf(reading->text[reading->fields], sizeof reading->text[0], "%.*s", (int)size, (char *)bytes);
    reading->fields++;
}

static void on_row(int end, void *user) {
    (void)end;
    struct reading *reading = user;
    reading->rows++;
    reading->ragged += reading->fields != COLUMNS;
    if (reading->fields == COLUMNS) {
        reading->other_types += !is_level(reading->population->type, reading->text[TYPE_COLUMN]);
        reading->other_sizes += !is_level(reading->population->size, reading->text[SIZE_COLUMN]);
        reading->empty_sizes += reading->text[SIZE_COLUMN][0] == '\0';
    }
    reading->fields = 0;
}

static char *write_forms(uint64_t seed, struct forms_count *count, size_t *size) {
    struct small_sample small = small_sample_new(seed, LEADS, POPULATION_STEADY);
    char *bytes;
    FILE *file = open_memstream(&bytes, size);
    assert_true(forms_write(file, &small.sample, count));
    fclose(file);
    small_sample_done(&small);
    return bytes;
}

static void the_file_is_csv_with_these_columns_and_a_few_broken_rows(void **state) {
    (void)state;
    struct small_sample small = small_sample_new(1, LEADS, POPULATION_STEADY);
    struct reading reading = {.population = small.population};
    struct forms_count count;
    struct csv_parser parser;
    size_t size;
    char *bytes = write_forms(1, &count, &size);
    const char header[] = "customer_id,name,email,business_name,business_type,business_size,age,region,signup_date,"
                          "loyalty_points,";
    assert_memory_equal(bytes, header, sizeof header - 1);
    csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI);
    assert_true(csv_parse(&parser, bytes, size, on_field, on_row, &reading) == size);
    assert_true(csv_fini(&parser, on_field, on_row, &reading) == 0);
    csv_free(&parser);
    assert_true(reading.rows == count.rows + 1);
    assert_true(count.broken >= 4 && reading.ragged >= 3 && reading.ragged <= 2 * count.broken);
    assert_in_range(reading.other_types, LEADS / 20, LEADS / 4);
    assert_in_range(reading.other_sizes, LEADS / 20, LEADS / 4);
    assert_in_range(reading.empty_sizes, 1, LEADS / 100);
    free(bytes);
    small_sample_done(&small);
}

static void every_lead_with_an_id_is_there_under_it(void **state) {
    (void)state;
    struct small_sample small = small_sample_new(1, LEADS, POPULATION_STEADY);
    struct forms_count count;
    size_t size, anonymous = 0;
    char *bytes = write_forms(1, &count, &size);
    for (uint64_t i = 0; i < LEADS; i++) {
        struct person person;
        char email[80];
        person_make(&person, &small.sample, i);
        person_email(&person, email);
        assert_non_null(strstr(bytes, email));
        assert_true((strstr(bytes, person.id) != NULL) == !person.anonymous);
        anonymous += person.anonymous;
    }
    assert_in_range(anonymous, 1, LEADS / 50);
    free(bytes);
    small_sample_done(&small);
}

static void the_same_seed_gives_the_same_bytes_and_another_seed_others(void **state) {
    (void)state;
    struct forms_count count;
    size_t one_size, two_size, other_size;
    char *one = write_forms(1, &count, &one_size), *two = write_forms(1, &count, &two_size),
         *other = write_forms(2, &count, &other_size);
    assert_true(one_size == two_size && memcmp(one, two, one_size) == 0);
    assert_true(other_size != one_size || memcmp(one, other, one_size) != 0);
    free(one);
    free(two);
    free(other);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_file_is_csv_with_these_columns_and_a_few_broken_rows),
        cmocka_unit_test(every_lead_with_an_id_is_there_under_it),
        cmocka_unit_test(the_same_seed_gives_the_same_bytes_and_another_seed_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
