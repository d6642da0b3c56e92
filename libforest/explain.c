/* explain.c - what each feature added to an answer. */
#include "libforest/error.h"
#include "libforest/handle.h"

enum forest_status forest_explain(const struct forest *f, const float *row, float *contribution, float *base,
                                  struct forest_error *err) {
    (void)f, (void)row, (void)contribution, (void)base;
    return lf_fail(err, FOREST_INVALID, "explanations are not there yet");
}
