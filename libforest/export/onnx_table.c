/*
 * onnx_table.c - the graph of a forest with a finite domain: levels to codes, codes to the number of a
 * row, and that row of a table.  Its probabilities are those of forest_predict, bit for bit.
 */
#include "libforest/export/onnx.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* The predictions for all combinations of levels, one by one. */
static void fill(const struct forest *f, float *prob, int64_t *label) {
    float row[FOREST_MAX_FEATURES];
    for (size_t cell = 0; cell < f->combinations; cell++) {
        size_t rest = cell;
        for (uint32_t i = f->features; i-- > 0; rest /= f->kind[i].levels + 2) {
            size_t code = rest % (f->kind[i].levels + 2);
            row[i] = code < f->kind[i].levels ? (float)code : code == f->kind[i].levels ? NAN : FOREST_UNSEEN;
        }
        forest_predict(f, row, prob + cell * f->classes);
        label[cell] = forest_classify(f, row);
    }
}

/* cell = ((code of the first) x levels of the second + code of the second) x ... , [N][1]. */
static void put_index(struct lf_protobuf *pb, const struct forest *f, char *index, size_t size) {
    char code[40], name[40], scaled[40];
    lf_onnx_encoder(pb, f, 0, index, size);
    for (uint32_t i = 1; i < f->features; i++) {
        int64_t levels = f->kind[i].levels + 2;
        lf_onnx_encoder(pb, f, i, code, sizeof code);
        snprintf(name, sizeof name, "forest/levels_%u", i);
        lf_onnx_ints(pb, name, 1, &levels);
        snprintf(scaled, sizeof scaled, "forest/scaled_%u", i);
        lf_onnx_binary(pb, "Mul", index, name, scaled);
        snprintf(index, size, "forest/index_%u", i);
        lf_onnx_binary(pb, "Add", scaled, code, index);
    }
}

bool lf_onnx_table(struct lf_protobuf *pb, const struct forest *f) {
    char index[40];
    float *prob = calloc(f->combinations, f->classes * sizeof *prob);
    int64_t *label = calloc(f->combinations, sizeof *label), axis = 1;
    bool made = prob != NULL && label != NULL;
    if (made) {
        fill(f, prob, label);
        put_index(pb, f, index, sizeof index);
        lf_onnx_ints(pb, "forest/axis", 1, &axis);
        lf_onnx_floats(pb, "forest/table", f->combinations, f->classes, prob);
        lf_onnx_ints(pb, "forest/labels", f->combinations, label);
        lf_onnx_binary(pb, "Squeeze", index, "forest/axis", "forest/cell");
        lf_onnx_binary(pb, "Gather", "forest/table", "forest/cell", "probabilities");
        lf_onnx_binary(pb, "Gather", "forest/labels", "forest/cell", "forest/number");
        lf_onnx_class_names(pb, f, "forest/number", "label");
    }
    free(prob);
    free(label);
    return made;
}
