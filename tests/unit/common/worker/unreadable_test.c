/* unreadable_test.c - a result names inputs with unreadable values, and only then. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "services/common/worker/unreadable.h"

static void a_result_has_the_counts(void **state) {
    (void)state;
    json_t *result = json_pack("{s:i}", "rows", 7), *counts = json_pack("{s:i}", "age", 3);
    unreadable_describe(result, counts);
    char *text = json_dumps(result, JSON_COMPACT);
    assert_string_equal(text, "{\"rows\":7,\"unreadable\":{\"age\":3}}");
    free(text);
    json_decref(result);
    json_decref(counts);
}

static void without_counts_nothing_is_added(void **state) {
    (void)state;
    json_t *result = json_pack("{s:i}", "rows", 7);
    unreadable_describe(result, NULL);
    assert_int_equal(json_object_size(result), 1);
    json_decref(result);
}

/* What the log says about some counts, to be freed. */
static char *logged(const json_t *counts) {
    FILE *file = tmpfile();
    int kept = dup(STDERR_FILENO);
    assert_true(file != NULL && kept >= 0 && dup2(fileno(file), STDERR_FILENO) >= 0);
    unreadable_warn(counts);
    assert_true(dup2(kept, STDERR_FILENO) >= 0);
    close(kept);
    char *text = calloc(1, 4096);
    rewind(file);
    assert_true(fread(text, 1, 4095, file) < 4095);
    fclose(file);
    return text;
}

static void the_log_has_one_warning(void **state) {
    (void)state;
    json_t *counts = json_pack("{s:i,s:i}", "age", 3, "size", 1);
    char *text = logged(counts), *nothing = logged(NULL);
    assert_non_null(strstr(text, "\"level\":\"warn\""));
    assert_non_null(strstr(text, "age\\\":3"));
    assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
    assert_string_equal(nothing, "");
    free(text);
    free(nothing);
    json_decref(counts);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_result_has_the_counts),
        cmocka_unit_test(without_counts_nothing_is_added),
        cmocka_unit_test(the_log_has_one_warning),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
