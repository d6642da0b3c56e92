/* onnx.c - a forest as an ONNX file. */
#include "libforest/error.h"
#include "libforest/handle.h"

enum forest_status forest_export_onnx(const struct forest *f, forest_write *write, void *user,
                                      struct forest_error *err) {
    (void)f, (void)write, (void)user;
    return lf_fail(err, FOREST_INVALID, "the export is not there yet");
}
