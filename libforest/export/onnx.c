/*
 * onnx.c - a forest as an ONNX file (IR version 8, opset 17, ai.onnx.ml 3).
 *
 * Each feature is an input [N][1], strings for a categorical one, with "" for missing, float32 for a
 * numeric one, with NaN for missing.  Outputs are `label`, strings [N], and `probabilities`, [N][classes].
 * The graph inside is one of two: onnx_table.c, onnx_trees.c.
 */
#include "libforest/export/onnx.h"

#include "libforest/base/forest_error.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Field numbers of the messages in onnx.proto. */
enum { MODEL_IR = 1, MODEL_PRODUCER = 2, MODEL_PRODUCER_VERSION = 3, MODEL_GRAPH = 7, MODEL_OPSET = 8 };
enum { OPSET_DOMAIN = 1, OPSET_VERSION = 2 };
enum { GRAPH_NODE = 1, GRAPH_NAME = 2, GRAPH_TENSOR = 5, GRAPH_INPUT = 11, GRAPH_OUTPUT = 12 };
enum { NODE_INPUT = 1, NODE_OUTPUT = 2, NODE_OP = 4, NODE_ATTRIBUTE = 5, NODE_DOMAIN = 7 };
enum { ATTRIBUTE_NAME = 1, ATTRIBUTE_INT = 3, ATTRIBUTE_STRING = 4, ATTRIBUTE_TYPE = 20 };
enum { TYPE_INT = 2, TYPE_STRING = 3, TYPE_FLOATS = 6, TYPE_INTS = 7, TYPE_STRINGS = 8 };
enum { TENSOR_DIMS = 1, TENSOR_TYPE = 2, TENSOR_NAME = 8, TENSOR_RAW = 9 };
enum { VALUE_NAME = 1, VALUE_TYPE = 2, TYPE_TENSOR = 1, TENSOR_ELEMENT = 1, TENSOR_SHAPE = 2, SHAPE_DIM = 1 };
enum { DIM_VALUE = 1, DIM_NAME = 2 };

/* ---- words ----------------------------------------------------------------------------------- */

size_t lf_onnx_node(struct lf_protobuf *pb, const char *op, const char *domain, const char *const *inputs,
                    const char *const *outputs) {
    size_t node = lf_pb_begin(pb, GRAPH_NODE);
    for (; *inputs != NULL; inputs++)
        lf_pb_string(pb, NODE_INPUT, *inputs);
    for (; *outputs != NULL; outputs++)
        lf_pb_string(pb, NODE_OUTPUT, *outputs);
    lf_pb_string(pb, NODE_OP, op);
    if (domain != NULL)
        lf_pb_string(pb, NODE_DOMAIN, domain);
    return node;
}

void lf_onnx_unary(struct lf_protobuf *pb, const char *op, const char *input, const char *output) {
    const char *const inputs[] = {input, NULL}, *const outputs[] = {output, NULL};
    lf_pb_end(pb, lf_onnx_node(pb, op, NULL, inputs, outputs));
}

void lf_onnx_binary(struct lf_protobuf *pb, const char *op, const char *a, const char *b, const char *output) {
    const char *const inputs[] = {a, b, NULL}, *const outputs[] = {output, NULL};
    lf_pb_end(pb, lf_onnx_node(pb, op, NULL, inputs, outputs));
}

void lf_onnx_attribute_int(struct lf_protobuf *pb, const char *name, int64_t value) {
    size_t attribute = lf_pb_begin(pb, NODE_ATTRIBUTE);
    lf_pb_string(pb, ATTRIBUTE_NAME, name);
    lf_pb_int(pb, ATTRIBUTE_INT, value);
    lf_pb_int(pb, ATTRIBUTE_TYPE, TYPE_INT);
    lf_pb_end(pb, attribute);
}

void lf_onnx_attribute_string(struct lf_protobuf *pb, const char *name, const char *value) {
    size_t attribute = lf_pb_begin(pb, NODE_ATTRIBUTE);
    lf_pb_string(pb, ATTRIBUTE_NAME, name);
    lf_pb_string(pb, ATTRIBUTE_STRING, value);
    lf_pb_int(pb, ATTRIBUTE_TYPE, TYPE_STRING);
    lf_pb_end(pb, attribute);
}

