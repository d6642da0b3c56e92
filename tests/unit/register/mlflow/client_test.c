/* client_test.c - what MLflow is told of a decision, how it may be reached, and that a folder can be read as its model.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "services/register/card/mlmodel.h"
#include "services/register/mlflow/client.h"
#include "services/register/mlflow/run_payload.h"
#include "tests/unit/register/models.h"

static struct run_payload story_of(const char *decision, const char *card, const char *report) {
    json_t *d = json_loads(decision, 0, NULL), *c = json_loads(card, 0, NULL);
    assert_non_null(d);
    struct run_payload payload = run_payload_make(d, c, report);
    json_decref(d);
    json_decref(c);
    return payload;
}

static void keys_hold_what_mlflow_allows(void **state) {
    (void)state;
    struct run_payload s =
        story_of("{}", "{\"importances\":{\"permutation\":{\"größe (m*2):x\":0.25,\"a b-c.d/e\":1}}}", NULL);
    assert_non_null(json_object_get(s.metrics, "importance.gr____e _m_2__x"));
    assert_non_null(json_object_get(s.metrics, "importance.a b-c.d/e"));
    run_payload_done(&s);
}

static void what_is_no_number_is_no_metric(void **state) {
    (void)state;
    struct run_payload s = story_of("{\"numbers\":{\"gain\":{\"mean\":null,\"interval\":[null,0.5]}}}", "{}", NULL);
    assert_null(json_object_get(s.metrics, "gate.gain"));
    assert_null(json_object_get(s.metrics, "gate.gain_low"));
    assert_true(json_real_value(json_object_get(s.metrics, "gate.gain_high")) == 0.5);
    run_payload_done(&s);
}

static void a_long_text_is_cut_between_characters(void **state) {
    (void)state;
    char report[6001];
    for (size_t i = 0; i < 6000; i += 2)
        memcpy(report + i, "\xC3\xA9", 2);
    memmove(report + 1, report, 5999);
    report[0] = 'a'; /* so that byte 5000 is within a character */
    report[6000] = '\0';
    struct run_payload s = story_of("{\"status\":\"promoted\"}", "{}", report);
    assert_int_equal(json_string_length(json_object_get(s.tags, "mlflow.note.content")), 4999);
    run_payload_done(&s);
}

static void a_card_that_is_gone_leaves_the_decision_to_report(void **state) {
    (void)state;
    struct run_payload s = story_of(
        "{\"status\":\"rejected\",\"reason\":\"why\",\"holdout\":{\"sha256\":\"ab\",\"rows\":7}}", "null", NULL);
    assert_string_equal(json_string_value(json_object_get(s.tags, "gate.reason")), "why");
    assert_int_equal(json_object_size(s.params), 0);
    assert_int_equal(json_array_size(s.datasets), 1);
    run_payload_done(&s);
}

static void secrets_go_by_https_or_stay_on_this_machine(void **state) {
    (void)state;
    static const struct {
        struct mlflow_server server;
        bool fits;
    } cases[] = {
        {{.url = "http://mlflow:5000"}, true},
        {{.url = "https://mlflow.example/team"}, true},
        {{.url = "ftp://mlflow"}, false},
        {{.url = "sqlite:///mlflow.db"}, false},
        {{.url = "http://ann:secret@mlflow:5000"}, false},
        {{.url = "http://mlflow:5000", .token = "0123456789"}, false},
        {{.url = "https://mlflow:5000", .token = "0123456789"}, true},
        {{.url = "http://localhost:5000", .user = "ann", .password = "x"}, true},
        {{.url = "http://mlflow:5000", .user = "ann", .password = "x"}, false},
        {{.url = "https://mlflow:5000", .user = "ann"}, false},
        {{.url = "https://mlflow:5000", .user = "an:n", .password = "x"}, false},
        {{.url = "https://mlflow:5000", .token = "no\r\nX: header"}, false},
    };
    struct error err;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(mlflow_server_valid(&cases[i].server, &err), cases[i].fits);
}

static const struct version_file *find(const struct version_file *file, size_t files, const char *name) {
    for (size_t i = 0; i < files; i++)
        if (strcmp(file[i].name, name) == 0)
            return &file[i];
    return NULL;
}

static void a_forest_is_described_by_its_inputs_and_classes(void **state) {
    (void)state;
    struct version_file file[MLMODEL_FILES];
    size_t files;
    struct forest_feature feature;
    static const char *const levels[] = {"Dental", "Legal"}, *const classes[] = {"Business", "MVP"};
    struct forest_schema schema = model_schema(&feature, levels, 2, classes, 2);
    struct forest *forest = model_train(&schema, (const uint16_t[]){0, 1}, 100);
    assert_true(mlmodel_write(file, &files, forest));
    const struct version_file *about = find(file, files, "MLmodel");
    assert_non_null(about);
    assert_non_null(find(file, files, "model.onnx"));
    json_t *described = json_loadb(about->bytes, about->size, 0, NULL);
    const char *inputs = json_string_value(json_object_get(json_object_get(described, "signature"), "inputs"));
    json_t *shapes = json_loads(inputs, 0, NULL);
    assert_int_equal(json_array_size(shapes), 1);
    assert_string_equal(json_string_value(json_object_get(json_array_get(shapes, 0), "name")), "type");
    json_decref(shapes);
    json_decref(described);
    mlmodel_done(file, files);
    forest_free(forest);
}

static void a_feature_called_as_the_graphs_output_leaves_no_model(void **state) {
    (void)state;
    struct version_file file[MLMODEL_FILES];
    size_t files = 7;
    struct forest_feature feature;
    static const char *const levels[] = {"Dental", "Legal"}, *const classes[] = {"Business", "MVP"};
    struct forest_schema schema = model_schema(&feature, levels, 2, classes, 2);
    feature.name = "label";
    struct forest *forest = model_train(&schema, (const uint16_t[]){0, 1}, 100);
    assert_true(mlmodel_write(file, &files, forest));
    assert_int_equal(files, 0);
    forest_free(forest);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_hold_what_mlflow_allows),
        cmocka_unit_test(what_is_no_number_is_no_metric),
        cmocka_unit_test(a_long_text_is_cut_between_characters),
        cmocka_unit_test(a_card_that_is_gone_leaves_the_decision_to_report),
        cmocka_unit_test(secrets_go_by_https_or_stay_on_this_machine),
        cmocka_unit_test(a_forest_is_described_by_its_inputs_and_classes),
        cmocka_unit_test(a_feature_called_as_the_graphs_output_leaves_no_model),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
