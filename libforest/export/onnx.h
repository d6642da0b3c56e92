/* onnx.h - words of the ONNX format: nodes, their attributes, and tensors that they start with. */
#ifndef LF_ONNX_H
#define LF_ONNX_H

#include "libforest/export/protobuf.h"
#include "libforest/format/forest_impl.h"

enum { LF_ONNX_FLOAT = 1, LF_ONNX_INT64 = 7, LF_ONNX_STRING = 8 }; /* TensorProto.DataType */

/* Open and close a node.  inputs and outputs are names, up to a NULL. */
size_t lf_onnx_node(struct lf_protobuf *pb, const char *op, const char *domain, const char *const *inputs,
                    const char *const *outputs);

/* A complete node without attributes, with one or two inputs. */
void lf_onnx_unary(struct lf_protobuf *pb, const char *op, const char *input, const char *output);
void lf_onnx_binary(struct lf_protobuf *pb, const char *op, const char *a, const char *b, const char *output);

void lf_onnx_attribute_int(struct lf_protobuf *pb, const char *name, int64_t value);
void lf_onnx_attribute_string(struct lf_protobuf *pb, const char *name, const char *value);

/* Open and close a list of integers or floats (for lf_pb_packed_*) or strings (lf_pb_string with LF_ONNX_STRINGS). */
enum lf_onnx_list { LF_ONNX_FLOATS = 7, LF_ONNX_INTS = 8, LF_ONNX_STRINGS = 9 }; /* fields of AttributeProto */
struct lf_onnx_open {
    size_t attribute, list;
};
struct lf_onnx_open lf_onnx_list_begin(struct lf_protobuf *pb, const char *name, enum lf_onnx_list kind);
void lf_onnx_list_end(struct lf_protobuf *pb, struct lf_onnx_open open);

/* Tensors in the graph.  columns 0: a vector. */
void lf_onnx_floats(struct lf_protobuf *pb, const char *name, size_t rows, size_t columns, const float *value);
void lf_onnx_ints(struct lf_protobuf *pb, const char *name, size_t rows, const int64_t *value);

/* The two kinds of graph; false when memory ran out. */
bool lf_onnx_table(struct lf_protobuf *pb, const struct forest *f);
bool lf_onnx_trees(struct lf_protobuf *pb, const struct forest *f);

/* A node that turns a feature's strings into codes: input is the feature's, output gets the name of [N][1]. */
void lf_onnx_encoder(struct lf_protobuf *pb, const struct forest *f, uint32_t feature, char *output, size_t size);

/* A node that turns class numbers into names. */
void lf_onnx_class_names(struct lf_protobuf *pb, const struct forest *f, const char *numbers, const char *names);

#endif
