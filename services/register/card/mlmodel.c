/* mlmodel.c - describes a forest to MLflow. */
#include "services/register/card/mlmodel.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "services/common/table/feature_codec.h"
#include "services/common/worker/log.h"

static const char requirements[] = "mlflow>=2.9\nnumpy\nonnx>=1.13\nonnxruntime>=1.14\npandas\n";

/* ---- shapes ---- */

static json_t *tensor(const char *name, const char *type, json_t *shape) {
    return json_pack("{s:s, s:s, s:{s:s, s:o}}", "name", name, "type", "tensor", "tensor-spec", "dtype", type, "shape",
                     shape);
}

static json_t *describe_inputs(const struct forest_schema *schema) {
    json_t *inputs = json_array();
    for (size_t i = 0; i < schema->features; i++)
        json_array_append_new(inputs,
                              tensor(schema->feature[i].name, feature_kind_of(schema->feature[i].kind)->array_type,
                                     json_pack("[i, i]", -1, 1)));
    return inputs;
}

static json_t *describe_outputs(const struct forest_schema *schema) {
    return json_pack("[o, o]", tensor("label", "str", json_pack("[i]", -1)),
                     tensor("probabilities", "float32", json_pack("[i, i]", -1, (int)schema->classes)));
}

/* MLflow wants each side as JSON in a text. */
static json_t *in_a_text(json_t *value) {
    char *text = json_dumps(value, JSON_COMPACT);
    json_t *out = text != NULL ? json_string(text) : NULL;
    free(text);
    json_decref(value);
    return out;
}

static json_t *describe_classes(const struct forest_schema *schema) {
    json_t *classes = json_array();
    for (size_t c = 0; c < schema->classes; c++)
        json_array_append_new(classes, json_string(schema->class_name[c]));
    return classes;
}

static json_t *describe(const struct forest_schema *schema) {
    return json_pack("{s:{s:{s:s, s:s, s:[s]}, s:{s:s, s:s, s:s, s:{s:s}}}, s:{s:o, s:o}, s:{s:s, s:o}}",         //
                     "flavors",                                                                                   //
                     "onnx", "data", "model.onnx", "onnx_version", "1.13.0", "providers", "CPUExecutionProvider", //
                     "python_function", "loader_module", "mlflow.onnx", "data", "model.onnx", "python_version",
                     "3.11.0", "env", "virtualenv", //
                     "python_env.yaml",             //
                     "signature", "inputs", in_a_text(describe_inputs(schema)), "outputs",
                     in_a_text(describe_outputs(schema)), //
                     "metadata", "made_by", "leadforest " FOREST_VERSION, "classes", describe_classes(schema));
}

/* ---- files ---- */

static bool take_text(void *user, const char *text, size_t size) {
    return fwrite(text, 1, size, user) == size;
}

/* The forest as ONNX; NULL with *possible false where it has no such form. */
static char *export(const struct forest *forest, size_t *size, bool *possible) {
    char *bytes = NULL;
    struct forest_error problem;
    FILE *out = open_memstream(&bytes, size);
    if (out == NULL)
        return NULL;
    enum forest_status status = forest_export_onnx(forest, take_text, out, &problem);
    *possible = status != FOREST_INVALID;
    if (!*possible)
        log_event(LOG_WARN, "no ONNX", "%s; MLflow gets the model without it", problem.text);
    if (fclose(out) == 0 && status == FOREST_OK)
        return bytes;
    free(bytes);
    return NULL;
}

static bool add(struct version_file *file, size_t *files, const char *name, char *bytes, size_t size) {
    if (bytes == NULL)
        return false;
    file[(*files)++] = (struct version_file){name, bytes, size};
    return true;
}

static bool add_text(struct version_file *file, size_t *files, const char *name, char *text) {
    return add(file, files, name, text, text != NULL ? strlen(text) : 0);
}

static char *dump(json_t *value) {
    char *text = json_dumps(value, JSON_INDENT(2));
    json_decref(value);
    return text;
}

bool mlmodel_write(struct version_file file[MLMODEL_FILES], size_t *files, const struct forest *forest) {
    size_t size;
    bool possible = true;
    *files = 0;
    char *onnx = export(forest, &size, &possible);
    if (!possible)
        return true;
    return add(file, files, "model.onnx", onnx, size) &&
           add_text(file, files, "MLmodel", dump(describe(forest_schema_of(forest)))) &&
           add_text(file, files, "requirements.txt", strdup(requirements)) &&
           add_text(file, files, "python_env.yaml",
                    dump(json_pack("{s:s, s:[s], s:[s]}", "python", "3.11", "build_dependencies", "pip", "dependencies",
                                   "-r requirements.txt")));
}

void mlmodel_done(struct version_file file[MLMODEL_FILES], size_t files) {
    for (size_t i = 0; i < files; i++)
        free((char *)file[i].bytes);
}