struct lf_onnx_open lf_onnx_list_begin(struct lf_protobuf *pb, const char *name, enum lf_onnx_list kind) {
    struct lf_onnx_open open = {.attribute = lf_pb_begin(pb, NODE_ATTRIBUTE)};
    lf_pb_string(pb, ATTRIBUTE_NAME, name);
    lf_pb_int(pb, ATTRIBUTE_TYPE,
              kind == LF_ONNX_FLOATS ? TYPE_FLOATS
              : kind == LF_ONNX_INTS ? TYPE_INTS
                                     : TYPE_STRINGS);
    open.list = kind == LF_ONNX_STRINGS ? 0 : lf_pb_begin(pb, kind);
    return open;
}

void lf_onnx_list_end(struct lf_protobuf *pb, struct lf_onnx_open open) {
    if (open.list != 0)
        lf_pb_end(pb, open.list);
    lf_pb_end(pb, open.attribute);
}

static void put_tensor(struct lf_protobuf *pb, const char *name, int type, const size_t *dims, const void *bytes,
                       size_t size) {
    size_t tensor = lf_pb_begin(pb, GRAPH_TENSOR);
    for (; *dims != 0; dims++)
        lf_pb_int(pb, TENSOR_DIMS, (int64_t)*dims);
    lf_pb_int(pb, TENSOR_TYPE, type);
    lf_pb_string(pb, TENSOR_NAME, name);
    size_t raw = lf_pb_begin(pb, TENSOR_RAW);
    lf_pb_packed_bytes(pb, bytes, size);
    lf_pb_end(pb, raw);
    lf_pb_end(pb, tensor);
}

void lf_onnx_floats(struct lf_protobuf *pb, const char *name, size_t rows, size_t columns, const float *value) {
    const size_t dims[3] = {rows, columns, 0};
    put_tensor(pb, name, LF_ONNX_FLOAT, dims, value, rows * (columns ? columns : 1) * sizeof *value);
}

void lf_onnx_ints(struct lf_protobuf *pb, const char *name, size_t rows, const int64_t *value) {
    const size_t dims[2] = {rows, 0};
    put_tensor(pb, name, LF_ONNX_INT64, dims, value, rows * sizeof *value);
}

/* Declare an input or output of the graph: [N] or [N][columns]. */
static void declare(struct lf_protobuf *pb, uint32_t field, const char *name, int type, size_t columns) {
    size_t value = lf_pb_begin(pb, field);
    lf_pb_string(pb, VALUE_NAME, name);
    size_t about = lf_pb_begin(pb, VALUE_TYPE), tensor = lf_pb_begin(pb, TYPE_TENSOR);
    lf_pb_int(pb, TENSOR_ELEMENT, type);
    size_t shape = lf_pb_begin(pb, TENSOR_SHAPE), dim = lf_pb_begin(pb, SHAPE_DIM);
    lf_pb_string(pb, DIM_NAME, "N");
    lf_pb_end(pb, dim);
    if (columns > 0) {
        dim = lf_pb_begin(pb, SHAPE_DIM);
        lf_pb_int(pb, DIM_VALUE, (int64_t)columns);
        lf_pb_end(pb, dim);
    }
    lf_pb_end(pb, shape);
    lf_pb_end(pb, tensor);
    lf_pb_end(pb, about);
    lf_pb_end(pb, value);
}

/* ---- names and numbers ----------------------------------------------------------------------- */

void lf_onnx_encoder(struct lf_protobuf *pb, const struct forest *f, uint32_t feature, char *output, size_t size) {
    const struct forest_feature *what = &f->schema->feature[feature];
    snprintf(output, size, "forest/code_%u", feature);
    size_t node = lf_onnx_node(pb, "LabelEncoder", "ai.onnx.ml", (const char *[]){what->name, NULL},
                               (const char *[]){output, NULL});
    struct lf_onnx_open keys = lf_onnx_list_begin(pb, "keys_strings", LF_ONNX_STRINGS);
    for (size_t l = 0; l < what->levels; l++)
        lf_pb_string(pb, LF_ONNX_STRINGS, what->level[l]);
    lf_pb_string(pb, LF_ONNX_STRINGS, ""); /* missing */
    lf_onnx_list_end(pb, keys);
    struct lf_onnx_open values = lf_onnx_list_begin(pb, "values_int64s", LF_ONNX_INTS);
    for (size_t l = 0; l <= what->levels; l++)
        lf_pb_packed_int(pb, (int64_t)l);
    lf_onnx_list_end(pb, values);
    lf_onnx_attribute_int(pb, "default_int64", (int64_t)what->levels + 1);
    lf_pb_end(pb, node);
}

