/* csv_table_test.c - what is written is read back, and a wrong file is refused with its line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "services/common/table/csv_table.h"
#include "tests/helpers/scratch.h"

struct seen {
    size_t rows;
    int column;
    char last[4][200];
};

static bool remember(void *user, const struct csv_header *header, char *const *fields, char problem[200]) {
    struct seen *seen = user;
    if (fields == NULL) {
        seen->column = csv_column(header, "b");
        return true;
    }
    seen->rows++;
    for (size_t i = 0; i < header->columns && i < 4; i++)
        snprintf(seen->last[i], sizeof seen->last[i], "%s", fields[i]);
    if (strcmp(fields[0], "stop") == 0) {
        snprintf(problem, 200, "told to stop");
        return false;
    }
    return true;
}

static void what_is_written_is_read_back(void **state) {
    (void)state;
    static const char *const texts[] = {"plain", "a,b", "say \"hi\"", "two\nlines", " blanks ", "", "Zahn\xc3\xa4rzte"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct seen seen = {0};
        struct error err;
        FILE *file = fopen(scratch_path("t.csv"), "w");
        assert_non_null(file);
        fputs("a,b\n", file);
        csv_write_text(file, texts[i], false);
        csv_write_format(file, true, "%d", 7);
        fclose(file);
        assert_true(csv_table_read(scratch_path("t.csv"), remember, &seen, &err));
        assert_int_equal(seen.rows, 1);
        assert_int_equal(seen.column, 1);
        assert_string_equal(seen.last[0], texts[i]);
        assert_string_equal(seen.last[1], "7");
    }
}

/* Our splitter gives the quotes within quotes to libcsv, and so one row to each. */
static void white_space_belongs_to_its_field_whoever_reads_the_row(void **state) {
    (void)state;
    static const char *const rows[] = {" x ,\t y\n", " x ,\t y\r\n", " x ,\t y", " x ,\"\t y\"\r\n\r\n"};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct seen seen = {0};
        struct error err;
        char text[200];
        snprintf(text, sizeof text, "a,b\n\"say \"\"hi\"\"\", z \n%s", rows[i]);
        scratch_write("t.csv", text);
        assert_true(csv_table_read(scratch_path("t.csv"), remember, &seen, &err));
        assert_int_equal(seen.rows, 2);
        assert_string_equal(seen.last[0], " x ");
        assert_string_equal(seen.last[1], "\t y");
    }
}

static void as_many_columns_as_a_forest_can_have_are_read(void **state) {
    (void)state;
    struct seen seen = {0};
    struct error err;
    FILE *file = fopen(scratch_path("t.csv"), "w");
    assert_non_null(file);
    for (int row = 0; row < 2; row++)
        for (int column = 1; column <= 4099; column++)
            csv_write_format(file, column == 4099, "%d", column);
    fclose(file);
    assert_true(csv_table_read(scratch_path("t.csv"), remember, &seen, &err));
    assert_string_equal(seen.last[3], "4");
}

static void a_wrong_file_is_rejected_with_its_line(void **state) {
    (void)state;
    static const struct {
        const char *text, *error;
    } wrong[] = {{"a,b\n1,2\n3\n", "line 3: 1 fields where the header has 2"},
                 {"a,b\n1,\"2\n", "line 2: the file ends within quotes"},
                 {"a,b\n1,2\n\"x\"y,3\n", "line 3: a quote in the wrong place"},
                 {"a,b\nstop,2\n", "line 2: told to stop"},
                 {"a,b\n1,2\nstop,2\n1,2\n1,2\n1,\"2\"3\n", "line 3: told to stop"},
                 {"a,b\n3\n1,2\n1,2\n", "line 2: 1 fields where the header has 2"},
                 {"", "no header"}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct seen seen = {0};
        struct error err;
        scratch_write("t.csv", wrong[i].text);
        assert_false(csv_table_read(scratch_path("t.csv"), remember, &seen, &err));
        if (strstr(err.text, wrong[i].error) == NULL)
            fail_msg("\"%s\" does not say \"%s\"", err.text, wrong[i].error);
        assert_false(err.retryable);
    }
}

static void an_unclosed_quote_does_not_eat_memory(void **state) {
    (void)state;
    struct seen seen = {0};
    struct error err;
    FILE *file = fopen(scratch_path("t.csv"), "w");
    assert_non_null(file);
    fputs("a,b\n\"", file);
    for (int i = 0; i < 200000; i++)
        fputs("0123456789", file);
    fclose(file);
    assert_false(csv_table_read(scratch_path("t.csv"), remember, &seen, &err));
    assert_non_null(strstr(err.text, "a field larger than 64 KiB"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read_back),
        cmocka_unit_test(white_space_belongs_to_its_field_whoever_reads_the_row),
        cmocka_unit_test(as_many_columns_as_a_forest_can_have_are_read),
        cmocka_unit_test(a_wrong_file_is_rejected_with_its_line),
        cmocka_unit_test(an_unclosed_quote_does_not_eat_memory),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