void lf_onnx_class_names(struct lf_protobuf *pb, const struct forest *f, const char *numbers, const char *names) {
    size_t node =
        lf_onnx_node(pb, "LabelEncoder", "ai.onnx.ml", (const char *[]){numbers, NULL}, (const char *[]){names, NULL});
    struct lf_onnx_open keys = lf_onnx_list_begin(pb, "keys_int64s", LF_ONNX_INTS);
    for (uint32_t k = 0; k < f->classes; k++)
        lf_pb_packed_int(pb, k);
    lf_onnx_list_end(pb, keys);
    struct lf_onnx_open values = lf_onnx_list_begin(pb, "values_strings", LF_ONNX_STRINGS);
    for (uint32_t k = 0; k < f->classes; k++)
        lf_pb_string(pb, LF_ONNX_STRINGS, f->schema->class_name[k]);
    lf_onnx_list_end(pb, values);
    lf_pb_end(pb, node);
}

/* ---- the file -------------------------------------------------------------------------------- */

static bool put_graph(struct lf_protobuf *pb, const struct forest *f) {
    size_t graph = lf_pb_begin(pb, MODEL_GRAPH);
    lf_pb_string(pb, GRAPH_NAME, "forest");
    bool made = f->table != NULL ? lf_onnx_table(pb, f) : lf_onnx_trees(pb, f);
    for (uint32_t i = 0; i < f->features; i++)
        declare(pb, GRAPH_INPUT, f->schema->feature[i].name,
                f->kind[i].kind == FOREST_NUMERIC ? LF_ONNX_FLOAT : LF_ONNX_STRING, 1);
    declare(pb, GRAPH_OUTPUT, "label", LF_ONNX_STRING, 0);
    declare(pb, GRAPH_OUTPUT, "probabilities", LF_ONNX_FLOAT, f->classes);
    lf_pb_end(pb, graph);
    return made;
}

static void put_opset(struct lf_protobuf *pb, const char *domain, int64_t version) {
    size_t opset = lf_pb_begin(pb, MODEL_OPSET);
    lf_pb_string(pb, OPSET_DOMAIN, domain);
    lf_pb_int(pb, OPSET_VERSION, version);
    lf_pb_end(pb, opset);
}

/* Names of values in the graph are one space: outputs, and ours, which begin with forest/. */
static const char *taken_name(const struct forest *f) {
    for (uint32_t i = 0; i < f->features; i++) {
        const char *name = f->schema->feature[i].name;
        if (strcmp(name, "label") == 0 || strcmp(name, "probabilities") == 0 || strncmp(name, "forest/", 7) == 0)
            return name;
    }
    return NULL;
}

enum forest_status forest_export_onnx(const struct forest *f, forest_write *write, void *user,
                                      struct forest_error *err) {
    struct lf_protobuf pb = {0};
    if (taken_name(f) != NULL)
        return lf_fail(err, FOREST_INVALID, "a feature called %.60s cannot be exported: the graph uses that name",
                       taken_name(f));
    lf_pb_int(&pb, MODEL_IR, 8);
    lf_pb_string(&pb, MODEL_PRODUCER, "leadforest");
    lf_pb_string(&pb, MODEL_PRODUCER_VERSION, FOREST_VERSION);
    put_opset(&pb, "", 17);
    put_opset(&pb, "ai.onnx.ml", 3);
    bool made = put_graph(&pb, f) && !pb.failed;
    enum forest_status status = FOREST_OK;
    if (!made)
        status = lf_fail(err, FOREST_NO_MEMORY, "the ONNX file would not fit memory or 2 GiB");
    else if (!write(user, (const char *)pb.bytes, pb.size))
        status = lf_fail(err, FOREST_CANCELLED, "stopped as asked");
    free(pb.bytes);
    return status;
}
